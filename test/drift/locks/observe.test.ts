import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lockingStatements } from '../../../src/drift/locks/lock-report.ts';
import type { ObservedStatement } from '../../../src/drift/locks/observe.ts';
import { tested } from '../../support/tested.ts';
import { type LockDatabase, lockDatabase } from './support/lock-database.ts';
import { rows, schema, statements } from './support/statements.ts';

const nothingRunning = { queries: [], links: { references: [], children: [] } };

/** `orders: SHARE, builds orders_n_idx`; with a question mark where it is so only without an index. */
function seen(observed: readonly ObservedStatement[], script: string): string {
  const found = lockingStatements(observed, nothingRunning, script, new Set()).map(({ locks, work }) => [
    ...locks.map(({ relation, mode }) => `${relation}: ${mode}`),
    ...work.map(({ kind, table, index, certain }) => `${kind} ${index ?? table}${certain ? '' : '?'}`),
  ]);
  return found.map((parts) => parts.join(', ')).join('; ');
}

describe.each(tested(['PGlite', 14, 15, 16, 17, 18]))('on %s a statement is seen to', (server) => {
  let database: LockDatabase;
  beforeAll(async () => {
    database = await lockDatabase(server);
  });
  afterAll(() => database?.close());

  const known = statements.filter(({ since = 0 }) => server === 'PGlite' || server >= since);

  test('lock, read, build and rewrite what was there before', async () => {
    const found: { sql: string; seen: string }[] = [];
    for (const { sql } of known) {
      await database.reset(schema);
      found.push({ sql, seen: seen(await database.observe(sql), sql) });
    }
    expect(found).toEqual(known.map(({ sql, seen }) => ({ sql, seen })));
  });

  // PGlite is PostgreSQL 18, and slower.
  test.skipIf(server === 'PGlite')('do the same on empty tables and on others', async () => {
    const found: { sql: string; seen: string }[] = [];
    for (const { sql } of known) {
      await database.reset(`${schema}${rows}`);
      found.push({ sql, seen: seen(await database.observe(sql), sql) });
    }
    // Postgres looks for each reference of a foreign key, in whatever way is the cheapest.
    const foreignKey = (text: string) =>
      text.replace('reads customers, ', '').replace(', reads customers', '');
    expect(found.map((one) => ({ ...one, seen: foreignKey(one.seen) }))).toEqual(
      known.map(({ sql, seen }) => ({ sql, seen })),
    );
  });
});
