import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import { readStatements } from '../../src/sql/read.ts';
import { type Analysed, analysed } from '../support/analysed.ts';

let server: Analysed;
beforeAll(async () => {
  server = await analysed(18, 'CREATE TABLE t (x int)');
});
afterAll(() => server.close());

const text = Array.from({ length: 60 }, (_, i) => `/* @name Q${i} */ SELECT x FROM t;\n`).join('');
const { statements } = readStatements('t.sql', text, {});
const options = { texts: new Map([['t.sql', text]]), lenientParameters: false };

function compute(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

describe('an analysis', () => {
  test('lets others have their turn between statements', async () => {
    let turns = 0;
    let seen = 0;
    const count = () => {
      turns += 1;
      next = setImmediate(count);
    };
    let next = setImmediate(count);
    await analyse(server.client, statements, {
      ...options,
      progress: (done) => {
        compute(60);
        // All statements are in one batch, whose answers have come when the first one is analysed.
        if (done === 1) seen = turns;
        if (done === statements.length) seen = turns - seen;
      },
    });
    clearImmediate(next);
    expect(seen).toBeGreaterThan(statements.length / 2);
  });

  test('ends between two statements when it is interrupted, and can be begun again', async () => {
    const interruption = new AbortController();
    let seen = 0;
    const running = analyse(server.client, statements, {
      ...options,
      signal: interruption.signal,
      progress: (done) => {
        seen = done;
        if (done === 5) {
          interruption.abort(new Error('interrupted'));
          compute(60);
        }
      },
    });
    await expect(running).rejects.toThrow('interrupted');
    expect(seen).toBe(5);
    const { queries } = await analyse(server.client, statements, options);
    expect(queries).toHaveLength(statements.length);
  });
});
