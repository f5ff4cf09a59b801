import type { PGlite } from '@electric-sql/pglite';
import { type MigrationTexts, migrate } from 'nodrift-runtime/migrate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPglite } from '../support/pglite.ts';
import { stopped } from './stopped.ts';

describe('what is not a project of migrations', () => {
  let db: PGlite;
  beforeAll(async () => {
    db = await createPglite();
    await migrate(db, { '1_a.sql': '', '3_c.sql': '' });
  });
  afterAll(() => db.close());

  test.each<[migrations: MigrationTexts, message: string]>([
    [
      { '1_a.sql': '', '2_b.sql': '', '3_c.sql': '' },
      'Not run migration 2_b is preceding already run migration 3_c\nMigrations run',
    ],
    [{ '3_c.sql': '' }, '1_a has run, but its file is gone.'],
    [{ 'a.sql': '' }, 'a.sql: The name of a migration begins with a number'],
    [{ '1_a.sql': '', '3_c.sql': '', '4_d.js': '' }, '4_d.js: the migration is a program'],
    [{ 'x/1_a.sql': '', 'y/1_a.sql': '' }, 'y/1_a.sql: another migration has the same name'],
    [{ '1_a.sql': 'x\n-- Down Migration\n' }, '1_a.sql:2:1: The migration has a part "-- Down Migration"'],
    ...['BEGIN', 'commit', 'ROLLBACK AND CHAIN', 'START TRANSACTION', "PREPARE TRANSACTION 'x'"].map(
      (sql): [MigrationTexts, string] => [
        { '1_a.sql': '', '3_c.sql': '', '4_d.sql': `CREATE TABLE no ();\n/* ; */ ${sql};` },
        `4_d.sql:2:9: ${sql.split(' ')[0]?.toUpperCase()} in a migration`,
      ],
    ),
  ])('%j', async (migrations, message) => {
    expect((await stopped(migrate(db, migrations))).message).toContain(message);
    expect((await db.query("SELECT to_regclass('no') AS no")).rows).toEqual([{ no: null }]);
  });

  test('savepoints and statements that are called PREPARE are taken', async () => {
    const sql = 'SAVEPOINT a; ROLLBACK TO SAVEPOINT a; PREPARE b AS SELECT 1';
    expect(await migrate(db, { '1_a.sql': '', '3_c.sql': '', '4_d.sql': sql })).toEqual(['4_d']);
    await db.exec("DELETE FROM pgmigrations WHERE name = '4_d'");
  });

  test.each([
    [[], /^migrate: db must be a connection/],
    [[{}, {}], /^migrate: db must be a connection/],
    [['db'], /^migrate: migrations must be a folder/],
    [['db', null], /^migrate: migrations must be a folder/],
    [['db', { '1_a.sql': 5 }], /^migrate: 1_a.sql must be the text of a migration/],
    [['db', { '1_a.sql': () => '' }], /^migrate: 1_a.sql must be the text of a migration/],
  ] as const)('called as %j', async ([first, ...rest], message) => {
    // biome-ignore lint/suspicious/noExplicitAny: as JavaScript calls it
    const call = migrate as any;
    const error = await call(first === 'db' ? db : first, ...rest).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(message);
  });

  test('a folder that is not there', async () => {
    await expect(migrate(db, './no-such-folder')).rejects.toThrow('ENOENT');
  });
});
