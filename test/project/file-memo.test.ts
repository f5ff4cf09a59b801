import { chmodSync, readFileSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createFileMemo } from '../../src/project/file-memo.ts';
import { makeProject } from '../support/project.ts';

const hourMs = 3_600_000;
const start = Date.now();
let reads: string[] = [];
const read = (path: string) => {
  reads.push(path);
  return readFileSync(path, 'utf8');
};

beforeEach(() => {
  reads = [];
  vi.useFakeTimers({ toFake: ['Date'], now: start + hourMs });
});
afterEach(() => {
  vi.useRealTimers();
});

test('a file is read again only if it is another', () => {
  using project = makeProject({ 'a.sql': 'one', 'b.sql': 'two' });
  const [a, b] = [project.path('a.sql'), project.path('b.sql')];
  const memo = createFileMemo();
  const both = () => [memo(a, read), memo(b, read)];
  expect([both(), both(), reads.splice(0)]).toEqual([
    ['one', 'two'],
    ['one', 'two'],
    [a, b],
  ]);
  project.write({ 'a.sql': 'six' });
  expect([both(), both(), reads.splice(0)]).toEqual([['six', 'two'], ['six', 'two'], [a]]);
  // Saved atomically, with the time of the one before, as tools do that restore a file.
  project.write({ 'a.tmp': 'ten' });
  utimesSync(project.path('a.tmp'), 1, 1);
  utimesSync(a, 1, 1);
  both();
  renameSync(project.path('a.tmp'), a);
  expect(both()).toEqual(['ten', 'two']);
  expect(memo(a, (path) => path)).toBe(a);
});

test('a file that was changed just before it was read is read again', () => {
  using project = makeProject({ 'a.sql': 'one' });
  const a = project.path('a.sql');
  const memo = createFileMemo();
  vi.setSystemTime(start);
  expect([memo(a, read), memo(a, read)]).toEqual(['one', 'one']);
  expect(reads).toEqual([a, a]);
});

test('what cannot be read is an error as if nothing had been read before', () => {
  using project = makeProject({ 'a.sql': 'one' });
  const a = project.path('a.sql');
  const memo = createFileMemo();
  memo(a, read);
  chmodSync(a, 0);
  reads = [];
  const privileged = process.getuid?.() === 0;
  if (privileged) memo(a, read);
  else expect(() => memo(a, read)).toThrow('EACCES');
  expect(reads).toEqual([a]);
  rmSync(a);
  expect(() => memo(a, read)).toThrow('ENOENT');
});
