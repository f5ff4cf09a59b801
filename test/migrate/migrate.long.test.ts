import { inspect } from 'node:util';
import type { PGlite } from '@electric-sql/pglite';
import { PG_MIGRATE_LOCK_ID } from 'node-pg-migrate';
import { migrate } from 'nodrift-runtime/migrate';
import { Client, Pool } from 'pg';
import postgres from 'postgres';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { migrationLockId } from '../../src/database/migrations/history-table.ts';
import { migrateUp } from '../../src/database/migrations/migrate.ts';
import { migrationStatus } from '../../src/database/migrations/migration-status.ts';
import { type Connection, createPool, postgresJs } from '../../src/runtime/index.ts';
import { configOf } from '../database/open.ts';
import { createPglite } from '../support/pglite.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { makeProject } from '../support/project.ts';
import { stopped } from './stopped.ts';

const texts = {
  './migrations/10_b.sql':
    '-- Up Migration\r\nCREATE TABLE b (x int DEFAULT 5);\r\n-- Down Migration\r\nDROP TABLE b;',
  './migrations/2_a.sql': '\uFEFFCREATE TABLE a (x int); -- a ; here\nINSERT INTO a VALUES (1), (2);\n',
  './migrations/11_index.sql': '-- nodrift: no-transaction\nCREATE INDEX CONCURRENTLY i ON b (x);\nANALYZE b',
};
const names = ['2_a', '10_b', '11_index'];

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase(18);
});
afterEach(() => database.drop());

/** Everything that an application may have, and how it is closed. */
const kinds: Record<string, () => Promise<readonly [Connection, () => Promise<unknown>]>> = {
  'pg Client': async () => {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    return [client, () => client.end()];
  },
  'pg Pool of one': async () => {
    const pool = new Pool({ connectionString: database.url, max: 1 });
    return [pool, () => pool.end()];
  },
  createPool: async () => {
    const pool = createPool(Pool, { connectionString: database.url });
    return [pool, () => pool.end()];
  },
  'postgres.js': async () => {
    const sql = postgres(database.url, { onnotice: () => {} });
    return [postgresJs(sql), () => sql.end()];
  },
  PGlite: async () => {
    const pglite = await createPglite();
    return [pglite, () => pglite.close()];
  },
};

describe.each(Object.keys(kinds))('over %s', (kind) => {
  let db: Connection;
  let close: () => Promise<unknown>;
  beforeEach(async () => {
    [db, close] = await (kinds[kind] as (typeof kinds)[string])();
  });
  afterEach(() => close());
  const needsSession = kind === 'createPool' || kind === 'postgres.js';

  const query = async (text: string) => {
    if (kind === 'PGlite') {
      return (await (db as unknown as PGlite).query(text, [], { rowMode: 'array' })).rows;
    }
    const types = { getTypeParser: () => (value: string) => value };
    return (await (db as Pool).query({ text, values: [], rowMode: 'array', types })).rows;
  };

  test('all that are pending, in the order of their numbers, once', async () => {
    if (needsSession) {
      const error = await stopped(migrate(db, texts));
      expect(error.message).toBe(
        "migrations/11_index.sql: it runs outside a transaction, which needs pg's Client or Pool, PGlite, or nodrift migrate up",
      );
    } else {
      expect(await migrate(db, texts)).toEqual(names);
    }
    expect(await migrate(db, { ...texts, './migrations/11_index.sql': 'SELECT 1' })).toEqual(
      needsSession ? ['11_index'] : [],
    );
    expect(await query('SELECT x::text FROM a ORDER BY x')).toEqual([['1'], ['2']]);
    expect(await query('SELECT name FROM pgmigrations ORDER BY id')).toEqual(names.map((name) => [name]));
    if (!needsSession)
      expect(await query("SELECT indisvalid::text FROM pg_index WHERE indexrelid = 'i'::regclass")).toEqual([
        ['true'],
      ]);
  });

  test('calls at the same time apply each once', async () => {
    const { './migrations/11_index.sql': _, ...some } = texts;
    const all = needsSession ? some : texts;
    const done = await Promise.all([migrate(db, all), migrate(db, all), migrate(db, all)]);
    expect(done.flat()).toEqual(needsSession ? names.slice(0, 2) : names);
    expect(await query('SELECT count(*)::text FROM a')).toEqual([['2']]);
  });

  test('a failure keeps what came before it, and says where it is', async () => {
    const broken = 'CREATE TABLE kept ();\nSELECT 1;\n  SELECT nothing FROM a;';
    const error = await stopped(migrate(db, { ...texts, './migrations/10_b.sql': broken }));
    expect(error).toMatchObject({
      name: 'MigrationError',
      file: 'migrations/10_b.sql',
      line: 3,
      column: 10,
      code: '42703',
      message:
        'migrations/10_b.sql:3:10: the migration failed and was rolled back: column "nothing" does not exist (SQLSTATE 42703)',
    });
    expect(await query("SELECT to_regclass('a')::text, to_regclass('kept')::text")).toEqual([['a', null]]);
    expect(await query('SELECT name FROM pgmigrations')).toEqual([['2_a']]);
  });

  test('prints no value of a row', async () => {
    const migrations = {
      '1_a.sql': "CREATE TABLE a (x text); INSERT INTO a VALUES ('secret'), ('secret');",
      '2_b.sql': 'ALTER TABLE a ADD UNIQUE (x)',
    };
    const values = [
      ['ALTER TABLE a ADD UNIQUE (x)', '23505'],
      ['ALTER TABLE a ALTER x TYPE int USING x::int', '22P02'],
      ["DO $$ BEGIN RAISE EXCEPTION 'found %', (SELECT min(x) FROM a); END $$", 'P0001'],
    ] as const;
    for (const [sql, code] of values) {
      const error = await stopped(migrate(db, { ...migrations, '2_b.sql': sql }));
      expect(error).toMatchObject({ code, line: 1, column: 1 });
      expect(inspect(error)).not.toContain('secret');
      expect(`${error.serverMessage} ${error.serverDetail}`).toContain('secret');
    }
  });

  test('what a migration sets does not stay', async () => {
    const sets = "SET search_path TO ''; SELECT set_config('work_mem', '1MB', false); SET ROLE postgres;";
    const before = await query("SELECT current_setting('search_path'), current_setting('role')");
    await migrate(db, { '1_a.sql': sets, '2_b.sql': `-- nodrift: no-transaction\n${sets}` }).catch(
      (error) => {
        if (!needsSession) throw error;
      },
    );
    expect(await query("SELECT current_setting('search_path'), current_setting('role')")).toEqual(before);
    expect(await query("SELECT current_setting('work_mem')")).toEqual([['4MB']]);
  });
});

describe('beside nodrift migrate up', () => {
  const project = makeProject(
    Object.fromEntries(Object.entries(texts).map(([path, text]) => [path.slice(2), text])),
  );
  afterAll(() => project[Symbol.dispose]());
  const config = () => configOf(project, {}, { DATABASE_URL: database.url });
  let pool: Pool;
  beforeEach(() => {
    pool = new Pool({ connectionString: database.url });
  });
  afterEach(() => pool.end());
  const history = async () =>
    (await pool.query({ text: 'SELECT name, content_hash FROM pgmigrations ORDER BY id', rowMode: 'array' }))
      .rows;

  test('one history, of a folder or of texts', async () => {
    await migrateUp(config());
    const expected = await history();
    expect(expected.map(([name]) => name)).toEqual(names);
    for (const migrations of [
      `${project.root}/migrations`,
      new URL(`file://${project.root}/migrations/`),
      texts,
    ]) {
      await pool.query('DROP TABLE pgmigrations, a, b');
      expect(await migrateUp(config(), 1)).toHaveLength(1);
      expect(await migrate(pool, migrations)).toEqual(names.slice(1));
      expect(await history()).toEqual(expected);
      expect(await migrationStatus(config())).toMatchObject({ pending: [], changed: [], missing: [] });
    }
  });

  test('a history of node-pg-migrate, which has no hashes', async () => {
    await pool.query(
      'CREATE TABLE pgmigrations (id SERIAL PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL);' +
        "CREATE TABLE a (x int); INSERT INTO pgmigrations (name, run_on) VALUES ('2_a', now())",
    );
    expect(await migrate(pool, texts)).toEqual(names.slice(1));
    expect((await history()).map(([name, hash]) => [name, typeof hash])).toEqual([
      ['2_a', 'object'],
      ['10_b', 'string'],
      ['11_index', 'string'],
    ]);
  });

  test('it waits for the lock of node-pg-migrate, or until it is told not to', async () => {
    expect(migrationLockId).toBe(String(PG_MIGRATE_LOCK_ID));
    const holder = await pool.connect();
    await holder.query(`SELECT pg_advisory_lock(${PG_MIGRATE_LOCK_ID})`);
    const controller = new AbortController();
    const given = migrate(pool, texts, { signal: controller.signal }).catch((error: unknown) => error);
    const waiting = migrate(pool, texts);
    controller.abort(new Error('enough'));
    expect(String(await given)).toBe('Error: enough');
    expect((await pool.query("SELECT to_regclass('a') AS a")).rows).toEqual([{ a: null }]);
    await holder.query(`SELECT pg_advisory_unlock(${PG_MIGRATE_LOCK_ID})`);
    holder.release();
    expect(await waiting).toEqual(names);
    // Nothing pending: the lock does not matter.
    const other = await pool.connect();
    await other.query(`SELECT pg_advisory_lock(${PG_MIGRATE_LOCK_ID})`);
    expect(await migrate(pool, texts)).toEqual([]);
    other.release(true);
  });

  test('processes that start at the same time apply each once', async () => {
    const pools = Array.from({ length: 4 }, () => new Pool({ connectionString: database.url, max: 2 }));
    const done = await Promise.all(pools.map((each) => migrate(each, texts)));
    await Promise.all(pools.map((each) => each.end()));
    expect(done.flat().sort()).toEqual([...names].sort());
    expect((await pool.query('SELECT count(*)::int AS n FROM a')).rows).toEqual([{ n: 2 }]);
    const locks = await pool.query("SELECT FROM pg_locks WHERE locktype = 'advisory'");
    expect(locks.rowCount).toBe(0);
  });

  test('outside a transaction, what is done stays, and the lock does not', async () => {
    const sql = '-- nodrift: no-transaction\nCREATE TABLE kept ();\nSELECT 1/0;';
    const error = await stopped(migrate(pool, { '1_a.sql': sql }));
    expect(error.message).toBe(
      '1_a.sql:3:1: the migration failed, outside a transaction: what is above stays (1 of its statements), and it is not recorded as applied: a value does not fit (SQLSTATE 22012), see `serverMessage`',
    );
    expect((await pool.query("SELECT FROM pg_locks WHERE locktype = 'advisory'")).rowCount).toBe(0);
    expect((await pool.query('SELECT FROM pgmigrations')).rowCount).toBe(0);
  });

  test('a role that may not write the history', async () => {
    const role = `r${process.pid}`;
    await migrate(pool, { '1_a.sql': 'CREATE TABLE a ()' });
    await pool.query(`CREATE ROLE ${role}`);
    const client = await pool.connect();
    await client.query(`SET ROLE ${role}`);
    expect((await stopped(migrate(client, { '1_a.sql': '' }))).message).toContain('permission denied');
    await client.query(`RESET ROLE; GRANT SELECT ON pgmigrations TO ${role}; SET ROLE ${role}`);
    expect(await migrate(client, { '1_a.sql': '' })).toEqual([]);
    await client.query(`RESET ROLE; DROP OWNED BY ${role}; DROP ROLE ${role}`);
    client.release();
  });

  test('a lost connection', async () => {
    const ends = 'CREATE TABLE a (); SELECT pg_terminate_backend(pg_backend_pid())';
    pool.on('error', () => {});
    expect((await stopped(migrate(pool, { '1_a.sql': ends }))).message).toContain(
      '1_a.sql:1:20: the migration failed',
    );
    const alone = `-- nodrift: no-transaction\nSELECT 1; ${ends.slice(19)}`;
    expect((await stopped(migrate(pool, { '1_a.sql': alone }))).message).toContain(
      '1_a.sql:2:11: the migration failed',
    );
    expect(await migrate(pool, { '1_a.sql': 'CREATE TABLE a ()' })).toEqual(['1_a']);
  });
});

test('the number of statements grows with the migrations, and not faster', async () => {
  const pglite = await createPglite();
  let sent = 0;
  const counted = new Proxy(pglite, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (name !== 'transaction') return typeof value === 'function' ? value.bind(target) : value;
      return (use: (tx: object) => Promise<unknown>) =>
        target.transaction((tx) =>
          use(
            new Proxy(tx, {
              get(of, key) {
                const found = Reflect.get(of, key, of);
                if (typeof found !== 'function') return found;
                return (...args: readonly unknown[]) => {
                  if (key === 'query') sent += 1;
                  return found.apply(of, args);
                };
              },
            }),
          ),
        );
    },
  });
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`${i + 1}_m.sql`, `CREATE TABLE t${i} ()`]));
  const countOf = async (count: number) => {
    sent = 0;
    await migrate(counted, many(count));
    return sent;
  };
  const first = await countOf(20);
  expect((await countOf(40)) - first).toBeLessThan(10);
  expect(first).toBeLessThan(20 * 5);
  expect(await countOf(40)).toBeLessThanOrEqual(2);
  await pglite.close();
});
