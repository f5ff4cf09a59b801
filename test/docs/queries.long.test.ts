import { expect, test } from 'vitest';
import { nodrift } from '../cli/support/cli.ts';
import { type Block, blocksOf, pages, piecesOf, placeOf } from './support/blocks.ts';
import { sampleWith } from './support/sample.ts';

interface Example {
  readonly sql: Block;
  /** The block that follows, where it says what comes of it. */
  readonly shown: Block | null;
}

const examples = pages.flatMap((page) => {
  const blocks = blocksOf(page);
  return blocks.flatMap((sql, i): Example[] => {
    const next = blocks[i + 1];
    const header = /@name|@nmae|-- name:/.test(sql.text);
    if (sql.language !== 'sql' || !header || /^(from|quickstart:|json:|error:) /.test(sql.mark)) return [];
    return [{ sql, shown: next?.mark === 'generated' || sql.mark === 'fails' ? (next ?? null) : null }];
  });
});
const healthy = examples.filter(({ sql }) => sql.mark !== 'fails');
const broken = examples.filter(({ sql }) => sql.mark === 'fails');

test('the queries of the pages generate what is below them', async () => {
  expect(healthy.length).toBeGreaterThan(4);
  const copy = sampleWith(Object.fromEntries(healthy.map(({ sql }, i) => [`queries/${i}.sql`, sql.text])));
  expect(await nodrift(['generate'], { cwd: copy.root })).toMatchObject({ exitCode: 0, stderr: '' });
  for (const [i, { shown }] of healthy.entries()) {
    for (const piece of shown ? piecesOf(shown) : [])
      expect(copy.text(`queries/${i}.queries.ts`)).toContain(piece);
  }
});

test.each(broken.map((example) => [placeOf(example.sql), example] as const))(
  'the query of %s fails as is said below it',
  async (_, { sql, shown }) => {
    const copy = sampleWith({ 'queries/cars.sql': sql.text });
    const { exitCode, stderr } = await nodrift(['generate'], { cwd: copy.root });
    expect(stderr).toBe(shown?.text);
    expect(exitCode).toBe(1);
  },
);
