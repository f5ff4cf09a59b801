import type { Client } from 'pg';
import { expect, test } from 'vitest';
import { observeMigration } from '../../../src/impact/locks/observe.ts';

/** A session that holds a lock on one of many relations. */
function sessionWith(relations: number, visit: () => void): Client {
  const row = (oid: number) => ({
    oid,
    schema: 'public',
    name: `t${oid}`,
    kind: 'r',
    of: null,
    partition: false,
    scans: 0,
    get node() {
      visit();
      return oid;
    },
  });
  const all = Array.from({ length: relations }, (_, i) => row(20_000 + i));
  const locks = [Object.assign(row(20_000), { mode: 'ShareLock', gone: false, timeout: '0' })];
  const query = async (text: string) => ({ rows: /pg_locks/.test(text) ? locks : all });
  return { query } as unknown as Client;
}

async function visits(relations: number, statements: number): Promise<number> {
  let count = 0;
  const client = sessionWith(relations, () => {
    count += 1;
  });
  const observer = observeMigration(new Set(Array.from({ length: relations }, (_, i) => 20_000 + i)));
  await observer.began(client);
  for (let i = 0; i < statements; i++)
    await observer.ran(client, { sql: 'SELECT 1', text: 'SELECT 1', offset: 0 });
  return count;
}

test('a statement visits what it locked, and not all relations', async () => {
  const [few, many] = [await visits(100, 50), await visits(1000, 50)];
  expect(many - few).toBe(900);
});
