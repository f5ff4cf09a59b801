import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import { openDataCache } from '../../../src/database/embedded/data-cache.ts';
import { openDatabase } from '../../../src/database/open.ts';
import { failureOf } from '../../support/failure.ts';
import { sharedCache } from '../../support/pglite.ts';
import { makeProject, type TestProject } from '../../support/project.ts';
import { configOf, rows, withDatabase } from '../open.ts';

const migrations = {
  'migrations/1_users.sql': `-- Up Migration
CREATE EXTENSION citext;
CREATE TYPE role AS ENUM ('admin', 'user');
CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email citext NOT NULL UNIQUE, role role);
GRANT SELECT ON users TO reporting;
CREATE ROLE writer;
-- Down Migration
DROP TABLE users;
`,
  'migrations/2_tasks.sql': `CREATE TABLE tasks (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), owner bigint REFERENCES users);
CREATE VIEW open_tasks AS SELECT t.id, u.email FROM tasks t LEFT JOIN users u ON u.id = t.owner;
GRANT ALL ON tasks TO writer;
INSERT INTO users (email, role) VALUES ('First@example.org', 'admin');
`,
};

/** Everything of the schema that an analysis can see, OIDs included. */
const everything = `
  SELECT c.oid, n.nspname, c.relname, c.relkind, a.attnum, a.attname, a.atttypid, format_type(a.atttypid, a.atttypmod),
         a.attnotnull, pg_get_expr(d.adbin, d.adrelid)
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
   WHERE n.nspname NOT LIKE 'pg_toast%'
   ORDER BY c.oid, a.attnum`;

async function contents(database: Database): Promise<unknown> {
  return {
    catalog: await rows(database, everything),
    types: await rows(database, 'SELECT oid, typname, typtype FROM pg_type ORDER BY oid'),
    users: await rows(database, 'SELECT * FROM users'),
    session: await rows(
      database,
      "SELECT name, setting FROM pg_settings WHERE name !~ 'wal|lsn|file|pid|directory' ORDER BY 1",
    ),
    notes: database.notes,
    description: database.description,
    major: database.major,
  };
}

describe('an embedded database', () => {
  test('has the migrations applied, and names itself', async () => {
    await withDatabase(migrations, {}, async (database) => {
      expect(database.description).toMatch(/^PGlite \d+\.\d+\.\d+ \(PostgreSQL 18\.\d+\)$/);
      expect(database.major).toBe(18);
      expect(database.notes).toEqual([
        'The role "reporting" does not exist here: statements that name it are skipped.',
      ]);
      expect(await rows(database, 'SELECT email FROM users')).toEqual([['First@example.org']]);
      expect(await rows(database, 'SELECT * FROM open_tasks')).toEqual([]);
    });
  });

  test('has room for the locks of a large schema, made at once or taken from the cache', async () => {
    const locks = 'SELECT count(pg_advisory_xact_lock(i)) FROM generate_series(1, 20000) AS i';
    const files = { 'migrations/1_a.sql': `${locks};` };
    for (const _ of ['made', 'cached']) {
      await withDatabase(files, {}, async (database) => {
        expect(await rows(database, locks)).toEqual([['20000']]);
      });
    }
  });

  test('has nothing of the migrations left in its session', async () => {
    const files = {
      'migrations/1_a.sql': `SELECT pg_catalog.set_config('search_path', '', false);
        SET statement_timeout = '5s'; SET TIME ZONE 'Asia/Tokyo'; SET check_function_bodies = off;
        CREATE TEMPORARY TABLE left_over (); PREPARE left_over AS SELECT 1; SELECT pg_advisory_lock(1);`,
    };
    await withDatabase(files, {}, async (database) => {
      expect(await rows(database, "SELECT name FROM pg_settings WHERE source = 'session'")).toEqual([]);
      expect(await rows(database, 'SELECT name FROM pg_prepared_statements')).toEqual([]);
      expect(await rows(database, "SELECT relname FROM pg_class WHERE relname = 'left_over'")).toEqual([]);
      expect(await rows(database, "SELECT 1 FROM pg_locks WHERE locktype = 'advisory'")).toEqual([]);
    });
  });

  test('looks names up where the configuration says', async () => {
    const files = { 'migrations/1_a.sql': 'CREATE SCHEMA "My App"; CREATE TABLE "My App".t (a int);' };
    await withDatabase(files, { searchPath: ['My App', 'pg_catalog'] }, async (database) => {
      expect(await rows(database, 'SHOW search_path')).toEqual([['"My App", pg_catalog']]);
      expect(await rows(database, 'SELECT a FROM t')).toEqual([]);
    });
    await withDatabase(files, { searchPath: [] }, async (database) => {
      expect(await rows(database, 'SELECT current_schemas(false)::text')).toEqual([['{}']]);
    });
  });

  test('closes twice', async () => {
    using project = makeProject({ 'migrations/1_a.sql': '' });
    const database = await openDatabase(configOf(project), { env: sharedCache() });
    await Promise.all([database.close(), database.close()]);
    await database.close();
    await expect(database.client.query('SELECT 1')).rejects.toThrow();
  });

  test('runs migrations in JavaScript', async () => {
    const files = {
      'migrations/1_a.js': `exports.up = (pgm) => {
        pgm.createExtension('hstore', { ifNotExists: true });
        pgm.createTable('t', { id: 'id', tags: { type: 'hstore', notNull: true } });
      };`,
      'migrations/2_b.ts': `export const up = (pgm: { sql(text: string): void }): void => pgm.sql('CREATE TABLE u (a int)');`,
    };
    await withDatabase(files, {}, async (database) => {
      expect(
        await rows(
          database,
          "SELECT attname, format_type(atttypid, null) FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0",
        ),
      ).toEqual([
        ['id', 'integer'],
        ['tags', 'hstore'],
      ]);
      expect(await rows(database, 'SELECT * FROM u')).toEqual([]);
    });
  });
});

describe('extensions', () => {
  test('are loaded where a migration creates them', async () => {
    const files = {
      'migrations/1_a.sql': `create extension if not exists "uuid-ossp";
        CREATE EXTENSION pg_trgm; CREATE EXTENSION ltree WITH SCHEMA public; CREATE EXTENSION earthdistance CASCADE;
        CREATE EXTENSION IF NOT EXISTS plpgsql; CREATE EXTENSION pgcrypto; CREATE EXTENSION btree_gist;`,
    };
    const sql =
      "SELECT similarity('a', 'b'), 'a.b'::ltree, uuid_generate_v4() IS NULL, earth() > 0, crypt('a', gen_salt('bf')) IS NULL";
    await withDatabase(files, {}, async (database) => {
      expect(await rows(database, sql)).toEqual([[0, 'a.b', false, true, false]]);
    });
    // The second time from the cache, where the libraries must be loaded all the same.
    await withDatabase(files, {}, async (database) => {
      expect(await rows(database, sql)).toEqual([[0, 'a.b', false, true, false]]);
    });
  });

  test('of packages of their own are loaded where a migration creates them', async () => {
    const files = {
      'migrations/1_a.sql': `CREATE EXTENSION IF NOT EXISTS vector;
        CREATE TABLE item (id int PRIMARY KEY, embedding vector(3) NOT NULL);
        CREATE INDEX ON item USING hnsw (embedding vector_l2_ops);`,
    };
    const sql = "SELECT '[1,2,3]'::vector <-> '[1,2,5]', vector_dims('[1,2]'::vector)";
    await withDatabase(files, {}, async (database) => {
      expect(await rows(database, sql)).toEqual([[2, 2]]);
    });
    await withDatabase(files, {}, async (database) => {
      expect(await rows(database, sql)).toEqual([[2, 2]]);
      expect(await rows(database, 'SELECT * FROM item')).toEqual([]);
    });
  });

  test('are loaded where the configuration lists them', async () => {
    const files = {
      'migrations/1_a.sql': "DO $$ BEGIN EXECUTE 'CREATE EXT' || 'ENSION hstore'; END $$;",
    };
    await withDatabase(files, { extensions: ['hstore'] }, async (database) => {
      expect(await rows(database, "SELECT 'a=>1'::hstore -> 'a'")).toEqual([['1']]);
    });
  });

  test.each([
    ['postgis', /^Install it with npm i -D @electric-sql\/pglite-postgis, or set "database"/],
    ['timescaledb', /^PGlite has no such extension: set "database": "server" or "container"/],
  ])('that there are not: %s', async (name, hint) => {
    using project = makeProject({ 'migrations/1_a.sql': `SELECT 1;\n  CREATE EXTENSION ${name};` });
    const created = await failureOf(() => openDatabase(configOf(project), { env: sharedCache() }));
    expect(created.exitCode).toBe(1);
    expect(created.diagnostics[0]).toMatchObject({
      file: 'migrations/1_a.sql',
      line: 2,
      column: 3,
      message: `The migration failed and was rolled back: extension "${name}" is not available`,
      hint: expect.stringMatching(hint),
    });
    const configured = await failureOf(() =>
      openDatabase(configOf(project, { extensions: [name] }), { env: sharedCache() }),
    );
    expect(configured.exitCode).toBe(2);
    expect(configured.diagnostics[0]).toMatchObject({
      message: `The embedded database does not have the extension "${name}".`,
      hint: expect.stringMatching(hint),
    });
  });

  test('named only in a comment are ignored', async () => {
    await withDatabase(
      { 'migrations/1_a.sql': '-- CREATE EXTENSION timescaledb;\nSELECT 1;' },
      {},
      async (database) => {
        expect(database.notes).toEqual([]);
      },
    );
  });
});

describe('the cache', () => {
  let made: string;
  let expected: unknown;
  let folder: string;
  let project: TestProject;
  const open = (env: NodeJS.ProcessEnv = { XDG_CACHE_HOME: folder }) =>
    openDatabase(configOf(project), { env });
  const files = () => readdirSync(join(folder, 'nodrift')).sort();
  const take = async (database: Database) => {
    const found = await contents(database);
    await database.close();
    return found;
  };

  // Each test begins with what a first run leaves.
  beforeAll(async () => {
    made = folder = mkdtempSync(join(tmpdir(), 'nodrift-cache-'));
    project = makeProject(migrations);
    expected = await take(await open());
    project[Symbol.dispose]();
  });
  afterAll(() => rmSync(made, { recursive: true }));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nodrift-cache-'));
    cpSync(made, folder, { recursive: true });
    project = makeProject(migrations);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    project[Symbol.dispose]();
  });

  test('changes nothing but the time', async () => {
    expect(files()).toHaveLength(2);
    expect(await take(await open())).toEqual(expected);
    expect(files()).toHaveLength(2);
    rmSync(join(folder, 'nodrift'), { recursive: true });
    expect(await take(await open({ NODRIFT_CACHE: 'off', XDG_CACHE_HOME: folder }))).toEqual(expected);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('knows another migration, another text and another name from those it has', async () => {
    project.write({ 'migrations/3_more.sql': 'ALTER TABLE users ADD COLUMN age int;' });
    await take(await open());
    expect(files()).toHaveLength(3);
    project.write({ 'migrations/3_more.sql': 'ALTER TABLE users ADD COLUMN age bigint;' });
    const database = await open();
    expect(
      await rows(database, "SELECT format_type(atttypid, null) FROM pg_attribute WHERE attname = 'age'"),
    ).toEqual([['bigint']]);
    await database.close();
    expect(files()).toHaveLength(4);
  });

  test('holds what the migrations made and nothing that came later', async () => {
    const database = await open();
    await database.client.query("INSERT INTO users (email) VALUES ('later@example.org')");
    await database.close();
    const again = await open();
    expect(await rows(again, 'SELECT email FROM users')).toEqual([['First@example.org']]);
    await again.close();
  });

  test('is passed over where a file of it is broken, which is then made anew', async () => {
    const before = files();
    for (const [index, name] of before.entries()) {
      const path = join(folder, 'nodrift', name);
      const data = readFileSync(path);
      // One is cut off, the other has a bit turned.
      if (index === 0) writeFileSync(path, data.subarray(0, data.length / 2));
      else writeFileSync(path, data.fill(data.readUInt8(5000) ^ 1, 5000, 5001));
    }
    expect(await take(await open())).toEqual(expected);
    expect(files()).toEqual(before);
  });

  test('is passed over where what it holds is not a database', async () => {
    const cache = await openDataCache({ XDG_CACHE_HOME: folder });
    for (const name of files())
      await cache?.write(name.replace('.pgdata', ''), Buffer.from('[]\nno database at all'));
    expect(await take(await open())).toEqual(expected);
  });

  test('is done without where it cannot be written', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const database = await open({ XDG_CACHE_HOME: file });
    expect(database.major).toBe(18);
    await database.close();
  });

  test('does not keep what programs make', async () => {
    project[Symbol.dispose]();
    project = makeProject({ 'migrations/1_a.js': "exports.up = (pgm) => pgm.sql('CREATE TABLE t ()');" });
    // Those of the empty database and of the other migrations.
    const before = files();
    await (await open()).close();
    expect(files()).toEqual(before);
  });
});
