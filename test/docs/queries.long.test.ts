import { expect, test } from 'vitest';
import { nodrift } from '../cli/support/cli.ts';
import { blocksOf, piecesOf, placeOf } from './support/blocks.ts';
import { examples, healthyExamples as healthy } from './support/examples.ts';
import { sampleWith } from './support/sample.ts';

const broken = examples.filter(({ sql }) => sql.mark === 'fails');

test('the queries of the pages generate what is below them', async () => {
  expect(healthy.length).toBeGreaterThan(4);
  const copy = sampleWith(Object.fromEntries(healthy.map(({ sql }, i) => [`queries/${i}.sql`, sql.text])));
  expect(await nodrift(['generate'], { cwd: copy.root })).toMatchObject({ exitCode: 0, stderr: '' });
  for (const [i, { shown }] of healthy.entries()) {
    for (const piece of shown ? piecesOf(shown) : [])
      expect(copy.text(`queries/${i}.queries.ts`)).toContain(piece);
  }
  const modules = healthy.map((_, i) => copy.text(`queries/${i}.queries.ts`)).join('\n');
  for (const { mark, text } of blocksOf('docs/queries.md')) {
    if (mark.startsWith('sent: ')) expect(modules).toContain(text.trimEnd());
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
