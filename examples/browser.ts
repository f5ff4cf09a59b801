import { PGlite } from '@electric-sql/pglite';
import { type MigrationTexts, migrate } from 'nodrift-runtime/migrate';

/** A PGlite that stays in the browser, such as `idb://cars`, with the migrations that it has not run yet. */
export async function openDatabase(name: string, migrations: MigrationTexts) {
  const db = await PGlite.create(name);
  await migrate(db, migrations);
  return db;
}
