import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { systemCode, systemHint, systemReason } from '../src/system-error.ts';

const here = fileURLToPath(import.meta.url);

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

describe('what the operating system says', () => {
  it.each([
    ['a folder', () => readFileSync('.'), 'it is a folder (EISDIR)', null],
    [
      'a file in the path',
      () => readFileSync(`${here}/x`),
      'a part of its path is a file, not a folder (ENOTDIR)',
      null,
    ],
    ['nothing', () => readFileSync(`${here}.none`), 'no such file or directory (ENOENT)', null],
  ])('of %s has no path in it', (_, work, reason, hint) => {
    const error = thrownBy(work);
    expect([systemReason(error), systemHint(error)]).toEqual([reason, hint]);
  });

  it.skipIf(!existsSync('/dev/full'))('of a full device says what to do', () => {
    const file = openSync('/dev/full', 'w');
    const error = thrownBy(() => writeSync(file, 'x'));
    closeSync(file);
    expect(systemCode(error)).toBe('ENOSPC');
    expect(systemReason(error)).toMatch(/^no space left on (the )?device \(ENOSPC\)$/);
    expect(systemHint(error)).toMatch(/^Free some space/);
  });

  it('of other errors is their message', () => {
    expect([systemCode(new Error('x')), systemReason(new Error('x')), systemReason('y')]).toEqual([
      null,
      'x',
      'y',
    ]);
  });
});
