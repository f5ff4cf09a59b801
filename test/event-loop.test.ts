import { describe, expect, test } from 'vitest';
import { createPause } from '../src/event-loop.ts';

function compute(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

describe('a pause', () => {
  test('is made only after a while', async () => {
    const pause = createPause();
    expect(pause()).toBeUndefined();
    compute(60);
    let turned = false;
    setImmediate(() => {
      turned = true;
    });
    await pause();
    expect(turned).toBe(true);
    expect(pause()).toBeUndefined();
  });

  test('is where an interruption is heard', async () => {
    const interruption = new AbortController();
    const pause = createPause(interruption.signal);
    compute(60);
    setImmediate(() => interruption.abort(new Error('interrupted')));
    await expect(pause()).rejects.toThrow('interrupted');
  });
});
