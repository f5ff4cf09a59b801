import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { configWith, nodrift, project } from '../cli/support/cli.ts';
import { createDatabase, postgresUrl, type TestDatabase } from '../support/postgres.ts';
import { blocksOf } from './support/blocks.ts';

const blocks = blocksOf('docs/deploying.md').filter(({ mark }) => mark.startsWith('deploying: '));

function sql(name: string): string {
  const found = blocks.find(({ mark }) => mark === `deploying: ${name}`);
  if (found === undefined) throw new Error(`no block is marked "deploying: ${name}"`);
  return found.text;
}

const oldQueries = `-- @name GetOrder :maybe
SELECT id, customer, total_cents, note FROM orders WHERE id = :id;

-- @name AddOrder :exec
INSERT INTO orders (customer, total_cents, note) VALUES (:customer!, :totalCents!, coalesce(:note::text, ''));

-- @name Rename :exec
UPDATE orders SET customer = :customer! WHERE id = :id;
`;
const renamed = oldQueries.replaceAll('customer', 'customer_name');
const withoutNote = oldQueries
  .replace(', note FROM', ' FROM')
  .replace(', note)', ')')
  .replace(/, coalesce.*?''\)/, '');

/** What running code with these queries meets when the last of the migrations is applied. */
async function impactOfLast(queries: string, ...names: readonly string[]) {
  const migrations = ['before', ...names].map((name, i) => [
    `migrations/${i + 1}_${i}.sql`,
    `-- Up Migration\n${sql(name)}`,
  ]);
  const { root } = project({
    'pgtyped.config.json': configWith({ database: 'server' }),
    '.env': `DATABASE_URL=${postgresUrl(18)}\n`,
    'queries/orders.sql': queries,
    ...Object.fromEntries(migrations),
  });
  return nodrift(['impact'], { cwd: root });
}

describe('the recipes for breaking changes', () => {
  test.each([
    [oldQueries, ['rename, expand']],
    [oldQueries, ['rename, expand', 'rename, copy']],
    [renamed, ['rename, expand', 'rename, copy', 'rename, contract']],
    [oldQueries, ['not null, fill']],
    [oldQueries, ['not null, fill', 'not null, validate']],
    [oldQueries, ['not null, fill', 'not null, validate', 'not null, set']],
    [oldQueries, ['type, expand']],
    [withoutNote, ['drop, contract']],
    [oldQueries, ['table, expand']],
  ])('do not break running code', async (queries, names) => {
    const { stdout, stderr, exitCode } = await impactOfLast(queries, ...names);
    expect(stderr).toBe('');
    expect(exitCode, stdout).toBe(0);
  });

  test.each([
    [oldQueries, ['rename, expand', 'rename, copy', 'rename, contract']],
    [oldQueries, ['drop, contract']],
  ])('break code that still uses the old form', async (queries, names) => {
    expect(await impactOfLast(queries, ...names)).toMatchObject({ exitCode: 1 });
  });

  let database: TestDatabase;
  let client: Client;
  beforeEach(async () => {
    database = await createDatabase(18);
    client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query(sql('before'));
  });
  afterEach(async () => {
    await client.end();
    await database.drop();
  });
  const rows = async (text: string) => (await client.query({ text, rowMode: 'array' })).rows;
  const apply = (name: string) => client.query(`BEGIN; ${sql(name)}; COMMIT`);

  test('keep both columns of a rename equal', async () => {
    await client.query(`INSERT INTO orders (customer, total_cents) VALUES ('a', 1)`);
    await apply('rename, expand');
    await client.query(`INSERT INTO orders (customer, total_cents) VALUES ('b', 1)`);
    await client.query(`INSERT INTO orders (customer_name, total_cents) VALUES ('c', 1), ('d', 1), ('e', 1)`);
    await client.query(`UPDATE orders SET customer = 'D' WHERE customer = 'd'`);
    await client.query(`UPDATE orders SET customer_name = 'E' WHERE customer = 'e'`);
    await apply('rename, copy');
    expect(await rows('SELECT customer, customer_name FROM orders ORDER BY id')).toEqual(
      ['a', 'b', 'c', 'D', 'E'].map((name) => [name, name]),
    );
    await apply('rename, contract');
    expect(await rows('SELECT customer_name FROM orders ORDER BY id')).toHaveLength(5);
  });

  test('keep both columns of a type equal', async () => {
    await apply('type, expand');
    await client.query(`INSERT INTO orders (customer, total_cents) VALUES ('a', 1)`);
    await client.query(`INSERT INTO orders (customer, total) VALUES ('b', 2), ('c', 3), ('d', 4)`);
    await client.query(`UPDATE orders SET total_cents = 30 WHERE customer = 'c'`);
    await client.query(`UPDATE orders SET total = 40 WHERE customer = 'd'`);
    expect(await rows('SELECT total_cents, total FROM orders ORDER BY id')).toEqual(
      [1, 2, 30, 40].map((total) => [total, String(total)]),
    );
  });

  test('let old code write through the view of a renamed table', async () => {
    await apply('table, expand');
    await client.query(`INSERT INTO orders (customer, total_cents) VALUES ('a', 1)`);
    await client.query(`UPDATE orders SET customer = 'b'`);
    expect(await rows('SELECT customer FROM purchases')).toEqual([['b']]);
  });

  test('end with a column that rejects NULL', async () => {
    await client.query(`INSERT INTO orders (customer, total_cents) VALUES ('a', 1)`);
    for (const name of ['not null, fill', 'not null, validate', 'not null, set']) await apply(name);
    await expect(client.query('UPDATE orders SET note = NULL')).rejects.toThrow('not-null constraint');
  });
});
