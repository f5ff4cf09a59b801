import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { errorTitles } from '../../../src/error-codes.ts';
import { readPage, root } from '../support/blocks.ts';
import { errorPage } from './page.ts';
import { madeExamples, projectExamples } from './projects.ts';
import { queryExamples } from './queries.ts';

test('every code has one entry', () => {
  const covered = [
    ...queryExamples.map(({ code }) => code),
    ...projectExamples.map(({ code }) => code),
    ...madeExamples.map(({ code }) => code),
  ];
  expect(covered.toSorted()).toEqual(Object.keys(errorTitles).toSorted());
});

test('docs/errors.md has what the examples print', { timeout: 300_000 }, async () => {
  const page = await errorPage();
  if (process.env.WRITE_DOCS === '1') writeFileSync(join(root, 'docs/errors.md'), page);
  expect(readPage('docs/errors.md')).toBe(page);
});
