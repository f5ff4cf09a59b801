import { expect, it } from 'vitest';
import { printModules } from '../../src/typescript/print.ts';
import { config } from './support/build.ts';
import { sampleQueries } from './support/sample.ts';

/** Milliseconds, of the fastest of some runs. */
function fastest(runs: number, work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    work();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

it.each(['nodrift', '@pgtyped/runtime'] as const)('1000 queries are printed at once (%s)', (runtime) => {
  const files = Array.from({ length: 125 }, (_, i) => ({
    file: `queries/${i}.sql`,
    output: `/app/queries/${i}.queries.ts`,
    queries: structuredClone(sampleQueries),
  }));
  expect(files.flatMap((f) => f.queries)).toHaveLength(1000);
  const printing = fastest(8, () => {
    expect(printModules({ config: config({ runtime }), files }).diagnostics).toEqual([]);
  });
  // How fast this machine is just now: reading the same queries from JSON.
  const reading = fastest(8, () => JSON.parse(JSON.stringify(files)));
  // Some 2 to 5 times as long; a quadratic step would make it hundreds.
  expect(printing / reading).toBeLessThan(20);
});
