import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import { readStatements } from '../../src/sql/read.ts';
import { createDatabase } from '../support/postgres.ts';

describe('a parameter that rows are sorted by', () => {
  let client: Client;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const database = await createDatabase(18, 'CREATE TABLE cars (id int PRIMARY KEY, make text, price int)');
    client = new Client({ connectionString: database.url });
    await client.connect();
    drop = database.drop;
  });
  afterAll(async () => {
    await client.end();
    await drop();
  });

  async function problems(sql: string): Promise<readonly string[]> {
    const text = `/* @name A :many */\n${sql};\n`;
    const { statements } = readStatements('q.sql', text);
    const { diagnostics } = await analyse(client, statements, {
      texts: new Map([['q.sql', text]]),
      lenientParameters: false,
    });
    return diagnostics.map(({ code, column, message }) => `${code} ${column} ${message}`);
  }

  const told = (column: number, word = 'ORDER BY') => [
    `ND3026 ${column} A: ${word} :sort is the same value for every row, and not the column of that name`,
  ];
  it.each([
    ['SELECT id FROM cars ORDER BY :sort', told(30)],
    ['SELECT id FROM cars ORDER BY make, :sort DESC NULLS LAST', told(36)],
    ['SELECT id FROM cars ORDER BY :sort::text COLLATE "C"', told(30)],
    ['SELECT id FROM cars ORDER BY CAST(:sort AS int)', told(35)],
    ['SELECT id FROM cars WHERE make = :sort ORDER BY id, :sort', told(53)],
    ['SELECT id FROM (SELECT id FROM cars ORDER BY :sort LIMIT 3) AS cheap', told(46)],
    ['SELECT array_agg(id ORDER BY :sort::text) AS ids FROM cars', told(30)],
    ['SELECT id, row_number() OVER (ORDER BY :sort::text) AS n FROM cars', told(40)],
    ['SELECT count(*) AS n FROM cars GROUP BY :sort', told(41, 'GROUP BY')],
    ['SELECT make, max(id) AS id FROM cars GROUP BY make, :sort::text', told(53, 'GROUP BY')],
    ['SELECT rank() OVER (PARTITION BY :sort ORDER BY id) AS r FROM cars', told(34, 'PARTITION BY')],
    ['SELECT DISTINCT ON (:sort) id FROM cars', told(21, 'DISTINCT ON')],
  ])('%s', async (sql, expected) => {
    expect(await problems(sql)).toEqual(expected);
  });

  it.each(['$1', '@sort', 'sqlc.arg(sort)'])('is named %s where the file has it so', async (written) => {
    const text = `-- name: A :many\nSELECT id FROM cars ORDER BY ${written};\n`;
    const { statements } = readStatements('q.sql', text);
    const { diagnostics } = await analyse(client, statements, {
      texts: new Map([['q.sql', text]]),
      lenientParameters: false,
    });
    expect(diagnostics.map(({ message }) => message)).toEqual([
      `A: ORDER BY ${written} is the same value for every row, and not the column of that name`,
    ]);
  });

  it.each([
    "SELECT id FROM cars ORDER BY CASE WHEN :sort = 'price' THEN price END, id",
    'SELECT id, :label::text AS label FROM cars ORDER BY label, id',
    'SELECT id, price * :rate::int AS cost FROM cars ORDER BY price * :rate::int',
    'SELECT :label::text AS label, count(*) AS n FROM cars GROUP BY :label::text',
    'SELECT id FROM cars WHERE id IN (1, :id) ORDER BY id LIMIT :limit',
    'SELECT id FROM cars ORDER BY make = :make DESC, id',
  ])('is not %s', async (sql) => {
    expect(await problems(sql)).toEqual([]);
  });
});
