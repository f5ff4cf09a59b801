import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkCacheIn } from '../../src/output/check-cache-store.ts';
import { fingerprint, type Part } from '../../src/project/fingerprint.ts';
import fc from '../support/fast-check.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nodrift-passed-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const one = fingerprint([['one', '1']]);
const other = fingerprint([['other', '2']]);
const record = () => join(folder, one);

describe('the record of what passed', () => {
  test('knows what was added, and nothing else', () => {
    const passed = checkCacheIn(join(folder, 'new', 'folder'));
    expect(passed.get(one)).toBe(null);
    passed.add(one, `said of ${one}`);
    expect(passed.get(one)).toBe(`said of ${one}`);
    expect(passed.get(other)).toBe(null);
  });

  test('rejects a record that was edited, truncated, emptied or renamed', () => {
    const passed = checkCacheIn(folder);
    passed.add(one, `said of ${one}`);
    const text = readFileSync(record(), 'utf8');
    for (const damaged of [text.slice(0, -2), '', `${text}${text}`, text.replace(/^./, 'x'), `${other}\n`]) {
      writeFileSync(record(), damaged);
      expect(passed.get(one)).toBe(null);
    }
    writeFileSync(record(), text);
    expect(passed.get(one)).toBe(`said of ${one}`);
    renameSync(record(), join(folder, other));
    expect(passed.get(other)).toBe(null);
  });

  test('has no use for two records merged into one file', () => {
    const passed = checkCacheIn(folder);
    passed.add(one, `said of ${one}`);
    passed.add(other, `said of ${other}`);
    const both = [one, other].map((name) => readFileSync(join(folder, name), 'utf8')).join('');
    for (const name of [one, other]) writeFileSync(join(folder, name), both);
    expect([one, other].map((name) => passed.get(name))).toEqual([null, null]);
  });

  test('does not grow without end: the oldest go first', () => {
    const passed = checkCacheIn(folder);
    passed.add(one, `said of ${one}`);
    utimesSync(record(), new Date(0), new Date(0));
    for (let i = 0; i < 500; i++) writeFileSync(join(folder, `other${i}`), '');
    passed.add(other, `said of ${other}`);
    expect(readdirSync(folder)).toHaveLength(500);
    expect([one, other].map((name) => passed.get(name))).toEqual([null, `said of ${other}`]);
  });

  test('is silent if its folder is not writable', () => {
    writeFileSync(join(folder, 'file'), '');
    const passed = checkCacheIn(join(folder, 'file'));
    expect(() => passed.add(one, `said of ${one}`)).not.toThrow();
    expect(passed.get(one)).toBe(null);
  });
});

test('a fingerprint tells all lists of parts apart', () => {
  const text = fc.string({ maxLength: 4, unit: fc.constantFrom('a', '1', ':', '-', 'é') });
  const parts = fc.array(fc.tuple(text, fc.option(text)), { maxLength: 3 });
  fc.assert(
    fc.property(parts, parts, (left: Part[], right: Part[]) => {
      const same = JSON.stringify(left) === JSON.stringify(right);
      expect(fingerprint(left) === fingerprint(right)).toBe(same);
    }),
  );
  expect(fingerprint([['a', new TextEncoder().encode('b')]])).toBe(fingerprint([['a', 'b']]));
});
