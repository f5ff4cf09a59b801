import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DescribeResult, describe as describeStatements } from '../../src/analysis/wire.ts';
import { Failure } from '../../src/diagnostic.ts';
import { createDatabase, type Major, majors, postgresUrl, type TestDatabase } from '../support/postgres.ts';
import { tested } from '../support/tested.ts';

const newest: Major = 18;

async function connected<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function all(client: Client, statements: readonly string[]): Promise<readonly DescribeResult[]> {
  const found: DescribeResult[] = [];
  await describeStatements(client, statements, (described, index) => {
    expect(index).toBe(found.length);
    found.push(described);
  });
  return found;
}

describe.each(tested(majors))('describing statements on PostgreSQL %i', (major) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase(major, 'CREATE TABLE car (id int PRIMARY KEY, make text NOT NULL)');
  });
  afterAll(() => database.drop());

  it('gives parameter types, fields and the tree of each', async () => {
    const found = await connected(database.url, (client) =>
      all(client, [
        'SELECT id, make AS m FROM car WHERE id = $1',
        'DELETE FROM car',
        'CREATE TABLE x (i int)',
      ]),
    );
    expect(found).toMatchObject([
      {
        ok: true,
        paramTypes: [23],
        fields: [
          { name: 'id', columnID: 1 },
          { name: 'm', columnID: 2 },
        ],
      },
      { ok: true, paramTypes: [], fields: null },
      { ok: true, fields: null },
    ]);
    for (const described of found) expect(described.ok && described.tree).toMatch(/^\{QUERY /);
  });

  it('leaves the session as it was, and keeps a superuser out of the server log', async () => {
    const settings = `SELECT name, setting FROM pg_settings WHERE name IN
      ('debug_print_parse', 'debug_pretty_print', 'client_min_messages', 'log_min_messages') ORDER BY name`;
    await connected(database.url, async (client) => {
      const before = (await client.query(settings)).rows;
      const during: string[] = [];
      await describeStatements(client, ['SELECT 1 AS n'], () => {
        void client.query(settings).then(({ rows }) => during.push(...rows.map((row) => row.setting)));
      });
      expect((await client.query(settings)).rows).toEqual(before);
      expect(during).toEqual(['log', 'off', 'on', 'fatal']);
    });
  });

  it('works for a role that may set nothing', async () => {
    const role = `plain_${major}`;
    await connected(database.url, async (client) => {
      await client.query(`DROP ROLE IF EXISTS ${role}; CREATE ROLE ${role} LOGIN`);
      try {
        const url = new URL(database.url);
        url.username = role;
        const found = await connected(url.href, (plain) => all(plain, ['SELECT 1 AS n']));
        expect(found).toMatchObject([{ ok: true, tree: expect.stringMatching(/^\{QUERY /) }]);
      } finally {
        await client.query(`DROP ROLE ${role}`);
      }
    });
  });

  it('changes nothing in the database', async () => {
    const tables = await connected(database.url, async (client) => {
      await all(client, ['CREATE TABLE x (i int)', 'DROP TABLE car', 'INSERT INTO car VALUES (1, $1)']);
      const { rows } =
        await client.query(`SELECT relname, (SELECT count(*)::int FROM car) AS cars FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`);
      return rows;
    });
    expect(tables).toEqual([{ relname: 'car', cars: 0 }]);
  });
});

describe('describing many statements', () => {
  it('keeps their order over many batches, with errors between', async () => {
    const statements = Array.from({ length: 1000 }, (_, i) =>
      i % 37 === 5 ? `SELECT nothing_${i}` : `SELECT ${i} AS n_${i}`,
    );
    const found = await connected(postgresUrl(newest), (client) => all(client, statements));
    expect(found).toHaveLength(1000);
    found.forEach((described, i) => {
      if (i % 37 === 5) {
        expect(described).toMatchObject({
          ok: false,
          error: { message: `column "nothing_${i}" does not exist`, sqlstate: '42703', position: 8 },
        });
      } else {
        expect(described).toMatchObject({ ok: true, fields: [{ name: `n_${i}` }] });
      }
    });
  });

  it('comes to the end when every statement is broken, and leaves the client usable', async () => {
    await connected(postgresUrl(newest), async (client) => {
      const found = await all(
        client,
        Array.from({ length: 2000 }, () => 'SELEC 1'),
      );
      expect(found.filter((described) => !described.ok)).toHaveLength(2000);
      expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    });
  });

  it('passes on what the receiver throws, though batches are still on their way', async () => {
    const client = new Client({ connectionString: postgresUrl(newest) });
    await client.connect();
    const statements = Array.from({ length: 500 }, (_, i) => `SELECT ${i} AS n`);
    const told = describeStatements(client, statements, () => {
      throw new Error('enough');
    });
    await expect(told).rejects.toThrow('enough');
    await client.end();
  });

  it('takes an empty list', async () => {
    expect(await connected(postgresUrl(newest), (client) => all(client, []))).toEqual([]);
  });

  it('says so when the connection is lost half-way', async () => {
    const url = postgresUrl(newest);
    const client = new Client({ connectionString: url });
    client.on('error', () => {});
    await client.connect();
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const statements = Array.from({ length: 20_000 }, (_, i) => `SELECT ${i} AS n`);
    const lost = all(client, statements).catch((reason: unknown) => reason);
    await connected(url, (other) => other.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]));
    const error = await lost;
    expect(error).toBeInstanceOf(Failure);
    expect(error).toMatchObject({ exitCode: 3 });
    expect(String(error)).toContain('The connection to PostgreSQL was lost');
  });
});
