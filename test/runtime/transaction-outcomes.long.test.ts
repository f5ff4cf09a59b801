import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  batch,
  type Connection,
  ConnectionError,
  createPool,
  type DatabasePool,
  exec,
  int4,
  many,
  RetryableError,
  SerializationError,
  text,
  transaction,
} from '../../src/runtime/index.ts';
import fc from '../support/fast-check.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { startProxy, type TcpProxy } from './proxy.ts';

const file = 'test.sql';
const add = exec<{ id: number }>({
  name: 'add',
  file,
  sql: 'INSERT INTO items VALUES ($1)',
  params: [{ name: 'id', codec: int4 }],
  columns: [],
});
const items = many<void, { id: number; n: number }>({
  name: 'items',
  file,
  sql: 'SELECT id, count(*)::int4 AS n FROM items GROUP BY id ORDER BY id',
  params: [],
  columns: [
    ['id', int4],
    ['n', int4],
  ],
  readOnly: true,
});
const raise = exec<{ code: string }>({
  name: 'raise',
  file,
  sql: 'SELECT raise($1)',
  params: [{ name: 'code', codec: text }],
  columns: [],
});
const schema = `
  CREATE TABLE items (id int4);
  CREATE FUNCTION raise(code text) RETURNS void LANGUAGE plpgsql AS
    'BEGIN RAISE EXCEPTION USING ERRCODE = code, MESSAGE = ''raised''; END';
`;

let database: TestDatabase;
let proxy: TcpProxy;
let pool: DatabasePool;

beforeAll(async () => {
  database = await createDatabase(18, schema);
  proxy = await startProxy(database.url);
  pool = createPool(Pool, { connectionString: proxy.url, max: 2 });
});
afterAll(async () => {
  await pool.end();
  await proxy.close();
  await database.drop();
});

class Thrown extends Error {}

/** A program of a transaction. Numbers are the ids that it adds. */
type Step =
  | number
  | { readonly raise: '40001' | '40P01' | '22012'; readonly everyAttempt: boolean; readonly caught: boolean }
  | { readonly nested: readonly Step[]; readonly throws: boolean; readonly caught: boolean };
interface Program {
  readonly steps: readonly Step[];
  readonly throws: boolean;
  readonly retries: number;
  readonly fault: {
    readonly at: 'COMMIT' | 'add_' | 'SAVEPOINT';
    readonly what: 'request' | 'answer';
  } | null;
}

const { steps } = fc.letrec<{ steps: Step[] }>((tie) => ({
  steps: fc.array(
    fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      { weight: 3, arbitrary: fc.nat(1_000_000) },
      {
        weight: 2,
        arbitrary: fc.record({
          raise: fc.constantFrom('40001', '40P01', '22012'),
          everyAttempt: fc.boolean(),
          caught: fc.boolean(),
        }),
      },
      {
        weight: 3,
        arbitrary: fc.record({ nested: tie('steps'), throws: fc.boolean(), caught: fc.boolean() }),
      },
    ),
    { maxLength: 4 },
  ) as fc.Arbitrary<Step[]>,
}));
const program: fc.Arbitrary<Program> = fc.record({
  steps,
  throws: fc.boolean(),
  retries: fc.nat(3),
  fault: fc.option(
    fc.record({
      at: fc.constantFrom('COMMIT', 'add_', 'SAVEPOINT'),
      what: fc.constantFrom('request', 'answer'),
    }),
  ),
});

/** Runs steps; resolves the ids of those scopes that were not undone. */
async function run(tx: Connection, program: readonly Step[], attempt: number): Promise<number[]> {
  const kept: number[] = [];
  for (const step of program) {
    if (typeof step === 'number') {
      await add(tx, { id: step });
      kept.push(step);
    } else if ('raise' in step) {
      if (step.everyAttempt || attempt === 1) {
        await raise(tx, { code: step.raise }).catch((error: unknown) => {
          if (!step.caught) {
            throw error;
          }
        });
      }
    } else {
      const nested = transaction(tx, {}, async (inner) => {
        const ids = await run(inner, step.nested, attempt);
        if (step.throws) {
          throw new Thrown();
        }
        return ids;
      });
      kept.push(
        ...(await nested.catch((error: unknown) => {
          if (!step.caught) {
            throw error;
          }
          return [];
        })),
      );
    }
  }
  return kept;
}

describe('a transaction, whatever happens in it,', () => {
  it('writes once when it resolves, never when it rejects as not done, and at most once when the outcome is unknown', async () => {
    await fc.assert(
      fc.asyncProperty(program, async ({ fault, retries, throws, steps: listed }) => {
        // Each id once, so that what is there twice has been written twice.
        let next = 0;
        const renumber = (list: readonly Step[]): Step[] =>
          list.map((step) =>
            typeof step === 'number'
              ? next++
              : 'nested' in step
                ? { ...step, nested: renumber(step.nested) }
                : step,
          );
        const numbered = renumber(listed);
        await exec<void>({ name: 'clear', file, sql: 'TRUNCATE items', params: [], columns: [] })(pool);
        // What the callback threw in each attempt; undefined where it resolved.
        const attempts: { error?: unknown }[] = [];
        if (fault !== null) {
          proxy.lose(fault.at, fault.what);
        }
        const outcome = await transaction(pool, { retries }, async (tx) => {
          const attempt: (typeof attempts)[number] = {};
          attempts.push(attempt);
          try {
            const kept = await run(tx, numbered, attempts.length);
            if (throws) {
              throw new Thrown();
            }
            return kept;
          } catch (error) {
            attempt.error = error;
            throw error;
          }
        }).then(
          (kept) => ({ kept, error: undefined }),
          (error: unknown) => ({ kept: [] as number[], error }),
        );
        proxy.lose('nothing that is ever sent', 'request');

        const found = await items(pool);
        expect(found.filter(({ n }) => n !== 1)).toEqual([]);
        const { kept, error } = outcome;
        const present = found.map(({ id }) => id);
        if (error === undefined) {
          expect(present).toEqual([...kept].sort((a, b) => a - b));
        } else if (!(error instanceof ConnectionError && error.outcome === 'unknown')) {
          expect(present).toEqual([]);
        } else {
          // Only a COMMIT whose answer was lost leaves it open.
          expect(error.query).toBe('COMMIT');
        }
        // Nothing is run again because of what a savepoint has undone, or because of a lost connection.
        expect(attempts.length).toBeLessThanOrEqual(1 + retries);
        for (const { error: thrown } of attempts.slice(0, -1)) {
          expect(isConflict(thrown) || hidesConflict(numbered)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});

function isConflict(error: unknown): boolean {
  return error instanceof RetryableError;
}

/** Whether the transaction can be failed because of a conflict that nothing has undone. */
function hidesConflict(program: readonly Step[]): boolean {
  return program.some((step) => typeof step === 'object' && 'raise' in step && step.raise !== '22012');
}

describe('a transaction whose nested one met with a conflict', () => {
  it('is not run again when the answer to COMMIT is lost: what became of it is unknown', async () => {
    let attempts = 0;
    proxy.lose('COMMIT', 'answer');
    const error = await transaction(pool, { retries: 3 }, async (tx) => {
      attempts += 1;
      await transaction(tx, {}, (inner) => raise(inner, { code: '40001' })).catch(() => {});
      await add(tx, { id: 2_000_000 });
    }).catch((it: unknown) => it);
    expect(attempts).toBe(1);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ query: 'COMMIT', outcome: 'unknown' });
    expect(await items(pool)).toContainEqual({ id: 2_000_000, n: 1 });
  });

  it('is not run again when it throws for another reason', async () => {
    let attempts = 0;
    const failing = transaction(pool, { retries: 3 }, async (tx) => {
      attempts += 1;
      await transaction(tx, {}, (inner) => raise(inner, { code: '40001' })).catch(() => {});
      throw new Thrown();
    });
    await expect(failing).rejects.toThrow(Thrown);
    expect(attempts).toBe(1);
  });

  it('is run again when that is what it throws, also as a cause', async () => {
    for (const wrap of [false, true]) {
      let attempts = 0;
      const failing = transaction(pool, { retries: 3 }, async (tx) => {
        attempts += 1;
        await transaction(tx, {}, (inner) => raise(inner, { code: '40001' })).catch((cause: unknown) => {
          throw wrap ? new Error('mine', { cause }) : cause;
        });
      });
      await expect(failing).rejects.toThrow(wrap ? 'mine' : SerializationError);
      expect(attempts).toBe(4);
    }
  });
});

describe('a failed call', () => {
  it('says whether it can have taken effect', async () => {
    const outcomeOf = (call: Promise<unknown>) => call.catch((error: unknown) => error);
    proxy.lose('add_', 'request');
    expect(await outcomeOf(add(pool, { id: 1 }))).toMatchObject({ outcome: 'unknown' });
    proxy.lose('add_', 'answer');
    expect(await outcomeOf(transaction(pool, {}, (tx) => add(tx, { id: 1 })))).toMatchObject({
      outcome: 'not done',
    });
    proxy.lose('BEGIN', 'answer');
    expect(await outcomeOf(transaction(pool, {}, (tx) => add(tx, { id: 1 })))).toMatchObject({
      outcome: 'not done',
    });
    proxy.lose('COMMIT', 'request');
    expect(await outcomeOf(transaction(pool, {}, (tx) => add(tx, { id: 1 })))).toMatchObject({
      outcome: 'unknown',
    });
    proxy.refuse(true);
    proxy.breakAll();
    expect(await outcomeOf(add(pool, { id: 1 }))).toMatchObject({ outcome: 'not done' });
    expect(await batch(pool, [add.with({ id: 1 })])).toMatchObject([{ reason: { outcome: 'not done' } }]);
    proxy.refuse(false);
  });
});
