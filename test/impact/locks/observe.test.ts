import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ScriptError } from '../../../src/database/server/script.ts';
import { lockingStatements } from '../../../src/impact/locks/lock-report.ts';
import type { ObservedStatement } from '../../../src/impact/locks/observe.ts';
import { tested } from '../../support/tested.ts';
import { type LockDatabase, lockDatabase } from './support/lock-database.ts';
import { type Expected, rows, schema, statements } from './support/statements.ts';

const nothingRunning = { queries: [], links: { references: [], children: [] }, drawn: () => () => [] };

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

  /** What is seen of each statement on a schema: in a transaction that is rolled back, where it does not refuse one. */
  async function seenOn(script: string): Promise<readonly Expected[]> {
    const found: Expected[] = [];
    await database.reset(script);
    for (const { sql, ...one } of known) {
      let observed = await database.observe(`BEGIN; ${sql}`).catch(refused);
      await database.client.query('ROLLBACK');
      // What ANALYZE notes of an empty table stays, and makes Postgres plan as if it were to stay empty.
      const stays = observed === null || sql.startsWith('ANALYZE');
      observed ??= await database.observe(sql);
      if (stays) await database.reset(script);
      found.push({ ...one, sql, seen: seen(observed, sql) });
    }
    return found;
  }

  test('lock, read, build and rewrite what was there before', async () => {
    expect(await seenOn(schema)).toEqual(known);
  });

  // PGlite is PostgreSQL 18, and slower.
  test.skipIf(server === 'PGlite')('do the same on empty tables and on others', async () => {
    // Postgres looks for each reference of a foreign key, in whatever way is the cheapest.
    const foreignKey = (text: string) =>
      text.replace('reads customers, ', '').replace(', reads customers', '');
    const found = await seenOn(`${schema}${rows}`);
    expect(found.map((one) => ({ ...one, seen: foreignKey(one.seen) }))).toEqual(known);
  });
});

/** Null where Postgres refuses to run a statement in a transaction (25001 active_sql_transaction). */
function refused(error: unknown): null {
  if (error instanceof ScriptError && error.failed.error.code === '25001') return null;
  throw error;
}
