import type { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../../src/database/open.ts';
import { failureOf } from '../../support/failure.ts';
import { type Major, majors, postgresUrl } from '../../support/postgres.ts';
import { makeProject } from '../../support/project.ts';
import { configOf, onServer, rows } from '../open.ts';

type Files = Readonly<Record<string, string>>;

/** Opens a scratch database on a native server, which is quick. */
async function built<T>(
  files: Files,
  nodrift: object,
  use: (found: { client: Client; notes: readonly string[] }) => T,
  major: Major = 18,
) {
  using project = makeProject(files);
  const database = await openDatabase(onServer(configOf(project, nodrift), postgresUrl(major)));
  try {
    return await use(database);
  } finally {
    await database.close();
  }
}

async function diagnosticOf(files: Files, nodrift: object = {}, major: Major = 18) {
  const failure = await failureOf(() => built(files, nodrift, () => {}, major));
  expect(failure.exitCode).toBe(1);
  expect(failure.diagnostics).toHaveLength(1);
  return failure.diagnostics[0];
}

const plain = { migrations: { dir: './migrations', format: 'plain' } };
const schema = { schema: './schema.sql' };
const tables =
  "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1";

test('a schema file may say CONCURRENTLY', async () => {
  const sql = `CREATE TABLE a (id int PRIMARY KEY, b int);
CREATE INDEX CONCURRENTLY a_b ON a (b);
CREATE UNIQUE INDEX concurrently IF NOT EXISTS a_u ON a (b);
DROP INDEX CONCURRENTLY a_b;
REINDEX INDEX CONCURRENTLY a_u;
CREATE TABLE p (x int) PARTITION BY LIST (x);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY;
ALTER TABLE a RENAME b TO "CONCURRENTLY";
`;
  const indexes = "SELECT relname FROM pg_class WHERE relkind = 'i' AND relname LIKE 'a\\_%' ORDER BY 1";
  const found = await built({ 'schema.sql': sql }, schema, ({ client }) => rows({ client }, indexes));
  expect(found).toEqual([['a_pkey'], ['a_u']]);
});

describe('migrations of node-pg-migrate', () => {
  test('run in the order of their numbers, only their up migration', async () => {
    const files = {
      'migrations/10_last.sql': 'ALTER TABLE b ADD c int;',
      'migrations/2_second.sql':
        '-- Down Migration\nDROP TABLE b;\n-- Up Migration\nCREATE TABLE b (a int REFERENCES a (a));\n',
      'migrations/1_first.sql':
        '-- Up Migration\nCREATE TABLE a (a int PRIMARY KEY);\n\n-- Down Migration\nDROP TABLE a;\n',
      'migrations/.hidden': 'nothing',
    };
    await built(files, {}, async (database) => {
      expect(await rows(database, tables)).toEqual([['a'], ['b'], ['pgmigrations']]);
      expect(await rows(database, 'SELECT name FROM pgmigrations ORDER BY id')).toEqual([
        ['1_first'],
        ['2_second'],
        ['10_last'],
      ]);
    });
  });

  test('see what the one before committed', async () => {
    const files = {
      'migrations/1_a.sql': "CREATE TYPE mood AS ENUM ('sad');",
      'migrations/2_b.sql': "ALTER TYPE mood ADD VALUE 'happy';",
      'migrations/3_c.sql': "CREATE TABLE t (m mood DEFAULT 'happy');",
    };
    await built(files, {}, async (database) =>
      expect(await rows(database, tables)).toEqual([['pgmigrations'], ['t']]),
    );
  });

  test.each(majors)('that fail say where, with what PostgreSQL %i says', async (major) => {
    const files = {
      'migrations/1_a.sql': 'CREATE TABLE users (id int);\n',
      'migrations/2_b.sql':
        '-- Up Migration\nCREATE TABLE t (a int);\n-- ünïcödé 🦊\nCREATE VIEW v AS\n  SELECT idd FROM users;\n\n-- Down Migration\nDROP TABLE t;\n',
    };
    expect(await diagnosticOf(files, {}, major)).toEqual({
      file: 'migrations/2_b.sql',
      line: 5,
      column: 10,
      code: 'ND4001',
      message: 'The migration failed and was rolled back: column "idd" does not exist',
      sqlstate: '42703',
      hint: 'Perhaps you meant to reference the column "users.id".',
      excerpt: '  SELECT idd FROM users;',
    });
  });

  test('that fail where Postgres points nowhere say which statement', async () => {
    const text = `-- Up Migration
CREATE TABLE t (a int PRIMARY KEY);
INSERT INTO t VALUES (1);
CREATE FUNCTION two() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END;
/* and now */
  INSERT INTO t VALUES (two()), (2);
SELECT 1;
`;
    expect(await diagnosticOf({ 'migrations/1_a.sql': text })).toEqual({
      file: 'migrations/1_a.sql',
      line: 6,
      column: 3,
      code: 'ND4001',
      message:
        'The migration failed and was rolled back: duplicate key value violates unique constraint "t_pkey"',
      sqlstate: '23505',
      hint: 'Key (a)=(2) already exists.',
      excerpt: '  INSERT INTO t VALUES (two()), (2);',
    });
  });

  test('that fail inside a function say the way through it', async () => {
    const text =
      "CREATE TABLE t ();\nDO $$\nBEGIN\n  RAISE EXCEPTION 'no' USING HINT = 'do this', DETAIL = 'that';\nEND $$;";
    expect(await diagnosticOf({ 'migrations/1_a.sql': text })).toMatchObject({
      line: 2,
      column: 1,
      message: 'The migration failed and was rolled back: no',
      sqlstate: 'P0001',
      hint: 'that\ndo this\nPL/pgSQL function inline_code_block line 3 at RAISE',
    });
  });

  test('with a syntax error point at it', async () => {
    expect(
      await diagnosticOf({ 'migrations/1_a.sql': '\r\nCREATE TABLE t (a int);\r\nCREATE TABEL u ();' }),
    ).toMatchObject({
      file: 'migrations/1_a.sql',
      line: 3,
      column: 8,
      message: 'The migration failed and was rolled back: syntax error at or near "TABEL"',
      sqlstate: '42601',
      excerpt: 'CREATE TABEL u ();',
    });
  });

  test('with data to copy are refused at their place', async () => {
    const text = 'CREATE TABLE t (a int);\nCOPY t FROM stdin;\n1\n\\.\n';
    const found = await diagnosticOf({ 'migrations/1_a.sql': text });
    // The data is not SQL: Postgres refuses the script as a whole.
    expect(found).toMatchObject({ file: 'migrations/1_a.sql', line: 3, sqlstate: '42601' });
    expect(await diagnosticOf({ 'migrations/1_a.sql': text.split('1\n')[0] ?? '' })).toMatchObject({
      line: 2,
      column: 1,
      sqlstate: '57014',
      hint: expect.stringMatching(/^COPY ... FROM stdin has no data|\nCOPY ... FROM stdin has no data/),
    });
  });

  test('in JavaScript that fail name the file and the statement', async () => {
    const files = {
      'migrations/1_a.js': "exports.up = (pgm) => { pgm.createTable('t', { a: 'nonesuch' }); };",
    };
    expect(await diagnosticOf(files)).toMatchObject({
      file: 'migrations/1_a.js',
      line: null,
      message: 'The migration failed and was rolled back: type "nonesuch" does not exist',
      hint: expect.stringMatching(/^In the statement: CREATE TABLE "t"/),
    });
  });

  test('outside a transaction that fail are not said to be rolled back', async () => {
    const files = {
      'migrations/1_a.js':
        "exports.up = (pgm) => { pgm.noTransaction(); pgm.sql('CREATE TABLE t ()'); pgm.sql('SELECT nope'); };",
    };
    expect(await diagnosticOf(files)).toMatchObject({
      message:
        'The migration failed; it runs outside a transaction, so its earlier changes stay: column "nope" does not exist',
    });
  });

  test('that are not migrations are named', async () => {
    expect(await diagnosticOf({ 'migrations/1_a.sql': '', 'migrations/README.md': 'x' })).toMatchObject({
      file: 'migrations/README.md',
      message: 'The name of a migration begins with a number, such as 1736154000000_create-users.sql.',
      hint: 'Rename it, or move it out of the folder of migrations.',
    });
    expect((await diagnosticOf({ 'migrations/1_a.js': 'throw new Error("oh");' }))?.message).toMatch(/oh/);
  });

  test('that are not there', async () => {
    const failure = await failureOf(() => built({}, { migrations: './db/migrations' }, () => {}));
    expect(failure.exitCode).toBe(2);
    expect(failure.diagnostics[0]).toMatchObject({
      message: 'There is no folder of migrations at db/migrations.',
      hint: 'Create it, or set "migrations" under "nodrift" in the configuration.',
    });
    const file = await failureOf(() => built({ db: '' }, { migrations: './db' }, () => {}));
    expect(file.message).toBe('The folder of migrations db cannot be read: it is a file, not a folder.');
  });
});

describe('plain migrations', () => {
  test('run in the natural order of their names, without those that undo', async () => {
    const files = {
      'migrations/V10__c.sql': 'ALTER TABLE b ADD c int;',
      'migrations/V2__b.sql': '\uFEFFCREATE TABLE b (a int REFERENCES a (a));',
      'migrations/V1__a.up.sql':
        'CREATE TABLE a (a int PRIMARY KEY); SET search_path TO nowhere; RESET search_path;',
      'migrations/V1__a.down.sql': 'DROP TABLE a;',
      'migrations/README.md': 'not SQL',
    };
    await built(files, plain, async (database) =>
      expect(await rows(database, tables)).toEqual([['a'], ['b']]),
    );
  });

  test('are a transaction each, unless they hold one statement that must not be in one', async () => {
    const files = {
      'migrations/1.sql': 'CREATE TABLE t (a int);',
      'migrations/2.sql': '-- alone\nCREATE INDEX CONCURRENTLY i ON t (a);',
    };
    await built(files, plain, async (database) => {
      expect(
        await rows(
          database,
          "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 't'::regclass",
        ),
      ).toEqual([['i']]);
    });
    expect(
      await diagnosticOf(
        { 'migrations/1.sql': 'CREATE TABLE t (a int);\nCREATE INDEX CONCURRENTLY i ON t (a);' },
        plain,
      ),
    ).toMatchObject({
      line: 2,
      sqlstate: '25001',
      hint: 'It must not run in a transaction: put it alone into a migration of its own.',
    });
  });

  test('that fail say where', async () => {
    expect(await diagnosticOf({ 'migrations/1.sql': 'SELECT 1;\n\nSELECT 1 +;' }, plain)).toMatchObject({
      file: 'migrations/1.sql',
      line: 3,
      column: 11,
      message: 'The migration failed and was rolled back: syntax error at or near ";"',
    });
  });
});

const dump = `--
-- PostgreSQL database dump
--

\\restrict 0mQ7

-- Dumped from database version 18.4
SET statement_timeout = 0;
SET transaction_timeout = 0;
SET some_later_setting = off;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET default_table_access_method = heap;

CREATE SCHEMA app;
ALTER SCHEMA app OWNER TO app_owner;
COMMENT ON SCHEMA app IS 'it''s; here';

CREATE FUNCTION app.touch() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  NEW.at := now(); -- GRANT ALL TO app_owner;
  RETURN NEW;
END;
$$;
ALTER FUNCTION app.touch() OWNER TO app_owner;

CREATE TABLE app.t (
    id integer NOT NULL,
    at timestamp with time zone
);
ALTER TABLE app.t OWNER TO app_owner;
ALTER TABLE ONLY app.t
    ADD CONSTRAINT t_pkey PRIMARY KEY (id);
CREATE TRIGGER touch BEFORE UPDATE ON app.t FOR EACH ROW EXECUTE FUNCTION app.touch();
CREATE POLICY own ON app.t TO app_reader USING (true);
GRANT USAGE ON SCHEMA app TO app_reader;
GRANT SELECT ON TABLE app.t TO app_reader;
GRANT SELECT ON TABLE app.t TO PUBLIC;

--
-- PostgreSQL database dump complete
--

\\unrestrict 0mQ7

`;

describe('a schema file', () => {
  test.each(majors)('as pg_dump writes it, on PostgreSQL %i', async (major) => {
    await built(
      { 'schema.sql': dump },
      { ...schema, searchPath: ['app'] },
      async (database) => {
        expect(database.notes).toEqual([
          'The role "app_owner" does not exist here: statements that name it are skipped. (3 times)',
          'The role "app_reader" does not exist here: statements that name it are skipped. (3 times)',
        ]);
        expect(await rows(database, 'SELECT id, at FROM t')).toEqual([]);
        expect(
          await rows(database, "SELECT name, setting FROM pg_settings WHERE source = 'session'"),
        ).toEqual([['search_path', 'app']]);
        expect(
          await rows(database, "SELECT relacl::text ~ '[{,]=r/' FROM pg_class WHERE relname = 't'"),
        ).toEqual([[true]]);
      },
      major,
    );
  });

  test('written with --create', async () => {
    const text = `CREATE DATABASE app WITH TEMPLATE = template0;\nALTER DATABASE app OWNER TO x;\n\\connect app\nCREATE TABLE t ();\n`;
    await built({ 'schema.sql': text }, schema, async (database) => {
      expect(database.notes).toEqual([
        'CREATE DATABASE is skipped: it concerns the whole server.',
        'ALTER DATABASE is skipped: it concerns the whole server.',
      ]);
      expect(await rows(database, tables)).toEqual([['t']]);
    });
  });

  test('with data is refused at its place', async () => {
    const text = 'CREATE TABLE t (a int);\n\n  COPY public.t (a) FROM stdin;\n1\n\\.\n';
    expect(await diagnosticOf({ 'schema.sql': text }, schema)).toEqual({
      file: 'schema.sql',
      line: 3,
      column: 3,
      code: 'ND4008',
      message: 'COPY ... FROM stdin contains data, which does not belong to a schema.',
      sqlstate: null,
      hint: 'Write the file with pg_dump --schema-only.',
      excerpt: '  COPY public.t (a) FROM stdin;',
    });
  });

  test('with psql commands that matter is refused at their place', async () => {
    expect(await diagnosticOf({ 'schema.sql': 'SELECT 1;\n\\i other.sql\n' }, schema)).toMatchObject({
      line: 2,
      column: 1,
      message: '\\i is a command of psql, not SQL.',
      hint: 'Write its effect into the file itself, or use migrations.',
    });
  });

  test('that fails says where', async () => {
    const text = `\\restrict x\nSET transaction_timeout = 0;\nALTER TABLE a OWNER TO nobody_here;\n\nCREATE TABLE t (a nonesuch);`;
    expect(await diagnosticOf({ 'schema.sql': text }, schema, 14)).toMatchObject({
      file: 'schema.sql',
      line: 5,
      column: 19,
      message: 'The schema file failed: type "nonesuch" does not exist',
      excerpt: 'CREATE TABLE t (a nonesuch);',
    });
  });

  test('that is not there', async () => {
    const failure = await failureOf(() => built({}, schema, () => {}));
    expect(failure.exitCode).toBe(2);
    expect(failure.diagnostics[0]).toMatchObject({
      message: 'There is no schema file at schema.sql.',
      hint: 'Create it, or set "schema" under "nodrift" in the configuration.',
    });
    const folder = await failureOf(() => built({ 'schema.sql/x': '' }, schema, () => {}));
    expect(folder.message).toBe('The schema file schema.sql cannot be read: it is a folder (EISDIR).');
  });
});
