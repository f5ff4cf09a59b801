import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { mutated, mutations } from './mutations.ts';

it('every mutation finds what it breaks', () => {
  for (const mutation of mutations) {
    const source = readFileSync(new URL(`../../../${mutation.file}`, import.meta.url), 'utf8');
    expect(mutated(source, mutation), mutation.rule).not.toBe(source);
  }
});
