import { existsSync, readFileSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { loadCatalog } from '../../src/analysis/catalog/load.ts';
import type { Facts } from '../../src/analysis/facts.ts';
import { columnFacts } from '../../src/analysis/nullability.ts';
import { readQuery } from '../../src/analysis/tree/read.ts';
import { describe as describeStatements } from '../../src/analysis/wire.ts';
import { pgliteStream } from '../../src/database/pglite-stream.ts';
import { createDatabase, majors } from '../support/postgres.ts';
import { type CorpusQuery, corpusQueries, corpusSchema, expectedFile } from './corpus.ts';
import { violations } from './violations.ts';

interface Checked {
  readonly query: CorpusQuery;
  /** `id name? tags[?]` */
  readonly columns: string;
  readonly wrong: readonly string[];
}

const topics = [...new Set(corpusQueries.map(({ topic }) => topic))];
const NEWEST = 18;

describe('the corpus', () => {
  it('has many queries', () => {
    expect(corpusQueries.length).toBeGreaterThanOrEqual(300);
  });

  it('expects many columns to be proven', () => {
    const proven = topics.flatMap((topic) =>
      [...expectedColumns(topic).values()].flatMap((line) => line.split(' ')),
    );
    expect(proven.filter((column) => !column.includes('?')).length).toBeGreaterThanOrEqual(300);
  });
});

describe.each([...majors].reverse())('the corpus on PostgreSQL %i', (major) => {
  it('shows no NULL where it was ruled out, and is proven as expected', { timeout: 120_000 }, async () => {
    const database = await createDatabase(major, corpusSchema);
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      await compare(client, major);
    } finally {
      await client.end();
      await database.drop();
    }
  });
});

describe('the corpus on PGlite', () => {
  it('shows no NULL where it was ruled out, and is proven as expected', { timeout: 120_000 }, async () => {
    const pglite = await PGlite.create();
    const client = new Client({ stream: () => pgliteStream(pglite), user: 'postgres', database: 'postgres' });
    await client.connect();
    try {
      await client.query(corpusSchema);
      await compare(client, NEWEST);
    } finally {
      await client.end();
      await pglite.close();
    }
  });
});

async function compare(client: Client, major: number): Promise<void> {
  const checked = await checkCorpus(client, major);
  expect(checked.flatMap(({ wrong }) => wrong)).toEqual([]);
  for (const topic of topics) {
    const lines = checked
      .filter(({ query }) => query.topic === topic)
      .map(({ query, columns }) => `${columns}  <-  ${oneLine(query.sql)}`);
    // The newest server answers everything; the others give the same answers to what they have.
    if (major === NEWEST && process.env.UPDATE_CORPUS === '1') {
      await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(expectedFile(topic));
      continue;
    }
    const expected = expectedColumns(topic);
    for (const { query, columns } of checked.filter((one) => one.query.topic === topic)) {
      expect.soft(columns, query.sql).toBe(expected.get(oneLine(query.sql)));
    }
  }
}

function expectedColumns(topic: string): ReadonlyMap<string, string> {
  if (!existsSync(expectedFile(topic))) return new Map();
  const lines = readFileSync(expectedFile(topic), 'utf8').trimEnd().split('\n');
  return new Map(
    lines.map((line) => {
      const at = line.indexOf('  <-  ');
      return [line.slice(at + 6), line.slice(0, at)];
    }),
  );
}

function oneLine(sql: string): string {
  return sql.replace(/\s+/g, ' ');
}

async function checkCorpus(client: Client, major: number): Promise<readonly Checked[]> {
  const queries = corpusQueries.filter(({ since }) => since <= major);
  const named = await loadSystemRelations(client);
  const catalog = await loadCatalog(client, named);
  const declared: {
    query: CorpusQuery;
    names: readonly string[];
    facts: readonly Facts[];
    params: number;
  }[] = [];
  await describeStatements(
    client,
    queries.map(({ sql }) => sql),
    (answer, i) => {
      const query = queries[i];
      if (query === undefined) return;
      if (!answer.ok) {
        expect.soft(answer.error.message, query.sql).toBe('');
        return;
      }
      const facts = columnFacts(readQuery(answer.tree ?? ''), catalog);
      const names = (answer.fields ?? []).map(({ name }) => name);
      expect(facts.length, query.sql).toBe(names.length);
      declared.push({ query, names, facts, params: answer.paramTypes.length });
    },
  );
  await client.query('SET debug_print_parse = off');
  const checked: Checked[] = [];
  for (const { query, names, facts, params } of declared) {
    checked.push({
      query,
      columns: names.map((name, i) => name + written(facts[i])).join(' '),
      wrong: await wrongOn(client, query.sql, facts, params),
    });
  }
  return checked;
}

/** Those that the corpus names; information_schema's views lead to many others. */
async function loadSystemRelations(client: Client): Promise<readonly number[]> {
  const { rows } = await client.query<{ oid: number }>(
    "SELECT oid::int4 AS oid FROM pg_class WHERE oid < 16384 AND relkind IN ('r', 'v')",
  );
  return rows.map(({ oid }) => oid);
}

function written(facts: Facts | undefined): string {
  if (facts === undefined) return '!';
  const element = facts.element === undefined ? '' : facts.element.nullable ? '[?]' : '[]';
  return `${facts.nullable ? '?' : ''}${element}`;
}

const tried: readonly (string | null)[] = ['1', null, 'a', '{1,2}', '{}', '{NULL}'];

async function wrongOn(
  client: Client,
  sql: string,
  facts: readonly Facts[],
  params: number,
): Promise<readonly string[]> {
  const found: string[] = [];
  let ran = 0;
  for (const value of params === 0 ? [null] : tried) {
    await client.query('BEGIN');
    try {
      const { rows } = await client.query<(string | null)[]>({
        text: sql,
        values: Array.from({ length: params }, () => value),
        rowMode: 'array',
        types: { getTypeParser: () => (text: string) => text },
      });
      ran++;
      for (const { column, what } of violations(facts, rows))
        found.push(`column ${column + 1} ${what}: ${sql}`);
    } catch (error) {
      // A value that is none of the parameter's type.
      if (params === 0) found.push(`${error}: ${sql}`);
    } finally {
      await client.query('ROLLBACK');
    }
  }
  if (ran === 0 && params > 0) found.push(`never ran: ${sql}`);
  return found;
}
