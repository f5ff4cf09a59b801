import { PGlite } from '@electric-sql/pglite';

/**
 * A PGlite that stays in the browser, such as `idb://cars`, with the migrations that it has not run yet.
 * @param migrations their texts by their names, in their order
 */
export async function openDatabase(name: string, migrations: Readonly<Record<string, string>>) {
  const db = await PGlite.create(name);
  await db.exec('CREATE TABLE IF NOT EXISTS applied_migrations (name text PRIMARY KEY)');
  for (const [migration, sql] of Object.entries(migrations)) {
    await db.transaction(async (tx) => {
      const { affectedRows } = await tx.query(
        'INSERT INTO applied_migrations VALUES ($1) ON CONFLICT DO NOTHING',
        [migration],
      );
      if (affectedRows === 1) await tx.exec(sql.split('-- Down Migration')[0] ?? '');
    });
  }
  return db;
}
