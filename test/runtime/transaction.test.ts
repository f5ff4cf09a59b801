import { Client, Pool, type PoolConfig } from 'pg';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import {
  type Connection,
  ConnectionError,
  exec,
  execrows,
  int4,
  many,
  one,
  PoolTimeoutError,
  postgresJs,
  type QueryConfig,
  SerializationError,
  TransactionError,
  text,
  transaction,
  UniqueViolationError,
} from '../../src/runtime/index.ts';
import { createPglite } from '../support/pglite.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';

const file = 'test.sql';
const add = exec<{ id: number }>({
  name: 'add',
  file,
  sql: 'INSERT INTO items (id) VALUES ($1)',
  params: [{ name: 'id', codec: int4 }],
  columns: [],
});
const all = many<void, { id: number }>({
  name: 'all',
  file,
  sql: 'SELECT id FROM items ORDER BY id',
  params: [],
  columns: [['id', int4]],
});
const sleep = exec<void>({ name: 'sleep', file, sql: 'SELECT pg_sleep(600)', params: [], columns: [] });
const modes = one<void, { isolation: string; readOnly: string; deferrable: string }>({
  name: 'modes',
  file,
  sql: `SELECT current_setting('transaction_isolation') AS isolation,
    current_setting('transaction_read_only') AS "readOnly", current_setting('transaction_deferrable') AS deferrable`,
  params: [],
  columns: [
    ['isolation', text],
    ['readOnly', text],
    ['deferrable', text],
  ],
});
const ids = async (db: Connection) => (await all(db)).map((row) => row.id);
const schema = `
  CREATE TABLE items (id int4 PRIMARY KEY);
  CREATE TABLE pairs (id int4 UNIQUE DEFERRABLE INITIALLY DEFERRED);
  CREATE TABLE counters (id int4 PRIMARY KEY, n int4 NOT NULL);
  INSERT INTO counters VALUES (1, 0), (2, 0);
`;

let database: TestDatabase;

/** A pool on the test's database; dropping that may reach connections before pg has closed them. */
function openPool(options: PoolConfig): Pool {
  const opened = new Pool({ connectionString: database.url, ...options });
  opened.on('error', () => {});
  return opened;
}

let pool: Pool;

beforeAll(async () => {
  database = await createDatabase(18, schema);
  pool = openPool({ max: 4 });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
afterEach(() => {
  // No test may leave a connection lent.
  expect([pool.totalCount - pool.idleCount, pool.waitingCount]).toEqual([0, 0]);
});

describe.each(['Pool', 'Client', 'postgres.js', 'PGlite'] as const)('a transaction over %s', (kind) => {
  let db: Connection;
  let close: () => Promise<unknown>;

  beforeAll(async () => {
    if (kind === 'Pool') {
      db = pool;
      close = async () => {};
    } else if (kind === 'Client') {
      const client = new Client({ connectionString: database.url });
      await client.connect();
      db = client;
      close = () => client.end();
    } else if (kind === 'postgres.js') {
      const sql = postgres(database.url, { max: 2, onnotice: () => {} });
      db = postgresJs(sql);
      close = () => sql.end();
    } else {
      const pglite = await createPglite();
      await pglite.exec(schema);
      db = pglite;
      close = () => pglite.close();
    }
  });
  beforeEach(() =>
    exec<void>({ name: 'clear', file, sql: 'DELETE FROM items', params: [], columns: [] })(db),
  );
  afterAll(() => close());

  it('commits and resolves what its callback resolves', async () => {
    const result = await transaction(db, {}, async (tx) => {
      await add(tx, { id: 1 });
      return (await ids(tx)).length;
    });
    expect(result).toBe(1);
    expectTypeOf(result).toBeNumber();
    expect(await ids(db)).toEqual([1]);
  });

  it('needs no options', async () => {
    await transaction(db, async (tx) => {
      await add(tx, { id: 1 });
      await transaction(tx, (inner) => add(inner, { id: 2 }));
    });
    expect(await ids(db)).toEqual([1, 2]);
    const withoutCallback = transaction as unknown as (db: Connection, options?: object) => Promise<unknown>;
    await expect(withoutCallback(db, {})).rejects.toThrow(/the last argument must be a function/);
    await expect(withoutCallback(db)).rejects.toThrow(TypeError);
  });

  it('rolls back and rejects with what its callback rejects with', async () => {
    const reason = new Error('mine');
    const failing = transaction(db, {}, async (tx) => {
      await add(tx, { id: 1 });
      throw reason;
    });
    await expect(failing).rejects.toBe(reason);
    expect(await ids(db)).toEqual([]);
  });

  it('rolls back when a statement fails', async () => {
    const failing = transaction(db, {}, async (tx) => {
      await add(tx, { id: 1 });
      await add(tx, { id: 1 });
    });
    await expect(failing).rejects.toThrow(UniqueViolationError);
    expect(await ids(db)).toEqual([]);
  });

  it('rejects when its callback hides that a statement failed, for nothing was committed', async () => {
    const hiding = transaction(db, {}, async (tx) => {
      await add(tx, { id: 1 });
      await add(tx, { id: 1 }).catch(() => {});
    });
    await expect(hiding).rejects.toThrow(TransactionError);
    await expect(hiding).rejects.toThrow(/COMMIT \(transaction\): rolled back/);
    expect(await ids(db)).toEqual([]);
  });

  it('rejects when a constraint fails at the end', async () => {
    const addPair = exec<void>({
      name: 'addPair',
      file,
      sql: 'INSERT INTO pairs VALUES (1), (1)',
      params: [],
      columns: [],
    });
    const failing = transaction(db, {}, (tx) => addPair(tx));
    await expect(failing).rejects.toThrow(UniqueViolationError);
    await expect(failing).rejects.toMatchObject({ query: 'COMMIT', constraint: 'pairs_id_key' });
  });

  it('has the modes asked for', async () => {
    const serializable = { isolation: 'serializable', readOnly: true, deferrable: true } as const;
    expect(await transaction(db, serializable, (tx) => modes(tx))).toEqual({
      isolation: 'serializable',
      readOnly: 'on',
      deferrable: 'on',
    });
    expect(
      await transaction(db, { isolation: 'repeatable read', readOnly: false }, (tx) => modes(tx)),
    ).toMatchObject({
      isolation: 'repeatable read',
      readOnly: 'off',
    });
    await expect(transaction(db, { readOnly: true }, (tx) => add(tx, { id: 1 }))).rejects.toMatchObject({
      code: '25006',
    });
  });

  it('has the timeouts asked for, until its end', async () => {
    const timeouts = one<void, { lock: string; statement: string }>({
      name: 'timeouts',
      file,
      sql: `SELECT current_setting('lock_timeout') AS lock, current_setting('statement_timeout') AS statement`,
      params: [],
      columns: [
        ['lock', text],
        ['statement', text],
      ],
    });
    const before = await timeouts(db);
    const both = { isolation: 'repeatable read', lockTimeoutMs: 1500, statementTimeoutMs: 2000 } as const;
    expect(await transaction(db, both, (tx) => timeouts(tx))).toEqual({ lock: '1500ms', statement: '2s' });
    const alone = await transaction(db, { lockTimeoutMs: 2 ** 31 - 1 }, (tx) => timeouts(tx));
    expect(alone).toEqual({ lock: '2147483647ms', statement: before.statement });
    await transaction(db, both, () => Promise.reject(new Error())).catch(() => {});
    expect(await timeouts(db)).toEqual(before);
  });

  it.each([-1, 1.5, Number.NaN, 2 ** 31, '1; DROP TABLE items' as never])(
    'does not begin with the timeout %s',
    async (millis) => {
      for (const options of [{ lockTimeoutMs: millis }, { statementTimeoutMs: millis }]) {
        await expect(transaction(db, options, async () => {})).rejects.toThrow(RangeError);
      }
      const nested = transaction(db, {}, (tx) => transaction(tx, { lockTimeoutMs: 1 }, async () => {}));
      await expect(nested).rejects.toThrow(TransactionError);
    },
  );

  it('nests: what fails inside is undone, the rest stays', async () => {
    await transaction(db, {}, async (tx) => {
      await add(tx, { id: 1 });
      const inner = transaction(tx, {}, async (nested) => {
        await add(nested, { id: 2 });
        await transaction(nested, {}, (deep) => add(deep, { id: 3 }));
        await transaction(nested, {}, async (deep) => {
          await add(deep, { id: 4 });
          throw new Error('deep');
        }).catch(() => {});
        expect(await ids(nested)).toEqual([1, 2, 3]);
        await add(nested, { id: 1 });
      });
      await expect(inner).rejects.toThrow(UniqueViolationError);
      await transaction(tx, {}, (nested) => add(nested, { id: 5 }));
    });
    expect(await ids(db)).toEqual([1, 5]);
  });

  it('undoes one of several nested levels alone', async () => {
    await transaction(db, {}, async (tx) => {
      await transaction(tx, {}, async (nested) => {
        await add(nested, { id: 1 });
        const failed = transaction(nested, {}, async (deep) => {
          await add(deep, { id: 2 });
          await add(deep, { id: 2 }).catch(() => {});
        });
        // It hides that a statement failed: it cannot succeed.
        await expect(failed).rejects.toThrow(/RELEASE SAVEPOINT nodrift/);
        await add(nested, { id: 3 });
        await add(nested, { id: 3 }).catch(() => {});
        await expect(transaction(nested, {}, async () => {})).rejects.toThrow(/^SAVEPOINT nodrift/);
        throw new Error('give up');
      }).catch(() => {});
      await add(tx, { id: 4 });
    });
    expect(await ids(db)).toEqual([4]);
  });

  it('refuses its own statements while a nested one is running', async () => {
    await transaction(db, {}, async (tx) => {
      await transaction(tx, {}, async (nested) => {
        await expect(add(tx, { id: 1 })).rejects.toThrow(/a nested transaction is running/);
        await expect(transaction(tx, {}, async () => {})).rejects.toThrow(/a nested transaction is running/);
        await add(nested, { id: 2 });
      });
      await add(tx, { id: 3 });
    });
    expect(await ids(db)).toEqual([2, 3]);
  });

  it('takes modes only where it begins', async () => {
    const nested = transaction(db, {}, (tx) => transaction(tx, { readOnly: true }, async () => {}));
    await expect(nested).rejects.toThrow(TransactionError);
  });

  it('lets statements that are started together take their turns', async () => {
    await transaction(db, {}, async (tx) => {
      await Promise.all([1, 2, 3].map((id) => add(tx, { id })));
    });
    expect(await ids(db)).toEqual([1, 2, 3]);
  });

  it('commits nothing of statements that were not waited for, once one has failed', async () => {
    const failing = transaction(db, {}, (tx) =>
      Promise.all([add(tx, { id: 1 }), add(tx, { id: 1 }), add(tx, { id: 2 }), add(tx, { id: 3 })]),
    );
    await expect(failing).rejects.toThrow(UniqueViolationError);
    expect(await ids(db)).toEqual([]);
  });

  it('hands its connection to statements of other tools', async () => {
    await transaction(db, {}, async (tx) => {
      const { rows } = await tx.query({
        text: 'INSERT INTO items VALUES ($1) RETURNING id',
        values: ['7'],
        rowMode: 'array',
        types: { getTypeParser: () => String },
      });
      expect(rows).toEqual([['7']]);
    });
    expect(await ids(db)).toEqual([7]);
  });

  it('refuses statements after its end', async () => {
    let leaked: Connection | undefined;
    await transaction(db, {}, async (tx) => {
      leaked = tx;
    });
    await expect(add(leaked as Connection, { id: 1 })).rejects.toThrow(/the transaction is over/);
    await expect(transaction(leaked as Connection, {}, async () => {})).rejects.toThrow(
      /the transaction is over/,
    );
    expect(await ids(db)).toEqual([]);
  });

  it('does not begin when the signal is aborted already', async () => {
    const aborted = transaction(db, { signal: AbortSignal.abort(new Error('no')) }, () => Promise.resolve(1));
    await expect(aborted).rejects.toThrow('no');
  });
});

describe('a transaction', () => {
  beforeEach(async () => {
    await pool.query('DELETE FROM items; UPDATE counters SET n = 0');
  });

  it('refuses a client that is in one already, and connections that it cannot have for itself', async () => {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const both = Promise.all([
      transaction(client, {}, (tx) => add(tx, { id: 1 })),
      transaction(client, {}, (tx) => add(tx, { id: 2 })),
    ]);
    await expect(both).rejects.toThrow(TransactionError);
    await client.query('BEGIN');
    await expect(transaction(client, {}, async () => {})).rejects.toThrow(TransactionError);
    await client.query('ROLLBACK');
    await expect(
      transaction({ query: (config: QueryConfig) => client.query(config) as never }, {}, async () => {}),
    ).rejects.toThrow(TransactionError);
    await client.end();
  });

  it('fails a statement that waits for a lock, or runs, longer than its timeout', async () => {
    const lock = exec<void>({
      name: 'lock',
      file,
      sql: 'SELECT n FROM counters WHERE id = 1 FOR UPDATE',
      params: [],
      columns: [],
    });
    await transaction(pool, {}, async (holder) => {
      await lock(holder);
      const waiting = transaction(pool, { lockTimeoutMs: 20 }, (tx) => lock(tx));
      await expect(waiting).rejects.toMatchObject({ query: 'lock', code: '55P03' });
    });
    const long = transaction(pool, { statementTimeoutMs: 20 }, (tx) => sleep(tx));
    await expect(long).rejects.toMatchObject({ query: 'sleep', code: '57014' });
  });

  it('runs again after a conflict, as often as asked', async () => {
    const increment = execrows<void>({
      name: 'increment',
      file,
      sql: 'UPDATE counters SET n = n + 1 WHERE id = 1',
      params: [],
      columns: [],
    });
    const read = many<void, { n: number }>({
      name: 'read',
      file,
      sql: 'SELECT n FROM counters',
      params: [],
      columns: [['n', int4]],
    });
    let attempts = 0;
    const conflicting = (retries: number) =>
      transaction(pool, { isolation: 'repeatable read', retries }, async (tx) => {
        attempts += 1;
        await read(tx);
        if (attempts <= 2) {
          await increment(pool);
        }
        // As applications do: their own error, with the cause inside.
        await increment(tx).catch((cause: unknown) => {
          throw attempts === 1 ? new Error('application', { cause }) : cause;
        });
      });
    await conflicting(2);
    expect(attempts).toBe(3);
    attempts = 0;
    await expect(conflicting(0)).rejects.toThrow('application');
    attempts = 1;
    await expect(conflicting(0)).rejects.toThrow(SerializationError);
    expect(attempts).toBe(2);
  });

  it('does not run again after other errors', async () => {
    let attempts = 0;
    const failing = transaction(pool, { retries: 5 }, async (tx) => {
      attempts += 1;
      await add(tx, { id: 1 });
      await add(tx, { id: 1 });
    });
    await expect(failing).rejects.toThrow(UniqueViolationError);
    expect(attempts).toBe(1);
  });

  it('loses no update under contention', async () => {
    const read = one<{ id: number }, { n: number }>({
      name: 'read',
      file,
      sql: 'SELECT n FROM counters WHERE id = $1',
      params: [{ name: 'id', codec: int4 }],
      columns: [['n', int4]],
    });
    const write = exec<{ id: number; n: number }>({
      name: 'write',
      file,
      sql: 'UPDATE counters SET n = $2 WHERE id = $1',
      params: [
        { name: 'id', codec: int4 },
        { name: 'n', codec: int4 },
      ],
      columns: [],
    });
    const increment = (id: number) =>
      transaction(pool, { isolation: 'serializable', retries: 1000 }, async (tx) => {
        const { n } = await read(tx, { id });
        await write(tx, { id, n: n + 1 });
      });
    await Promise.all(Array.from({ length: 100 }, (_, i) => increment((i % 2) + 1)));
    expect(await read(pool, { id: 1 })).toEqual({ n: 50 });
    expect(await read(pool, { id: 2 })).toEqual({ n: 50 });
  });

  it('cancels the running statement on the server when aborted, and gives the connection back', async () => {
    const controller = new AbortController();
    const aborted = transaction(pool, { signal: controller.signal }, async (tx) => {
      await add(tx, { id: 1 });
      setTimeout(() => controller.abort(new Error('enough')), 50);
      await sleep(tx);
    });
    await expect(aborted).rejects.toThrow('enough');
    expect(await ids(pool)).toEqual([]);
    const { rows } = await pool.query(
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()",
    );
    expect(rows).toEqual([]);
  });

  it('cancels over postgres.js, too', async () => {
    const sql = postgres(database.url, { max: 1 });
    const db = postgresJs(sql);
    const aborted = transaction(db, { signal: AbortSignal.timeout(50) }, async (tx) => {
      await add(tx, { id: 1 });
      await sleep(tx);
    });
    await expect(aborted).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(await ids(db)).toEqual([]);
    await sql.end();
  });

  it('cancels inside a nested one, and lets the outer one go on', async () => {
    await transaction(pool, {}, async (tx) => {
      await add(tx, { id: 1 });
      const nested = transaction(tx, { signal: AbortSignal.timeout(50) }, async (inner) => {
        await add(inner, { id: 2 });
        await sleep(inner);
      });
      await expect(nested).rejects.toMatchObject({ name: 'TimeoutError' });
    });
    expect(await ids(pool)).toEqual([1]);
  });

  it('stops waiting for a connection when aborted', async () => {
    const single = openPool({ max: 1 });
    const client = await single.connect();
    const aborted = transaction(single, { signal: AbortSignal.timeout(50) }, async () => {});
    await expect(aborted).rejects.toMatchObject({ name: 'TimeoutError' });
    client.release();
    expect(await transaction(single, {}, async (tx) => ids(tx))).toEqual([]);
    expect([single.totalCount, single.idleCount]).toEqual([1, 1]);
    await single.end();
  });

  it('does not wait for a callback that continues after the abort', async () => {
    let finish = () => {};
    const aborted = transaction(
      pool,
      { signal: AbortSignal.timeout(20) },
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    await expect(aborted).rejects.toMatchObject({ name: 'TimeoutError' });
    finish();
  });

  it('closes a connection that broke', async () => {
    const single = openPool({ max: 1 });
    const broken = transaction(single, {}, async (tx) => {
      await add(tx, { id: 1 });
      await exec<void>({
        name: 'kill',
        file,
        sql: 'SELECT pg_terminate_backend(pg_backend_pid())',
        params: [],
        columns: [],
      })(tx);
    });
    await expect(broken).rejects.toThrow(ConnectionError);
    expect(single.totalCount).toBe(0);
    expect(await ids(single)).toEqual([]);
    await single.end();
  });

  it('says that no connection came free', async () => {
    const single = openPool({ max: 1, connectionTimeoutMillis: 50 });
    const client = await single.connect();
    await expect(transaction(single, {}, async () => {})).rejects.toThrow(PoolTimeoutError);
    client.release();
    await single.end();
  });
});
