import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../../src/database/open.ts';
import { readSchemaFiles, type SchemaFile } from '../../../src/project/schema-files.ts';
import { failureOf } from '../../support/failure.ts';
import { makeProject } from '../../support/project.ts';
import { configOf, rows } from '../open.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nodrift-prefix-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

type Files = Readonly<Record<string, string>>;

interface Opened {
  /** The numbers of the migrations that ran. */
  readonly ran: readonly number[];
  /** Every column that there is, and what was noted. */
  readonly made: unknown;
}

/** Opens it on versions of a folder of migrations, one after the other. */
async function openAll(versions: readonly Files[], env: NodeJS.ProcessEnv = { XDG_CACHE_HOME: folder }) {
  const opened: Opened[] = [];
  let filesBefore: readonly SchemaFile[] | undefined;
  for (const version of versions) {
    using project = makeProject(
      Object.fromEntries(Object.entries(version).map(([name, text]) => [`migrations/${name}`, text])),
    );
    const config = configOf(project);
    const files = readSchemaFiles(config);
    const ran: number[] = [];
    const progress = (stage: string) => {
      const number = /^migrating (\d+) of \d+$/.exec(stage)?.[1];
      if (number !== undefined) ran.push(Number(number));
    };
    const database = await openDatabase(config, {
      files,
      env,
      progress,
      ...(filesBefore && { filesBefore }),
    });
    filesBefore = files;
    const columns = await rows(
      database,
      `SELECT attrelid::regclass::text, attname, atttypid::regtype::text FROM pg_attribute
        WHERE attnum > 0 AND attrelid >= 16384 ORDER BY 1, attnum`,
    );
    const history = await rows(database, 'SELECT name FROM public.pgmigrations ORDER BY id');
    opened.push({ ran, made: { columns, history, notes: database.notes } });
    await database.close();
  }
  return opened;
}

const many = (count: number, last = ''): Files =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `${i + 1}_t.sql`,
      `CREATE TABLE t${i + 1} (id serial PRIMARY KEY${i === count - 1 ? last : ''});`,
    ]),
  );

/** The same, with nothing kept from before. */
async function anew(version: Files): Promise<unknown> {
  return (await openAll([version], { NODRIFT_CACHE: 'off' }))[0]?.made;
}

test('a saved migration is run on what the ones before it made', async () => {
  const versions = [
    many(12),
    many(12, ', a int'),
    many(12, ', b int'),
    many(12, ', c int'),
    many(13),
    many(15),
  ];
  const opened = await openAll(versions);
  expect(opened.map(({ ran }) => ran.length)).toEqual([12, 12, 1, 1, 1, 2]);
  expect(opened.at(-1)?.made).toEqual(await anew(many(15)));
  expect(opened[3]?.made).toEqual(await anew(many(12, ', c int')));
});

test('one in the middle, far from the end, and again', async () => {
  const edited = (column: string) => ({ ...many(14), '2_t.sql': `CREATE TABLE t2 (${column} int)` });
  const opened = await openAll([many(14), edited('a'), edited('b')]);
  expect(opened.map(({ ran }) => ran)).toEqual([
    Array.from({ length: 14 }, (_, i) => i + 1),
    Array.from({ length: 14 }, (_, i) => i + 1),
    Array.from({ length: 13 }, (_, i) => i + 2),
  ]);
  expect(opened[2]?.made).toEqual(await anew(edited('b')));
});

test('one that fails is run again on what the ones before it made', async () => {
  await openAll([many(3)]);
  await failureOf(() => openAll([many(3), many(3, ' oops')]));
  const opened = await openAll([many(3), many(3, ', a int')]);
  expect(opened.map(({ ran }) => ran)).toEqual([[], [3]]);
});

test('without a cache all run', async () => {
  const opened = await openAll([many(3), many(3, ', a int'), many(4)], { NODRIFT_CACHE: 'off' });
  expect(opened.map(({ ran }) => ran.length)).toEqual([3, 3, 4]);
});

describe('what a later migration would see of the session', () => {
  test.each([
    ['a setting', 'SET search_path TO other, public'],
    ['a setting by a function', "SELECT set_config('search_path', 'other, public', false)"],
    ['a setting of its own', "SET app.schema = 'other'"],
    ['a temporary table', 'CREATE TEMP TABLE other (x int)'],
    ['a prepared statement', 'PREPARE other AS SELECT 1'],
    ['a setting of a role, which new sessions have', 'ALTER ROLE postgres SET search_path TO other, public'],
    ['a role', 'SET ROLE postgres'],
  ])('%s: all run', async (_, sql) => {
    const start = { '1_s.sql': `CREATE SCHEMA other; ${sql}`, '2_t.sql': 'CREATE TABLE a (x int)' };
    const last = (column: string) => ({ ...start, '3_u.sql': `CREATE TABLE b (${column} int)` });
    const opened = await openAll([last('a'), last('b'), last('c')]);
    expect(opened[2]?.made).toEqual(await anew(last('c')));
    expect(opened[2]?.ran.length).toBe(3);
  });

  test('the value of a sequence', async () => {
    const start = { '1_s.sql': "CREATE SEQUENCE s; SELECT nextval('s')" };
    const last = (column: string) => ({
      ...start,
      '2_t.sql': `CREATE TABLE a (${column} int); INSERT INTO a SELECT currval('s')`,
    });
    const opened = await openAll([last('a'), last('b'), last('c')]);
    expect(opened[2]?.made).toEqual(await anew(last('c')));
  });
});

test('what was omitted of the ones before is noted, too', async () => {
  const grants = (column: string) => ({
    '1_a.sql': 'CREATE TABLE a (x int); GRANT SELECT ON a TO nobody_here;',
    '2_b.sql': 'GRANT INSERT ON a TO nobody_here;',
    '3_c.sql': `CREATE TABLE c (${column} int); GRANT SELECT ON c TO nobody_here`,
  });
  const opened = await openAll([grants('a'), grants('b'), grants('c')]);
  expect(opened.map(({ ran }) => ran.length)).toEqual([3, 3, 1]);
  expect(opened[2]?.made).toEqual(await anew(grants('c')));
});
