import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cacheKey, type DataCache, openDataCache } from '../../../src/database/embedded/data-cache.ts';

let home: string;
let cache: DataCache;
const folder = () => join(home, 'nodrift');

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'nodrift-cache-'));
  const opened = await openDataCache({ XDG_CACHE_HOME: home });
  if (opened === null) throw new Error('no cache');
  cache = opened;
});
afterEach(() => rmSync(home, { recursive: true }));

test('gives back what was written, and null for what was not', async () => {
  await cache.write('a', Buffer.from('some data'));
  expect((await cache.read('a'))?.toString()).toBe('some data');
  expect(await cache.read('b')).toBeNull();
  await cache.remove('a');
  expect(await cache.read('a')).toBeNull();
});

test('is for the user alone', async () => {
  if (process.platform === 'win32') return;
  await cache.write('a', Buffer.from('x'));
  expect(statSync(folder()).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder(), 'a.pgdata')).mode & 0o777).toBe(0o600);
});

test('is null with NODRIFT_CACHE=off, or if its folder is not writable', async () => {
  expect(await openDataCache({ XDG_CACHE_HOME: home, NODRIFT_CACHE: 'off' })).toBeNull();
  writeFileSync(join(home, 'file'), '');
  expect(await openDataCache({ XDG_CACHE_HOME: join(home, 'file') })).toBeNull();
  if (process.getuid?.() === 0 || process.platform === 'win32') return;
  mkdirSync(join(home, 'closed', 'nodrift'), { recursive: true });
  chmodSync(join(home, 'closed', 'nodrift'), 0o500);
  expect(await openDataCache({ XDG_CACHE_HOME: join(home, 'closed') })).toBeNull();
});

test.each([
  ['cut off', (path: string) => writeFileSync(path, Buffer.alloc(10))],
  ['empty', (path: string) => writeFileSync(path, '')],
  ['something else', (path: string) => writeFileSync(path, Buffer.alloc(5000, 7))],
])('removes a file that is %s', async (_, spoil) => {
  await cache.write('a', Buffer.from('some data'));
  spoil(join(folder(), 'a.pgdata'));
  expect(await cache.read('a')).toBeNull();
  expect(readdirSync(folder())).toEqual([]);
});

test('removes a file of which one bit has turned, also where it could still be unpacked', async () => {
  // What cannot be made smaller is stored as it is.
  const path = join(folder(), 'a.pgdata');
  await cache.write('a', randomBytes(10_000));
  const data = readFileSync(path);
  data[5000] = (data[5000] ?? 0) ^ 1;
  writeFileSync(path, data);
  expect(await cache.read('a')).toBeNull();
  expect(readdirSync(folder())).toEqual([]);
});

test('never throws where it cannot write, and leaves nothing half-written', async () => {
  mkdirSync(join(folder(), 'a.pgdata', 'occupied'), { recursive: true });
  await cache.write('a', Buffer.from('x'));
  expect(readdirSync(folder())).toEqual(['a.pgdata']);
});

test('keeps 24, and drops those that were not used for the longest time', async () => {
  const past = (key: string, hours: number) => {
    const time = new Date(Date.now() - hours * 3_600_000);
    utimesSync(join(folder(), `${key}.pgdata`), time, time);
  };
  for (let i = 0; i < 24; i++) {
    await cache.write(`k${i}`, Buffer.from('x'));
    past(`k${i}`, 100 - i);
  }
  await cache.read('k0');
  await cache.write('new', Buffer.from('x'));
  const names = readdirSync(folder());
  expect(names).toHaveLength(24);
  expect(names).toContain('k0.pgdata');
  expect(names).toContain('new.pgdata');
  expect(names).not.toContain('k1.pgdata');
});

test('keeps 128 MB', async () => {
  mkdirSync(folder(), { recursive: true });
  for (const [name, hours] of [
    ['old', 2],
    ['older', 3],
  ] as const) {
    const path = join(folder(), `${name}.pgdata`);
    writeFileSync(path, Buffer.alloc(70 * 1024 * 1024));
    const time = new Date(Date.now() - hours * 3_600_000);
    utimesSync(path, time, time);
  }
  await cache.write('new', Buffer.from('x'));
  expect(readdirSync(folder()).sort()).toEqual(['new.pgdata', 'old.pgdata']);
});

test('clears away what killed runs left half-written', async () => {
  writeFileSync(join(folder(), 'x.pgdata.0123.tmp'), 'half');
  writeFileSync(join(folder(), 'y.pgdata.0123.tmp'), 'being written');
  const time = new Date(Date.now() - 2 * 3_600_000);
  utimesSync(join(folder(), 'x.pgdata.0123.tmp'), time, time);
  await cache.write('new', Buffer.from('x'));
  expect(readdirSync(folder()).sort()).toEqual(['new.pgdata', 'y.pgdata.0123.tmp']);
});

test('keys tell parts apart', () => {
  expect(cacheKey(['ab', 'c'])).not.toBe(cacheKey(['a', 'bc']));
  expect(cacheKey(['a', '', 'b'])).not.toBe(cacheKey(['a', 'b', '']));
  expect(cacheKey(['a', 'b'])).toBe(cacheKey(['a', 'b']));
});
