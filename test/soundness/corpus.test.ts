import { existsSync, readFileSync } from 'node:fs';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { pgliteStream } from '../../src/database/embedded/pglite-stream.ts';
import { createPglite } from '../support/pglite.ts';
import { createDatabase, majors } from '../support/postgres.ts';
import { tested } from '../support/tested.ts';
import { corpusQueries, corpusSchema, expectedFile } from './corpus.ts';
import { checkCorpus } from './corpus-check.ts';

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

describe.each([...tested(majors)].reverse())('the corpus on PostgreSQL %i', (major) => {
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
    const pglite = await createPglite();
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
