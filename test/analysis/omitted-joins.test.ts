import { afterAll, beforeAll, expect, test } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import type { AnalysedQuery } from '../../src/analysis/analysed-query.ts';
import { readStatements } from '../../src/sql/read.ts';
import { type Analysed, analysed } from '../support/analysed.ts';
import { triedText } from './optional/run.ts';

const schema = `
  CREATE TABLE owner (id int PRIMARY KEY, name text NOT NULL);
  CREATE TABLE car (id int PRIMARY KEY, make text NOT NULL, owner_id int);
  CREATE INDEX ON car (make);
  INSERT INTO owner SELECT n, 'o' || n FROM generate_series(1, 500) n;
  INSERT INTO car SELECT n, 'm' || n % 100, n % 500 FROM generate_series(1, 5000) n;
  ANALYZE;
`;

const text = `
  /* @name CarsOf :many @optional make, owner */
  SELECT c.id FROM car c LEFT JOIN owner o ON o.id = c.owner_id
  WHERE c.make = :make AND o.name = :owner ORDER BY c.id;
`;

let database: Analysed;
let query: AnalysedQuery | undefined;
beforeAll(async () => {
  database = await analysed(18, schema);
  const { statements } = readStatements('q.sql', text);
  const options = { texts: new Map([['q.sql', text]]), lenientParameters: false };
  [query] = (await analyse(database.client, statements, options)).queries;
  await database.client.query('SET debug_print_parse = off');
});
afterAll(() => database?.close());

async function planOf(sql: string, values: readonly string[]): Promise<string> {
  const { rows } = await database.client.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${sql}`, [...values]);
  // EXPLAIN qualifies columns where a statement names several tables.
  return rows.map((row) => row['QUERY PLAN'].replaceAll(/\bc\./g, '')).join('\n');
}

function sent(...given: readonly string[]): string {
  if (query === undefined) throw new Error('no query');
  return triedText(query, new Map(given.map((name) => [name, ''])));
}

// One row at most of the other table, and nothing else of the text that mentions it.
test('PostgreSQL removes a join that only an omitted condition needs', async () => {
  const plan = await planOf(sent('make'), ['m7']);
  expect(plan).not.toContain('owner');
  expect(plan).toBe(await planOf('SELECT id FROM car c WHERE make = $1 ORDER BY id', ['m7']));
  expect(await planOf(sent(), [])).not.toContain('owner');
});

test('PostgreSQL plans what is sent as the same statement written by hand', async () => {
  const join = 'FROM car c JOIN owner o ON o.id = c.owner_id WHERE';
  expect(await planOf(sent('owner'), ['o7'])).toBe(
    await planOf(`SELECT c.id ${join} o.name = $1 ORDER BY c.id`, ['o7']),
  );
  expect(await planOf(sent('make', 'owner'), ['m7', 'o7'])).toBe(
    await planOf(`SELECT c.id ${join} c.make = $1 AND o.name = $2 ORDER BY c.id`, ['m7', 'o7']),
  );
});
