import { expect, it } from 'vitest';
import { printModules } from '../../src/typescript/print.ts';
import { config } from './support/build.ts';
import { sampleQueries } from './support/sample.ts';

it.each(['nodrift', '@pgtyped/runtime'] as const)('1000 queries are printed at once (%s)', (runtime) => {
  const files = Array.from({ length: 125 }, (_, i) => ({
    file: `queries/${i}.sql`,
    output: `/app/queries/${i}.queries.ts`,
    queries: structuredClone(sampleQueries),
  }));
  expect(files.flatMap((f) => f.queries)).toHaveLength(1000);
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now();
    const { modules } = printModules({ config: config({ runtime }), files });
    expect(modules.length).toBeGreaterThanOrEqual(125);
    return performance.now() - start;
  });
  // A tenth of this on a machine with nothing else to do; a quadratic step would take minutes.
  expect(Math.min(...times)).toBeLessThan(500);
});
