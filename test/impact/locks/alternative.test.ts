import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { lockingStatements } from '../../../src/impact/locks/lock-report.ts';
import { type LockDatabase, lockDatabase } from './support/lock-database.ts';
import { rows, schema } from './support/statements.ts';

const nothingRunning = { queries: [], links: { references: [], children: [] }, drawn: () => () => [] };

let database: LockDatabase;
beforeAll(async () => {
  database = await lockDatabase(18);
});
beforeEach(() => database.reset(`${schema}${rows}`));
afterAll(() => database?.close());

async function report(script: string) {
  return lockingStatements(await database.observe(script), nothingRunning, script, new Set());
}

const rewriteByType = 'a new column, filled in batches, that replaces the old one';
const rewriteByDefault = 'ADD COLUMN without the default; then SET DEFAULT, and fill the column in batches';
const index = 'CREATE INDEX CONCURRENTLY, in a migration without a transaction';
const unique = 'CREATE UNIQUE INDEX CONCURRENTLY; then ADD CONSTRAINT … USING INDEX';
const notValid = 'ADD CONSTRAINT … NOT VALID; VALIDATE CONSTRAINT in a later migration';

describe('what is said to do the same', () => {
  // Each script of the second list is a migration of its own, or a statement without a transaction.
  test.each<readonly [string, string, readonly string[]]>([
    ['CREATE INDEX ON orders (big)', index, ['CREATE INDEX CONCURRENTLY ON orders (big)']],
    ['CREATE UNIQUE INDEX ON orders (big)', index, ['CREATE UNIQUE INDEX CONCURRENTLY ON orders (big)']],
    [
      'ALTER TABLE orders ADD UNIQUE (big)',
      unique,
      [
        'CREATE UNIQUE INDEX CONCURRENTLY orders_big ON orders (big)',
        'ALTER TABLE orders ADD CONSTRAINT orders_big UNIQUE USING INDEX orders_big',
      ],
    ],
    [
      'alter table orders /* all */ alter column "big" set not null',
      'CHECK ("big" IS NOT NULL) NOT VALID; VALIDATE in a later migration; then SET NOT NULL',
      [
        'ALTER TABLE orders ADD CONSTRAINT given CHECK (big IS NOT NULL) NOT VALID',
        'ALTER TABLE orders VALIDATE CONSTRAINT given',
        'ALTER TABLE orders ALTER COLUMN big SET NOT NULL; ALTER TABLE orders DROP CONSTRAINT given',
      ],
    ],
    [
      'ALTER TABLE orders ADD CONSTRAINT positive CHECK (big > 0)',
      notValid,
      [
        'ALTER TABLE orders ADD CONSTRAINT positive CHECK (big > 0) NOT VALID',
        'ALTER TABLE orders VALIDATE CONSTRAINT positive',
      ],
    ],
    [
      'ALTER TABLE orders ADD CONSTRAINT to_customer FOREIGN KEY (n) REFERENCES customers',
      notValid,
      [
        'ALTER TABLE orders ADD CONSTRAINT to_customer FOREIGN KEY (n) REFERENCES customers NOT VALID',
        'ALTER TABLE orders VALIDATE CONSTRAINT to_customer',
      ],
    ],
    [
      'ALTER DOMAIN amount ADD CONSTRAINT positive CHECK (VALUE > 0)',
      notValid,
      ['ALTER DOMAIN amount ADD CONSTRAINT positive CHECK (VALUE > 0) NOT VALID'],
    ],
    [
      'ALTER TABLE orders ADD COLUMN token uuid DEFAULT gen_random_uuid()',
      rewriteByDefault,
      [
        'ALTER TABLE orders ADD COLUMN token uuid; ALTER TABLE orders ALTER COLUMN token SET DEFAULT gen_random_uuid()',
      ],
    ],
    [
      'ALTER TABLE orders ALTER COLUMN big TYPE bigint',
      rewriteByType,
      ['ALTER TABLE orders ADD COLUMN bigger bigint'],
    ],
    [
      'REINDEX INDEX orders_n_idx',
      'REINDEX CONCURRENTLY, in a migration without a transaction',
      ['REINDEX INDEX CONCURRENTLY orders_n_idx'],
    ],
    [
      "ALTER TABLE parts ATTACH PARTITION alone FOR VALUES FROM ('2022-01-01') TO ('2023-01-01')",
      'first a CHECK of the bounds: NOT VALID, then VALIDATE in a later migration',
      [
        "ALTER TABLE alone ADD CONSTRAINT in_2022 CHECK (d >= '2022-01-01' AND d < '2023-01-01') NOT VALID",
        'ALTER TABLE alone VALIDATE CONSTRAINT in_2022',
        // Of the rows that the DEFAULT partition has, the same can be known.
        "ALTER TABLE parts_rest ADD CONSTRAINT others CHECK (d < '2022-01-01' OR d >= '2023-01-01') NOT VALID",
        'ALTER TABLE parts_rest VALIDATE CONSTRAINT others',
        "ALTER TABLE parts ATTACH PARTITION alone FOR VALUES FROM ('2022-01-01') TO ('2023-01-01')",
      ],
    ],
  ])('as %s reads no table under a lock that queries wait for', async (statement, instead, scripts) => {
    for (const script of scripts)
      for (const found of await report(script)) {
        const { locks, lockedBefore, work } = found;
        expect(work.length > 0 && locks.length + lockedBefore.length > 0, script).toBe(false);
      }
    await database.reset(`${schema}${rows}`);
    const [found, ...others] = await report(statement);
    expect(others).toEqual([]);
    expect(found?.instead).toBe(instead);
    expect(found?.work.length).toBeGreaterThan(0);
  });

  test('as REFRESH MATERIALIZED VIEW lets readers go on', async () => {
    const [plain] = await report('REFRESH MATERIALIZED VIEW stored');
    expect(plain).toMatchObject({
      locks: [{ relation: 'stored', mode: 'ACCESS EXCLUSIVE' }],
      instead: 'REFRESH MATERIALIZED VIEW CONCURRENTLY, which needs a unique index',
    });
    const [better] = await report('REFRESH MATERIALIZED VIEW CONCURRENTLY stored');
    expect(better).toMatchObject({ locks: [{ relation: 'stored', mode: 'EXCLUSIVE' }], instead: null });
  });

  test('as a lock that a later statement prolongs is to take it last', async () => {
    const early = await report('ALTER TABLE customers ADD COLUMN x int; CREATE INDEX ON orders (n)');
    expect(early[0]).toMatchObject({
      brief: false,
      work: [],
      heldDuring: [{ line: 1, work: [{ kind: 'builds' }] }],
      instead: 'a migration of its own, or the end of this one',
    });
    await database.reset(schema);
    const late = await report('CREATE INDEX ON orders (n); ALTER TABLE customers ADD COLUMN x int');
    expect(late[1]).toMatchObject({ brief: true, heldDuring: [], instead: null });
  });
});

test('a script in several transactions holds no lock from one to the next', async () => {
  const found = await report(
    'BEGIN; ALTER TABLE customers ADD COLUMN x int; COMMIT; CREATE INDEX ON orders (n)',
  );
  expect(found.map(({ brief, lockedBefore }) => [brief, lockedBefore])).toEqual([
    [true, []],
    [false, []],
  ]);
});

test('a lock that was given up at a savepoint is held no longer', async () => {
  const found = await report(
    'BEGIN; SAVEPOINT s; ALTER TABLE customers ADD COLUMN x int; ROLLBACK TO s; CREATE INDEX ON orders (n); COMMIT',
  );
  expect(found[1]).toMatchObject({ locks: [{ relation: 'orders', mode: 'SHARE' }], lockedBefore: [] });
});

test('lock_timeout is known where the migration has set it', async () => {
  const script = "ALTER TABLE orders ADD x int; SET lock_timeout = '2s'; ALTER TABLE customers ADD x int";
  expect((await report(script)).map(({ lockTimeout }) => lockTimeout)).toEqual([false, true]);
  expect((await report('REINDEX SCHEMA app')).map(({ lockTimeout }) => lockTimeout)).toEqual([true]);
});
