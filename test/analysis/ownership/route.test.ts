import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyse } from '../../../src/analysis/analyse.ts';
import { loadCatalog } from '../../../src/analysis/catalog/load.ts';
import { distributionScope } from '../../../src/analysis/ownership/route.ts';
import { readStatements } from '../../../src/sql/read.ts';
import { createDatabase } from '../../support/postgres.ts';

const schema = `
  CREATE TABLE orders (tenant_id int NOT NULL, id int NOT NULL, status text NOT NULL, PRIMARY KEY (tenant_id, id));
  CREATE TABLE items (tenant_id int NOT NULL, id int NOT NULL, order_id int NOT NULL, PRIMARY KEY (tenant_id, id));
  CREATE TABLE countries (code text PRIMARY KEY, name text NOT NULL);`;
const columns = { orders: 'tenant_id', items: 'tenant_id' };

describe('the route of a statement over shards', () => {
  let client: Client;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const database = await createDatabase(18, schema);
    client = new Client({ connectionString: database.url });
    await client.connect();
    drop = database.drop;
  });
  afterAll(async () => {
    await client.end();
    await drop();
  });

  async function routed(text: string, configured?: { columns: typeof columns; singleShard: boolean }) {
    const { statements, diagnostics: unread } = readStatements('q.sql', text);
    expect(unread).toEqual([]);
    const catalog = await loadCatalog(client, []);
    const { distribution = null, problems } = configured
      ? distributionScope(configured, catalog)
      : { problems: [] };
    expect(problems).toEqual([]);
    const options = {
      texts: new Map([['q.sql', text]]),
      lenientParameters: false,
      ...(distribution && { distribution }),
    };
    const { queries, diagnostics } = await analyse(client, statements, options);
    return {
      routes: queries.map(({ route }) => route),
      errors: diagnostics.map(({ line, column, message, hint }) => `${line}:${column} ${message} (${hint})`),
    };
  }

  const one = { shards: 'one', by: 'tenantId', because: null, scatter: null };
  const none = { shards: 'none', by: null, because: null, scatter: null };
  const all = (because: string) => ({ shards: 'all', by: null, because, scatter: null });

  it.each([
    ['SELECT name FROM countries', none],
    ['SELECT id FROM orders WHERE tenant_id = :tenantId', one],
    ['SELECT id FROM orders WHERE id = :id AND :tenantId = tenant_id', one],
    [
      'SELECT i.id FROM orders o JOIN items i USING (tenant_id) WHERE o.tenant_id = :tenantId AND i.order_id = o.id',
      one,
    ],
    ['SELECT c.name FROM countries c JOIN orders o ON o.status = c.code WHERE o.tenant_id = :tenantId', one],
    ['INSERT INTO orders (tenant_id, id, status) VALUES (:tenantId, :id, :status) RETURNING id', one],
    ['UPDATE orders SET status = :status WHERE tenant_id = :tenantId AND id = :id RETURNING id', one],
    ['SELECT id FROM orders WHERE id = :id', all('rows of orders may belong to another shard')],
    [
      'SELECT i.id FROM orders o JOIN items i ON i.order_id = o.id WHERE o.tenant_id = :tenantId',
      all('rows of items may belong to another shard'),
    ],
    [
      'SELECT i.id FROM orders o JOIN items i ON i.order_id = o.id WHERE o.tenant_id = :a AND i.tenant_id = :b',
      all('rows of items may belong to another shard'),
    ],
    [
      'SELECT id FROM orders WHERE tenant_id = :tenantId OR status = :status',
      all('rows of orders may belong to another shard'),
    ],
    [
      'SELECT id FROM orders WHERE tenant_id = (SELECT :tenantId::int)',
      all('rows of orders may belong to another shard'),
    ],
    [
      'SELECT id FROM orders WHERE tenant_id = (SELECT tenant_id FROM items WHERE tenant_id = :tenantId LIMIT 1)',
      all('rows of orders may belong to another shard'),
    ],
    [
      'SELECT id FROM orders WHERE tenant_id IN (SELECT tenant_id FROM items WHERE tenant_id = :tenantId LIMIT 1)',
      all('rows of orders may belong to another shard'),
    ],
    [
      'SELECT id FROM orders WHERE tenant_id IN (:tenantId, :other)',
      all('rows of orders may belong to another shard'),
    ],
  ])('%s', async (sql, expected) => {
    const { routes, errors } = await routed(`/* @name A :many */\n${sql};\n`, {
      columns,
      singleShard: false,
    });
    expect(errors).toEqual([]);
    expect(routes).toEqual([expected]);
  });

  it('is one shard by no parameter that can be omitted or is a list', async () => {
    const text =
      '/* @name A :many @optional tenantId */\nSELECT id FROM orders WHERE tenant_id = :tenantId;\n' +
      '/* @name B :many\n @param tenants -> (...) */\nSELECT id FROM orders WHERE tenant_id IN :tenants;\n';
    const { routes } = await routed(text, { columns, singleShard: false });
    const because = 'rows of orders may belong to another shard';
    expect(routes).toEqual([all(because), all(because)]);
  });

  it('is an error where one shard is wanted, unless @scatter allows it', async () => {
    const sql = 'SELECT count(*) FROM orders;\n';
    const text = `/* @name A :one */\n${sql}/* @name B :one @scatter nightly */\n${sql}/* @name C :many @scatter why */\nSELECT name FROM countries;\n`;
    expect(await routed(text, { columns, singleShard: true })).toEqual({
      routes: [{ ...all('rows of orders may belong to another shard'), scatter: 'nightly' }],
      errors: [
        '2:22 A: rows of orders may belong to another shard (Add orders.tenant_id = :tenantId to the conditions, or write @scatter with a reason into the header.)',
        '5:10 C: @scatter, although it does not use all shards (Remove @scatter.)',
      ],
    });
  });

  it('is not known where no table is distributed', async () => {
    expect(await routed('/* @name A :many */\nSELECT id FROM orders;\n')).toEqual({
      routes: [undefined],
      errors: [],
    });
    const { errors } = await routed('/* @name A :many @scatter why */\nSELECT id FROM orders;\n');
    expect(errors).toEqual(['1:10 A: @scatter, although it does not use all shards (Remove @scatter.)']);
  });
});
