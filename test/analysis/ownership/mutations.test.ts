import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { mutated } from '../../soundness/mutations/mutations.ts';
import { mutations } from './mutations.ts';

it.each(mutations.map((mutation) => [mutation.rule, mutation] as const))(
  '%s: finds what it breaks',
  (_, mutation) => {
    const source = readFileSync(new URL(`../../../${mutation.file}`, import.meta.url), 'utf8');
    expect(mutated(source, mutation)).not.toBe(source);
  },
);
