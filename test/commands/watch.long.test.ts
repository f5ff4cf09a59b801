import { execFileSync } from 'node:child_process';
import fs, { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename, join } from 'node:path';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { failureOf } from '../../src/cli/failure-of.ts';
import { generate } from '../../src/commands/generate.ts';
import { type WatchedRun, watchProject } from '../../src/commands/watch.ts';
import { loadProjectConfig } from '../../src/project/load-config.ts';
import type { NativeServer } from '../support/native-server.ts';
import { sharedCache } from '../support/pglite.ts';
import { ownServer } from '../support/postgres.ts';
import { makeProject, type TestProject } from '../support/project.ts';

let server: NativeServer;
beforeAll(() => {
  server = ownServer(18, {});
});
afterAll(() => server?.stop());

interface Watched {
  readonly project: TestProject;
  /** The next run that it holds for, after the one that was returned last. */
  until(holds: (run: WatchedRun) => boolean): Promise<WatchedRun>;
  /** How many queries were analysed since this was last asked. */
  analysed(): number;
  /** All runs that have ended. */
  readonly runs: readonly WatchedRun[];
  stop(): Promise<unknown>;
}

const begun: Watched[] = [];
afterEach(async () => {
  for (const one of begun.splice(0)) {
    await one.stop();
    one.project[Symbol.dispose]();
  }
});

const cars = `/* @name GetCar :maybe */
SELECT id, make FROM cars WHERE id = :id;

/* @name AddCar :exec */
INSERT INTO cars (id, make) VALUES (:id, :make);
`;
const base = {
  'migrations/1_cars.sql': 'CREATE TABLE cars (id text PRIMARY KEY, make text NOT NULL);\n',
  'queries/cars.sql': cars,
  'queries/all.sql': '/* @name AllCars :many */\nSELECT * FROM cars;\n',
};

function begin(
  files: Readonly<Record<string, string>> = {},
  nodrift: object = { database: 'server' },
): Watched {
  const project = makeProject({ 'nodrift.config.json': JSON.stringify({ nodrift }), ...base, ...files });
  const stop = new AbortController();
  const runs: WatchedRun[] = [];
  let next = 0;
  let count = 0;
  let wake = () => {};
  const watching = watchProject({
    signal: stop.signal,
    env: sharedCache(),
    folder: project.root,
    load: () => loadProjectConfig(project.root, undefined, { DATABASE_URL: server.url }),
    failureOf: (error) => failureOf(error, project.root),
    run: generate,
    writes: true,
    progress: (stage) => {
      if (stage.startsWith('analysing ')) count += 1;
    },
    async onRun(run) {
      runs.push(run);
      wake();
    },
  });
  const ended = watching.catch((error: unknown) => error);
  const watched: Watched = {
    project,
    runs,
    async until(holds) {
      for (;;) {
        while (next < runs.length) {
          const run = runs[next];
          next += 1;
          if (run !== undefined && holds(run)) return run;
        }
        await Promise.race([
          new Promise<void>((resolve) => {
            wake = resolve;
          }),
          ended.then((error) => {
            throw error;
          }),
        ]);
      }
    },
    analysed() {
      const since = count;
      count = 0;
      return since;
    },
    stop() {
      stop.abort(new Error('stopped'));
      return ended;
    },
  };
  begun.push(watched);
  return watched;
}

/** Which files a run found in which state. */
function states(run: WatchedRun): Readonly<Record<string, string>> {
  if ('failure' in run) throw run.failure;
  const { analysed, outputs } = run.compared;
  return Object.fromEntries(
    outputs.map(({ path, state }) => [path.slice(analysed.config.srcDir.length + 1), state]),
  );
}

const fine = (run: WatchedRun) => 'compared' in run;
const failed = (run: WatchedRun) => 'failure' in run;
const wrote = (file: string) => (run: WatchedRun) => fine(run) && states(run)[file] === 'stale';

async function scratchDatabases(): Promise<number> {
  const client = new Client({ connectionString: server.url });
  await client.connect();
  const { rows } = await client.query("SELECT FROM pg_database WHERE datname LIKE 'nodrift_scratch%'");
  await client.end();
  return rows.length;
}

describe('a saved query', () => {
  test('is the only one that is analysed, also where it moves the others', async () => {
    const { project, until, analysed } = begin();
    await until(fine);
    expect(analysed()).toBe(3);
    project.write({
      'queries/cars.sql': cars.replace('SELECT id, make', 'SELECT id, make,\n  id || make AS both'),
    });
    await until(wrote('cars.queries.ts'));
    expect(analysed()).toBe(1);
    const module = () => readFileSync(project.path('queries/cars.queries.ts'), 'utf8');
    expect(module()).toContain('both');
    // The second one is where it was found before, not where it was analysed.
    project.write({ 'queries/cars.sql': `${cars}\n`.replace(':make);', ':makee2);') });
    await until(wrote('cars.queries.ts'));
    expect(analysed()).toBe(2);
    expect(module()).toContain('makee2');
  });

  test('costs what it is itself, however many there are', async () => {
    const files = 100;
    const textOf = (i: number, column: string) =>
      Array.from(
        { length: 10 },
        (_, k) => `/* @name Q${i}x${k} :many */\nSELECT ${k === 3 ? column : 'id'} FROM cars;\n`,
      ).join('\n');
    // As it is when all of the files have been there for long.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
    const read: string[] = [];
    const { readFileSync: real } = fs;
    try {
      const { project, until, analysed } = begin(
        Object.fromEntries(
          Array.from({ length: files }, (_, i) => [`queries/q${i}.sql`, textOf(i, 'make')] as const),
        ),
      );
      await until(fine);
      project.write({ 'queries/q1.sql': textOf(1, 'id AS again') });
      await until(wrote('q1.queries.ts'));
      analysed();
      fs.readFileSync = new Proxy(real, {
        apply(target, self, args) {
          read.push(basename(String(args[0])));
          return Reflect.apply(target, self, args);
        },
      });
      syncBuiltinESMExports();
      project.write({ 'queries/q2.sql': textOf(2, 'id AS again') });
      await until(wrote('q2.queries.ts'));
      expect(analysed()).toBe(1);
      expect(read.filter((name) => name.endsWith('.sql'))).toEqual(['q2.sql']);
      // Of the modules none but its own, and the one that was written since they were compared.
      const modules = read.filter((name) => name.endsWith('.ts'));
      expect(modules.filter((name) => !/^q[12]\.queries\.ts$/.test(name))).toEqual([]);
    } finally {
      fs.readFileSync = real;
      syncBuiltinESMExports();
      vi.useRealTimers();
    }
  });

  test('that is broken is told with its place, and the rest stays until it is mended', async () => {
    const { project, until } = begin();
    await until(fine);
    const before = readFileSync(project.path('queries/cars.queries.ts'), 'utf8');
    project.write({ 'queries/cars.sql': cars.replace('id, make', 'id, mkae') });
    const run = await until(failed);
    expect(run).toMatchObject({
      failure: { exitCode: 1, diagnostics: [{ file: 'queries/cars.sql', line: 2, column: 12 }] },
    });
    expect(readFileSync(project.path('queries/cars.queries.ts'), 'utf8')).toBe(before);
    // Half a statement, as a program that is still writing leaves it.
    project.write({ 'queries/cars.sql': cars.slice(0, 40) });
    await until(failed);
    project.write({ 'queries/cars.sql': cars.replace('id, make', 'make') });
    await until(wrote('cars.queries.ts'));
  });

  test('is noticed however it gets there', async () => {
    const { project, until, analysed } = begin();
    await until(fine);
    analysed();
    // As editors do that save atomically.
    writeFileSync(project.path('queries/cars.sql.tmp'), cars.replace('id, make', 'make'));
    renameSync(project.path('queries/cars.sql.tmp'), project.path('queries/cars.sql'));
    await until(wrote('cars.queries.ts'));
    // A second time: the first one's file is gone.
    writeFileSync(project.path('queries/cars.sql~'), cars);
    renameSync(project.path('queries/cars.sql~'), project.path('queries/cars.sql'));
    await until(wrote('cars.queries.ts'));
    expect(analysed()).toBe(2);
    // Under another name nothing of it is new.
    renameSync(project.path('queries/cars.sql'), project.path('queries/vehicles.sql'));
    const renamed = await until((run) => fine(run) && states(run)['vehicles.queries.ts'] === 'missing');
    expect(states(renamed)).toMatchObject({ 'cars.queries.ts': 'orphaned' });
    expect(analysed()).toBe(0);
    mkdirSync(project.path('queries/a/b'), { recursive: true });
    writeFileSync(project.path('queries/a/b/deep.sql'), '/* @name Deep :one */\nSELECT 1 AS one;\n');
    await until((run) => fine(run) && states(run)['a/b/deep.queries.ts'] === 'missing');
    writeFileSync(project.path('queries/a/b/deep.sql'), '/* @name Deep :one */\nSELECT 2 AS two;\n');
    await until(wrote('a/b/deep.queries.ts'));
    expect(analysed()).toBe(2);
  });

  test('that is emptied before it is written keeps its module meanwhile', async () => {
    const { project, until, runs } = begin();
    await until(fine);
    writeFileSync(project.path('queries/cars.sql'), '');
    writeFileSync(project.path('queries/cars.sql'), cars.replace('id, make', 'make'));
    await until(wrote('cars.queries.ts'));
    expect(runs.flatMap((run) => Object.values(states(run)))).not.toContain('orphaned');
  });
});

test('a checkout of 500 files is one change', async () => {
  const { project, until, runs } = begin();
  await until(fine);
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      cwd: project.root,
      stdio: 'pipe',
    });
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-q', '-m', 'few');
  const many = Array.from({ length: 500 }, (_, i) => [
    `queries/q${i}.sql`,
    `/* @name Q${i} :one */\nSELECT ${i} AS n;\n`,
  ]);
  git('checkout', '-q', '-b', 'many');
  // What git would check out, without a run in between.
  const blobs = new Map(many.map(([path = '', text = '']) => [path, text]));
  for (const [path, text] of blobs) {
    const hash = execFileSync('git', ['hash-object', '-w', '--stdin'], { cwd: project.root, input: text })
      .toString()
      .trim();
    git('update-index', '--add', '--cacheinfo', `100644,${hash},${path}`);
  }
  git('commit', '-q', '-m', 'many');
  git('checkout', '-q', '-f', 'main');
  const before = runs.length;
  git('checkout', '-q', 'many');
  const isMany = (run: WatchedRun) => Object.keys(states(run)).length > 400;
  await until(isMany);
  const found = runs.slice(before).map((run) => Object.keys(states(run)).length);
  expect(found.filter((length) => length > 3 && length < 502)).toEqual([]);
});

test('deleted folders are told, and come back', async () => {
  const { project, until } = begin();
  await until(fine);
  renameSync(project.path('queries'), project.path('elsewhere'));
  expect(await until(failed)).toMatchObject({ failure: { exitCode: 2 } });
  renameSync(project.path('elsewhere'), project.path('queries'));
  await until(fine);
  rmSync(project.path('migrations'), { recursive: true });
  expect(await until(failed)).toMatchObject({ failure: { exitCode: 2 } });
  project.write({ 'migrations/1_cars.sql': base['migrations/1_cars.sql'] });
  await until(fine);
  project.write({ 'queries/cars.sql': cars.replace('id, make', 'make') });
  await until(wrote('cars.queries.ts'));
});

test('a changed configuration is read again, a broken one is told', async () => {
  const { project, until } = begin({
    'queries/all.sql': '/* @name AllCars :many */\nSELECT id, make AS made_by FROM cars;\n',
  });
  await until(fine);
  project.write({ 'nodrift.config.json': '{ "nodrift": { "database": "server"' });
  expect(await until(failed)).toMatchObject({ config: null, failure: { exitCode: 2 } });
  project.write({
    'nodrift.config.json': JSON.stringify({ camelCaseColumnNames: true, nodrift: { database: 'server' } }),
  });
  await until(wrote('all.queries.ts'));
  expect(readFileSync(project.path('queries/all.queries.ts'), 'utf8')).toContain('madeBy');
  rmSync(project.path('nodrift.config.json'));
  // Without one the database is the embedded one; that it is another shows in the description.
  await until((run) => 'compared' in run && run.compared.analysed.database.startsWith('PGlite'));
});

describe.each([['server'], ['embedded']])('a saved migration (%s)', (database) => {
  test('leads to the schema that it makes, and a broken one is told', async () => {
    const { project, until, analysed } = begin({}, { database });
    await until(fine);
    analysed();
    project.write({ 'migrations/2_year.sql': 'ALTER TABLE cars ADD year int;\n' });
    await until(wrote('all.queries.ts'));
    expect(readFileSync(project.path('queries/all.queries.ts'), 'utf8')).toContain('year: number | null');
    expect(analysed()).toBe(3);
    project.write({ 'migrations/2_year.sql': 'ALTER TABLE cars ADD year nonsense;\n' });
    expect(await until(failed)).toMatchObject({
      failure: { exitCode: 1, diagnostics: [{ file: 'migrations/2_year.sql', line: 1 }] },
    });
    project.write({ 'migrations/2_year.sql': 'ALTER TABLE cars ADD year int NOT NULL;\n' });
    await until(wrote('all.queries.ts'));
    expect(readFileSync(project.path('queries/all.queries.ts'), 'utf8')).toContain('year: number;');
  });
});

test('a schema file that a glob finds is watched', async () => {
  const { project, until } = begin(
    { 'db/schema/a.sql': base['migrations/1_cars.sql'] },
    { database: 'server', schema: ['./db/schema/*.sql'] },
  );
  await until(fine);
  project.write({ 'db/schema/b.sql': 'ALTER TABLE cars ADD year int;\n' });
  await until(wrote('all.queries.ts'));
});

test('a module that was edited or deleted is written again', async () => {
  const { project, until, analysed } = begin();
  await until(fine);
  analysed();
  writeFileSync(
    project.path('queries/cars.queries.ts'),
    readFileSync(project.path('queries/cars.queries.ts'), 'utf8').replace('export const', 'export  const'),
  );
  await until(wrote('cars.queries.ts'));
  rmSync(project.path('queries/cars.queries.ts'));
  await until((run) => fine(run) && states(run)['cars.queries.ts'] === 'missing');
  expect(analysed()).toBe(0);
});

test('a lost connection is told, and the next run connects again', async () => {
  const { project, until } = begin();
  await until(fine);
  const client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'nodrift_scratch%'",
  );
  await client.end();
  project.write({ 'queries/cars.sql': cars.replace('id, make', 'make') });
  expect(await until(failed)).toMatchObject({ failure: { exitCode: 3 } });
  project.write({ 'queries/cars.sql': cars.replace('id, make', 'make AS brand') });
  await until(wrote('cars.queries.ts'));
});

test('leaves nothing behind, whenever it is stopped', async () => {
  expect(await scratchDatabases()).toBe(0);
  const early = begin();
  expect(await early.stop()).toMatchObject({ message: 'stopped' });
  const { project, until, stop } = begin();
  await until(fine);
  expect(await scratchDatabases()).toBe(1);
  project.write({ 'migrations/2_year.sql': 'ALTER TABLE cars ADD year int;\n' });
  await until(wrote('all.queries.ts'));
  // The second has the migrations before the one that was saved.
  expect(await scratchDatabases()).toBe(2);
  project.write({ 'migrations/3_slow.sql': 'SELECT pg_sleep(600);\n' });
  expect(await stop()).toMatchObject({ message: 'stopped' });
  await early.stop();
  expect(await scratchDatabases()).toBe(0);
  expect(existsSync(join(project.root, 'queries/all.queries.ts'))).toBe(true);
});
