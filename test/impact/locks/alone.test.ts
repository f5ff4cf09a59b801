import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { lockModeOf } from '../../../src/impact/locks/lock-mode.ts';
import { tested } from '../../support/tested.ts';
import { type LockDatabase, lockDatabase } from './support/lock-database.ts';
import { rows, schema } from './support/statements.ts';

describe.each(tested([14, 15, 16, 17, 18]))('on %s a statement that refuses a transaction', (server) => {
  let database: LockDatabase;
  let holder: Client;
  let runner: Client;
  beforeAll(async () => {
    database = await lockDatabase(server as 18);
    const [one, two] = [await database.connect(), await database.connect()];
    if (one === null || two === null) throw new Error('there is only one session');
    [holder, runner] = [one, two];
  });
  afterAll(async () => {
    await holder?.end();
    await runner?.end();
    await database?.close();
  });

  // VACUUM considers the table first, in ACCESS SHARE mode. The mode that it waits for then is the one that it is said to take.
  test.each<readonly [statement: string, table: string, asks: string]>([
    ['CREATE INDEX CONCURRENTLY ON orders (n)', 'orders', 'SHARE UPDATE EXCLUSIVE'],
    ['DROP INDEX CONCURRENTLY orders_n_idx', 'orders', 'SHARE UPDATE EXCLUSIVE'],
    ['REINDEX INDEX CONCURRENTLY orders_n_idx', 'orders', 'SHARE UPDATE EXCLUSIVE'],
    ['REINDEX TABLE CONCURRENTLY orders', 'orders', 'SHARE UPDATE EXCLUSIVE'],
    ['REINDEX SCHEMA app', 'app.jobs', 'SHARE'],
    ['VACUUM orders', 'orders', 'SHARE UPDATE EXCLUSIVE'],
    ['VACUUM FULL orders', 'orders', 'ACCESS EXCLUSIVE'],
    ['CLUSTER', 'orders', 'ACCESS EXCLUSIVE'],
  ])('%s asks for %s in %s mode', async (statement, table, asks) => {
    await database.reset(`${schema}${rows}; ALTER TABLE orders CLUSTER ON orders_n_idx`);
    await holder.query(`BEGIN; LOCK TABLE ${table} IN EXCLUSIVE MODE`);
    const running = runner.query(statement);
    const waiting = {
      text: `SELECT mode FROM pg_locks WHERE pid = $1 AND relation = '${table}'::regclass::oid AND NOT granted`,
      values: [Reflect.get(runner, 'processID')],
    };
    try {
      const mode = await vi.waitFor(
        async () => {
          const found = await holder.query<{ mode: string }>(waiting);
          return lockModeOf(found.rows[0]?.mode ?? '');
        },
        { timeout: 30_000 },
      );
      expect(mode).toBe(asks);
    } finally {
      await holder.query('ROLLBACK');
      await running;
    }
    await database.reset(`${schema}${rows}; ALTER TABLE orders CLUSTER ON orders_n_idx`);
    const observed = await database.observe(statement);
    const effect = observed
      .flatMap(({ relations }) => relations)
      .find(({ relation }) => (relation.schema === 'public' ? '' : 'app.') + relation.name === table);
    // VACUUM blocks no query, and leaves nothing to be seen.
    expect(effect?.held).toBe(statement === 'VACUUM orders' ? undefined : asks);
  });

  test('DETACH PARTITION CONCURRENTLY is said to lock the partition', async () => {
    await database.reset(schema);
    await database.client.query('DROP TABLE parts_rest');
    const observed = await database.observe('ALTER TABLE parts DETACH PARTITION parts_1 CONCURRENTLY');
    expect(observed.flatMap(({ relations }) => relations)).toMatchObject([
      { relation: { name: 'parts_1' }, held: 'ACCESS EXCLUSIVE', rewritten: false },
    ]);
  });
});
