import { afterAll, beforeAll, expect, test } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import type { AnalysedQuery } from '../../src/analysis/analysed-query.ts';
import type { VaryingText } from '../../src/runtime/index.ts';
import { readStatements } from '../../src/sql/read.ts';
import { definitionOf } from '../analysis/optional/run.ts';
import { openSample, type SampleDatabase } from '../sample/database.ts';
import { blocksOf } from './support/blocks.ts';

const blocks = blocksOf('docs/varying.md');
const text = blocks
  .filter(({ language, mark, text: sql }) => language === 'sql' && mark !== 'fails' && sql.includes('@name'))
  .map(({ text: sql }) => sql)
  .join('\n');
const shown = blocks.filter(({ mark }) => mark.startsWith('sent: '));

let database: SampleDatabase;
let queries: readonly AnalysedQuery[];

beforeAll(async () => {
  database = await openSample(18);
  const { statements } = readStatements('varying.sql', text);
  const options = { texts: new Map([['varying.sql', text]]), lenientParameters: false };
  ({ queries } = await analyse(database.client, statements, options));
});
afterAll(() => database?.close());

function textsOf(query: AnalysedQuery): readonly VaryingText[] {
  const definition = definitionOf(query);
  const made = definition.statement?.(definition) as { texts?: () => Iterable<VaryingText> } | undefined;
  return [...(made?.texts?.() ?? [])];
}

test('PostgreSQL takes every text of every example', async () => {
  expect(queries.length).toBeGreaterThan(1);
  for (const query of queries) {
    const texts = textsOf(query);
    expect(texts.length, query.statement.name).toBeGreaterThan(3);
    for (const [i, { sql }] of texts.entries()) {
      await database.client.query(`PREPARE ${query.statement.name}_${i} AS ${sql}`);
    }
  }
});

test.each(shown.map((block) => [block.mark, block] as const))('%s is what is sent', (_, block) => {
  const [name = '', ...given] = block.mark.slice('sent: '.length).split(/,? /);
  const query = queries.find(({ statement }) => statement.name.toLowerCase() === name.toLowerCase());
  const found =
    query &&
    textsOf(query).find(
      (one) =>
        one.given.map((key) => [key, one.constants?.[key] ?? []].flat().join('=')).join() === given.join(),
    );
  expect(`${found?.sql}\n`).toBe(block.text);
});
