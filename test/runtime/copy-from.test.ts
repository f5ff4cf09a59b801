import type { PGlite } from '@electric-sql/pglite';
import { Client, Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Connection,
  CopyError,
  commented,
  copyFrom,
  createPool,
  EncodeError,
  isUniqueViolation,
  TransactionError,
  transaction,
  unprepared,
} from '../../src/runtime/index.ts';
import { createPglite } from '../support/pglite.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { addThing, failureOf, numbered, observedRows, table, things } from './copy-things.ts';

let database: TestDatabase;
let client: Client;
let pglite: PGlite;

beforeAll(async () => {
  database = await createDatabase(18, table);
  client = new Client({ connectionString: database.url });
  await client.connect();
  pglite = await createPglite();
  await pglite.exec(table);
});
afterAll(async () => {
  await client.end();
  await pglite.close();
  await database.drop();
});
beforeEach(async () => {
  await client.query('TRUNCATE things');
  await pglite.exec('TRUNCATE things');
});

describe.each<[string, () => Promise<{ db: Connection; end: () => Promise<unknown> }>]>([
  ['a Client', async () => ({ db: client, end: async () => {} })],
  [
    'a Pool',
    async () => {
      const pool = new Pool({ connectionString: database.url, max: 1 });
      return { db: pool, end: () => pool.end() };
    },
  ],
  [
    'createPool',
    async () => {
      const pool = createPool(Pool, { connectionString: database.url, max: 1, prepare: false });
      return { db: pool, end: () => pool.end() };
    },
  ],
  ['changed statements', async () => ({ db: commented(unprepared(client)), end: async () => {} })],
  ['PGlite', async () => ({ db: pglite, end: async () => {} })],
])('copyFrom over %s', (_, open) => {
  let db: Connection;
  let end: () => Promise<unknown>;
  beforeAll(async () => {
    ({ db, end } = await open());
  });
  afterAll(() => end());

  it('writes all rows, of whatever iterable', async () => {
    expect(await copyFrom(db, addThing, numbered(20_000))).toBe(20_000);
    expect(await copyFrom(db, addThing, [{ id: 0, name: null }, { id: 30_000 }])).toBe(2);
    expect(await copyFrom(db, addThing, [])).toBe(0);
    const rows = await things(db, undefined);
    expect(rows).toHaveLength(20_002);
    expect(rows[0]).toEqual({ id: 0, name: null });
    expect(rows[20_000]).toEqual({ id: 20_000, name: 'thing 20000' });
    expect(rows[20_001]).toEqual({ id: 30_000, name: null });
  });

  it('writes texts that mean something to COPY', async () => {
    const names = [
      '',
      '\\N',
      '\\.',
      'a\tb',
      'a\nb',
      'a\r\nb',
      '\\',
      '\\\\n',
      'NULL',
      '\u{1F600}é',
      '\b\f\v',
      ' ',
    ];
    await copyFrom(
      db,
      addThing,
      names.map((name, id) => ({ id, name })),
    );
    expect((await things(db, undefined)).map(({ name }) => name)).toEqual(names);
  });

  it('names the row that the server refuses, and writes none', async () => {
    const rows = async function* () {
      yield* numbered(15_000);
      yield { id: 7 };
    };
    const error = await failureOf(copyFrom(db, addThing, rows()));
    expect(error).toBeInstanceOf(CopyError);
    const { row, cause, message } = error as CopyError;
    expect({ row, message }).toEqual({
      row: 15_001,
      message: 'addThing (things.sql): row 15001 cannot be written',
    });
    expect(isUniqueViolation(cause, addThing, 'things_pkey')).toBe(true);
    expect(await things(db, undefined)).toEqual([]);
  });

  it('names the row that cannot be encoded, ends the rows, and writes none', async () => {
    const { rows, ended } = observedRows(
      (async function* () {
        yield* numbered(9000);
        yield { id: 9001, name: { secret: 'value' } as never };
        yield* numbered(1_000_000);
      })(),
    );
    const error = await failureOf(copyFrom(db, addThing, rows));
    expect(error).toMatchObject({ row: 9001, cause: expect.any(EncodeError) });
    expect(String((error as Error).cause)).toBe(
      'EncodeError: addThing (things.sql): parameter "name": not a string',
    );
    await ended;
    expect(await things(db, undefined)).toEqual([]);
  });

  it('throws what the rows throw, and writes none', async () => {
    const thrown = new Error('no more');
    const rows = numbered(10_000, (id) => {
      if (id === 8000) throw thrown;
    });
    expect(await failureOf(copyFrom(db, addThing, rows))).toBe(thrown);
    expect(await things(db, undefined)).toEqual([]);
  });

  it('ends with its signal while it waits for a row, and writes none', async () => {
    const controller = new AbortController();
    const { rows, ended } = observedRows(
      numbered(10_000, (id) => {
        if (id === 8000) controller.abort(new Error('enough'));
      }),
    );
    const error = await failureOf(copyFrom(db, addThing, rows, { signal: controller.signal }));
    expect(error).toBe(controller.signal.reason);
    await ended;
    expect(await things(db, undefined)).toEqual([]);
    const already = copyFrom(db, addThing, numbered(1), { signal: controller.signal });
    expect(await failureOf(already)).toBe(controller.signal.reason);
  });

  it('is a part of the transaction that it runs in', async () => {
    const stopped = new Error('stop');
    const undone = transaction(db, {}, async (tx) => {
      expect(await copyFrom(tx, addThing, numbered(3))).toBe(3);
      await transaction(tx, {}, (nested) => copyFrom(nested, addThing, [{ id: 1 }])).catch(() => {});
      expect(await things(tx, undefined)).toHaveLength(3);
      throw stopped;
    });
    expect(await failureOf(undone)).toBe(stopped);
    expect(await things(db, undefined)).toEqual([]);
    await transaction(db, {}, (tx) => copyFrom(tx, addThing, numbered(3)));
    expect(await things(db, undefined)).toHaveLength(3);
  });

  it('refuses statements over its transaction, whose rows would wait for them for ever', async () => {
    const error = await failureOf(
      transaction(db, {}, (tx) =>
        copyFrom(
          tx,
          addThing,
          numbered(2, () => things(tx, undefined)),
        ),
      ),
    );
    expect(error).toBeInstanceOf(TransactionError);
    expect(await things(db, undefined)).toEqual([]);
  });
});
