import { execFileSync } from 'node:child_process';
import { cpSync, lstatSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { check } from '../../src/commands/check.ts';
import { generate } from '../../src/commands/generate.ts';
import { diagnostic } from '../../src/diagnostic.ts';
import { addToCheckCache, readCheckCache } from '../../src/output/check-cache.ts';
import { buildFingerprint } from '../../src/project/build-fingerprint.ts';
import type { Config } from '../../src/project/config.ts';
import { readInputs } from '../../src/project/inputs.ts';
import { loadConfig } from '../../src/project/load-config.ts';
import { nodrift } from '../cli/support/cli.ts';
import { makeProject, type TestProject } from '../support/project.ts';

const configuration = {
  transforms: [{ mode: 'sql', include: '**/*.sql', emitTemplate: '{{dir}}/{{name}}.queries.ts' }],
  srcDir: './queries',
  nodrift: { migrations: './migrations' },
};
const files = {
  'pgtyped.config.json': JSON.stringify(configuration),
  'migrations/1_jobs.sql': `-- Up Migration
CREATE TYPE state AS ENUM ('queued', 'done');
CREATE TABLE jobs (id int PRIMARY KEY, state state NOT NULL, note text);
`,
  'queries/a.sql': '/* @name GetState :maybe */\nSELECT state FROM jobs WHERE id = :id;\n',
  'queries/b.sql': '/* @name AllStates :many */\nSELECT id, state, note FROM jobs;\n',
};

let made: TestProject;
let project: TestProject;
/** Of this file alone. */
let cache: string;
let env: Readonly<Record<string, string>>;

const config = () => loadConfig(project.path('pgtyped.config.json'), env);
const passed = async () => (await readCheckCache(await readInputs(config()), env)) !== null;

/** A cache in which no tree has passed yet. The data of databases is in it, as making it anew takes long. */
const ownCache = () => {
  const own = mkdtempSync(join(cache, 'own-'));
  const filter = (source: string) => lstatSync(source).isDirectory() || source.endsWith('.pgdata');
  cpSync(join(cache, 'nodrift'), join(own, 'nodrift'), { recursive: true, filter });
  return { XDG_CACHE_HOME: own };
};

// Generated once: each test has a copy.
beforeAll(async () => {
  cache = mkdtempSync(join(inject('runDir'), 'passed-'));
  env = { XDG_CACHE_HOME: cache };
  project = made = makeProject(files);
  await generate(config(), { env });
});
afterAll(() => made[Symbol.dispose]());
beforeEach(() => {
  env = { XDG_CACHE_HOME: cache };
  project = makeProject({});
  cpSync(made.root, project.root, { recursive: true });
});
afterEach(() => {
  vi.restoreAllMocks();
  project[Symbol.dispose]();
});

const replace = (file: string, from: string | RegExp, to: string) =>
  project.write({ [file]: readFileSync(project.path(file), 'utf8').replace(from, to) });

describe('a tree has passed', () => {
  test('after generate, and wherever its folder lies', async () => {
    expect(await passed()).toBe(true);
    const elsewhere = makeProject({});
    cpSync(project.root, elsewhere.root, { recursive: true });
    renameSync(project.root, `${project.root}-moved`);
    renameSync(elsewhere.root, project.root);
    expect(await passed()).toBe(true);
    rmSync(`${project.root}-moved`, { recursive: true });
  });

  test('after a check that found nothing, not after one that did', async () => {
    env = ownCache();
    expect(await passed()).toBe(false);
    await check(config(), { env });
    expect(await passed()).toBe(true);
    replace('queries/a.queries.ts', 'export const', 'export  const');
    await check(config(), { env });
    expect(await passed()).toBe(false);
  });

  test('also in a checkout with the line endings of Windows, after its first run', async () => {
    for (const name of ['a.queries.ts', 'schema.types.ts']) replace(`queries/${name}`, /\n/g, '\r\n');
    expect(await passed()).toBe(true);
    // How lines end in a query is part of what is generated.
    replace('queries/a.sql', /\n/g, '\r\n');
    expect(await passed()).toBe(false);
  });
});

describe('it has not passed any more', () => {
  const remove = (file: string) => rmSync(project.path(file));
  const later = (file: string) => project.write({ [file]: '-- Up Migration\nSELECT 1;\n' });
  const changes: readonly (readonly [string, () => void])[] = [
    ['a query is changed', () => replace('queries/a.sql', 'id = :id', 'id < :id')],
    ['only a comment in it is', () => replace('queries/a.sql', ':maybe', ':maybe Hello.')],
    ['a file of queries is added', () => project.write({ 'queries/c.sql': '/* @name C */ SELECT 1 AS c;' })],
    ['a file of queries is removed', () => remove('queries/b.sql')],
    [
      'a file of queries is renamed',
      () => renameSync(project.path('queries/b.sql'), project.path('queries/c.sql')),
    ],
    ['a migration is changed', () => replace('migrations/1_jobs.sql', 'note text', 'note text NOT NULL')],
    ['a migration is added', () => later('migrations/2_more.sql')],
    [
      'a migration is renamed',
      () => renameSync(project.path('migrations/1_jobs.sql'), project.path('migrations/2_jobs.sql')),
    ],
    ['a migration is removed', () => remove('migrations/1_jobs.sql')],
    ['a migration that is a program is added', () => project.write({ 'migrations/2_program.js': '' })],
    [
      'the configuration is changed',
      () =>
        project.write({
          'pgtyped.config.json': JSON.stringify({ ...configuration, camelCaseColumnNames: true }),
        }),
    ],
    ['a module is edited', () => replace('queries/a.queries.ts', 'export const', 'export  const')],
    ['a module is cut off', () => writeFileSync(project.path('queries/a.queries.ts'), '')],
    ['a module is removed', () => remove('queries/a.queries.ts')],
    ['the shared types are edited', () => replace('queries/schema.types.ts', 'queued', 'ready')],
    ['the shared types are removed', () => remove('queries/schema.types.ts')],
    [
      'two modules are exchanged',
      () => {
        renameSync(project.path('queries/a.queries.ts'), project.path('queries/x'));
        renameSync(project.path('queries/b.queries.ts'), project.path('queries/a.queries.ts'));
        renameSync(project.path('queries/x'), project.path('queries/b.queries.ts'));
      },
    ],
    [
      'an orphan turns up',
      () =>
        project.write({
          'queries/gone.queries.ts':
            '// @generated by nodrift from queries/gone.sql. Do not edit: run `nodrift generate`.\n',
        }),
    ],
    ['Node.js is another', () => vi.spyOn(process, 'version', 'get').mockReturnValue('v99.0.0')],
  ];

  test.each(changes)('when %s', async (_name, change) => {
    expect(await passed()).toBe(true);
    change();
    expect(await passed()).toBe(false);
  });

  test('when nodrift is another', () => {
    const code = new Map(buildFingerprint());
    expect(code.get('output/check-cache.ts')?.toString()).toContain('...code');
    expect([...code.keys()].filter((name) => name.endsWith('.d.ts'))).toEqual([]);
    expect(code.size).toBeGreaterThan(150);
  });

  test('when two branches that both passed are merged', async () => {
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
        cwd: project.root,
        stdio: 'pipe',
      });
    const commit = () => {
      git('add', '-A');
      git('commit', '-q', '-m', 'x');
    };
    git('init', '-q', '-b', 'main');
    commit();
    git('checkout', '-q', '-b', 'migration');
    project.write({ 'migrations/2_note.sql': '-- Up Migration\nALTER TABLE jobs DROP COLUMN note;\n' });
    project.write({ 'queries/b.sql': '/* @name AllStates :many */\nSELECT id, state FROM jobs;\n' });
    await generate(config(), { env });
    expect(await passed()).toBe(true);
    commit();
    git('checkout', '-q', 'main');
    project.write({ 'queries/c.sql': '/* @name Notes :many */\nSELECT note FROM jobs;\n' });
    await generate(config(), { env });
    expect(await passed()).toBe(true);
    commit();
    git('merge', '-q', '--no-edit', 'migration');
    expect(await passed()).toBe(false);
    await expect(check(config(), { env })).rejects.toMatchObject({ exitCode: 1 });
    expect(await passed()).toBe(false);
  });
});

describe('nothing is remembered', () => {
  test('of inputs that are there only since the run began', async () => {
    replace('queries/a.sql', ':maybe', ':many');
    const progress = (stage: string) => {
      if (stage === 'comparing') replace('queries/b.sql', ', note', '');
    };
    await generate(config(), { env, progress });
    expect(await passed()).toBe(false);
    // Those that the run began with are what its modules were made from.
    replace('queries/b.sql', ', state', ', state, note');
    expect(await passed()).toBe(true);
    const { outputs } = await check(config(), { env });
    expect(outputs.map(({ state }) => state)).toEqual(outputs.map(() => 'unchanged'));
  });

  test('of a run on some of the files', async () => {
    rmSync(project.path('queries/b.queries.ts'));
    await generate(config(), { env, files: [project.path('queries/a.sql')] });
    expect(await passed()).toBe(false);
  });

  test('of migrations that are programs', async () => {
    project.write({
      'migrations/2_program.js': 'exports.up = (pgm) => pgm.sql(process.env.SOME_SQL ?? "SELECT 1");\n',
    });
    await generate(config(), { env });
    expect(await passed()).toBe(false);
  });

  test('without a cache', async () => {
    env = { ...env, NODRIFT_CACHE: 'off' };
    await check(config(), { env });
    expect(await passed()).toBe(false);
  });

  test.each([
    ['a server', { kind: 'server', connection: null, asIs: false }],
    ['a database as it stands', { kind: 'server', connection: null, asIs: true }],
    ['a container', { kind: 'container', image: 'postgres:18' }],
  ] as const)('of %s: the files do not say what it is like', async (_name, database) => {
    const embedded = config();
    const settled = await check(embedded, { env });
    const remembered = async (config: Config) => {
      env = ownCache();
      const inputs = { ...(await readInputs(embedded)), config };
      addToCheckCache(inputs, env, settled);
      return (await readCheckCache(inputs, env)) !== null;
    };
    expect(await remembered(embedded)).toBe(true);
    expect(await remembered({ ...embedded, database })).toBe(false);
  });
});

test('check believes the record, check --full never does', async () => {
  const path = project.path('queries/a.queries.ts');
  env = ownCache();
  replace('queries/a.queries.ts', 'export const', 'export  const');
  // Only nodrift itself could make such a record, and only by mistake.
  const { analysed, outputs } = await check(config(), { env });
  addToCheckCache(await readInputs(config()), env, {
    analysed,
    refused: [],
    outputs: outputs.map((output) => ({ ...output, after: output.before })),
  });
  const run = (...args: string[]) => nodrift(['check', ...args], { cwd: project.root, env });
  expect(await run()).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  expect(await run('--full')).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('stale') });
  expect(readFileSync(path, 'utf8')).toContain('export  const');
});

test('generate accepts the record, and prints the notes of the run that wrote it', async () => {
  env = ownCache();
  const { analysed, outputs } = await check(config(), { env });
  const warnings = [
    diagnostic({ file: 'queries/a.sql', line: 2, column: 1, code: 'ND2025', message: 'odd' }),
  ];
  const said = { ...analysed, database: 'an invented database', warnings, notes: ['strange'] };
  addToCheckCache(await readInputs(config()), env, { analysed: said, outputs, refused: [] });
  const run = await nodrift(['generate'], { cwd: project.root, env });
  expect(run).toEqual({
    exitCode: 0,
    stdout: expect.stringMatching(
      /^unchanged {2}queries\/a\.queries\.ts +1 query\nunchanged {2}queries\/b\.queries\.ts +1 query\nunchanged {2}queries\/schema\.types\.ts {2}shared types\n0 written, 3 unchanged, 2 queries, [\d.]+ s, an invented database\n$/,
    ),
    stderr: 'queries/a.sql:2:1: warning ND2025: odd\n\nnote: strange\n',
  });
});
