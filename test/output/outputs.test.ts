import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { header } from '../../src/codegen/header.ts';
import type { Module } from '../../src/codegen/module.ts';
import { Failure } from '../../src/diagnostic.ts';
import { compareOutputs } from '../../src/output/compare.ts';
import { outputGlob } from '../../src/output/orphans.ts';
import { writeOutputs } from '../../src/output/write-outputs.ts';
import type { Config } from '../../src/project/config.ts';
import { loadConfig } from '../../src/project/load-config.ts';
import { findQueryFiles } from '../../src/project/query-files.ts';

let root: string;
let config: Config;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'nodrift-drift-')));
  config = configured('{{dir}}/{{name}}.queries.ts');
});
afterEach(() => rmSync(root, { recursive: true }));

function configured(emitTemplate: string): Config {
  put(
    'pgtyped.config.json',
    JSON.stringify({
      transforms: [{ mode: 'sql', include: '**/*.sql', emitTemplate }],
      srcDir: './queries',
      nodrift: { migrations: './migrations' },
    }),
  );
  return loadConfig(join(root, 'pgtyped.config.json'), {});
}

function put(path: string, text: string): string {
  const place = join(root, path);
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, text);
  return place;
}

const text = (path: string) => readFileSync(join(root, path), 'utf8');

function module(name: string, body = 'export const a = 1;\n'): Module {
  const source = `queries/${name}.sql`;
  return { path: join(root, `queries/${name}.queries.ts`), source, text: header(source) + body };
}

async function compared(modules: readonly Module[]) {
  return compareOutputs({ config, targets: await findQueryFiles(config) }, modules);
}

async function states(modules: readonly Module[]) {
  const outputs = await compared(modules);
  return outputs.map(({ path, state }) => `${path.slice(root.length + 1)} ${state}`);
}

async function failure(work: Promise<unknown>): Promise<Failure> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof Failure) return error;
  throw new Error(`no Failure but ${String(error)}`);
}

describe('compareOutputs', () => {
  test('tells missing, unchanged, stale and foreign files apart', async () => {
    put('queries/same.queries.ts', module('same').text);
    put('queries/stale.queries.ts', module('stale', 'export const a = 2;\n').text);
    put('queries/mine.queries.ts', 'export const mine = true;\n');
    expect(await states(['absent', 'same', 'stale', 'mine'].map((name) => module(name)))).toEqual([
      'queries/absent.queries.ts missing',
      'queries/same.queries.ts unchanged',
      'queries/stale.queries.ts stale',
      'queries/mine.queries.ts foreign',
    ]);
  });

  test('ignores the line endings of a checkout', async () => {
    put('queries/a.queries.ts', module('a').text.replaceAll('\n', '\r\n'));
    expect(await states([module('a')])).toEqual(['queries/a.queries.ts unchanged']);
  });

  test('takes over what PgTyped generated and what is empty', async () => {
    put('queries/a.queries.ts', '/** Types generated for queries found in "queries/a.sql" */\nexport {};\n');
    put('queries/b.queries.ts', '');
    expect(await states([module('a'), module('b')])).toEqual([
      'queries/a.queries.ts stale',
      'queries/b.queries.ts stale',
    ]);
  });

  test('finds the modules of deleted .sql files, and only those', async () => {
    put('queries/deep/gone.queries.ts', header('queries/deep/gone.sql'));
    put('queries/mine.queries.ts', 'export const mine = true;\n');
    put('queries/kept.sql', 'SELECT');
    put('queries/kept.queries.ts', header('queries/kept.sql'));
    // Another configuration further down writes headers relative to its own folder.
    put('queries/nested/queries/b.queries.ts', header('queries/b.sql'));
    put('queries/node_modules/x/c.queries.ts', header('queries/node_modules/x/c.sql'));
    put('elsewhere/d.queries.ts', header('elsewhere/d.sql'));
    expect(await states([])).toEqual(['queries/deep/gone.queries.ts orphaned']);
  });

  test.each([
    ['generated/{{name}}.ts', 'generated/gone.ts'],
    ['./{{dir}}/../generated/{{name}}.ts', 'generated/gone.ts'],
    ['generated/{{dir}}/{{base}}.ts', 'generated/queries/gone.sql.ts'],
  ])('finds them where %s leads to', async (template, path) => {
    config = configured(template);
    put(path, header('queries/gone.sql'));
    expect(await states([])).toEqual([`${path} orphaned`]);
  });

  describe('after a change of emitTemplate', () => {
    const old = () => put('queries/a.queries.ts', header('queries/a.sql'));
    beforeEach(() => {
      config = configured('{{dir}}/generated/{{name}}.ts');
      put('queries/a.sql', 'SELECT');
      put('queries/deep/b.sql', 'SELECT');
    });

    test('finds the modules in the old places', async () => {
      old();
      put('queries/deep/lib/b.mts', header('queries/deep/b.sql'));
      put('queries/gone.queries.ts', header('queries/gone.sql'));
      expect(await states([])).toEqual([
        'queries/a.queries.ts orphaned',
        'queries/deep/lib/b.mts orphaned',
        'queries/gone.queries.ts orphaned',
      ]);
      const made: Module = { ...module('a'), path: join(root, 'queries/generated/a.ts') };
      await writeOutputs(await compared([made]), root);
      expect(await states([made])).toEqual(['queries/generated/a.ts unchanged']);
    });

    test('keeps files that are elsewhere, or written by hand', async () => {
      put('queries/a.ts', `export const mine = 1;\n${header('queries/a.sql')}`);
      put('queries/nested/queries/gone.queries.ts', header('queries/gone.sql'));
      put('queries/other/b.queries.ts', header('queries/deep/b.sql'));
      put('elsewhere/a.queries.ts', header('queries/a.sql'));
      put('queries/node_modules/x/a.queries.ts', header('queries/a.sql'));
      put('queries/excluded.txt', 'SELECT');
      put('queries/excluded.queries.ts', header('queries/excluded.txt'));
      expect(await states([])).toEqual([]);
    });

    test.each(['other.json', 'queries/pgtyped.config.json'])(
      'leaves alone what another configuration, %s, leads to',
      async (path) => {
        old();
        put('queries/queries/c.queries.ts', header('queries/c.sql'));
        put('queries/c.sql', 'SELECT');
        expect(await states([])).toHaveLength(2);
        const emitTemplate = '{{dir}}/{{name}}.queries.ts';
        const transforms = [{ mode: 'sql', include: '**/*.sql', emitTemplate }];
        put(path, JSON.stringify({ transforms, srcDir: './queries', nodrift: {} }));
        const other = path === 'other.json' ? 'queries/a.queries.ts' : 'queries/queries/c.queries.ts';
        expect(await states([])).not.toContain(`${other} orphaned`);
        expect(await states([])).toHaveLength(1);
        put(path, '{ "transforms": oops');
        expect(await states([])).not.toContain(`${other} orphaned`);
      },
    );
  });

  test('finds shared types that nothing needs any more', async () => {
    const path = config.sharedTypes.slice(root.length + 1);
    put(path, header('the schema'));
    expect(await states([])).toEqual([`${path} orphaned`]);
    put(path, 'export type Mine = 1;\n');
    expect(await states([])).toEqual([]);
  });

  test('refuses a folder instead of a module', async () => {
    mkdirSync(module('a').path, { recursive: true });
    const { exitCode, diagnostics } = await failure(states([module('a')]));
    expect(exitCode).toBe(2);
    expect(diagnostics).toMatchObject([
      { file: 'queries/a.queries.ts', message: 'A directory exists at the output path.' },
    ]);
  });
});

describe('writeOutputs', () => {
  const write = async (...modules: readonly Module[]) => writeOutputs(await compared(modules), root);

  test('writes what is missing or stale, removes orphans and leaves the rest untouched', async () => {
    const past = new Date(2001, 1, 1);
    const same = put('queries/same.queries.ts', module('same').text);
    utimesSync(same, past, past);
    put('queries/stale.queries.ts', header('queries/stale.sql'));
    put('queries/gone.queries.ts', header('queries/gone.sql'));
    await write(module('same'), module('stale'), module('new/deep'));
    expect(statSync(same).mtime).toEqual(past);
    expect(text('queries/stale.queries.ts')).toBe(module('stale').text);
    expect(text('queries/new/deep.queries.ts')).toBe(module('new/deep').text);
    expect(readdirSync(join(root, 'queries')).sort()).toEqual(['new', 'same.queries.ts', 'stale.queries.ts']);
  });

  test('writes nothing at all if a person wrote one of the files', async () => {
    put('queries/mine.queries.ts', 'export const mine = true;\n');
    const { exitCode, diagnostics } = await failure(write(module('a'), module('mine')));
    expect(exitCode).toBe(2);
    expect(diagnostics).toEqual([
      {
        file: 'queries/mine.queries.ts',
        line: 1,
        column: null,
        code: 'ND6001',
        message:
          'This file was not written by nodrift, and the queries of queries/mine.sql would overwrite it.',
        sqlstate: null,
        hint:
          'Move or delete it and run `nodrift generate` again, or change emitTemplate in the ' +
          'configuration. Nothing was written.',
        excerpt: 'export const mine = true;',
      },
    ]);
    expect(text('queries/mine.queries.ts')).toBe('export const mine = true;\n');
    expect(existsSync(module('a').path)).toBe(false);
  });

  test('writes nothing at all if one of the folders cannot be made', async () => {
    put('queries/file', '');
    put('queries/stale.queries.ts', header('queries/stale.sql'));
    const { exitCode, diagnostics } = await failure(write(module('a'), module('stale'), module('file/b')));
    expect(exitCode).toBe(2);
    expect(diagnostics).toMatchObject([
      {
        file: 'queries/file/b.queries.ts',
        message: expect.stringMatching(/^Cannot be written: a part of its path is a file, not a folder/),
      },
    ]);
    expect(readdirSync(join(root, 'queries'))).toEqual(['file', 'stale.queries.ts']);
    expect(text('queries/stale.queries.ts')).toBe(header('queries/stale.sql'));
  });

  test.each(['missing', 'orphaned'] as const)(
    'puts everything back if a %s file fails last',
    async (state) => {
      const past = new Date(2001, 1, 1);
      const stale = put('queries/stale.queries.ts', header('queries/stale.sql'));
      utimesSync(stale, past, past);
      put('queries/gone.queries.ts', header('queries/gone.sql'));
      const before = [header('queries/stale.sql'), header('queries/gone.sql')];
      const outputs = await compared([module('stale'), module('new')]);
      expect(outputs.map((output) => output.state)).toEqual(['stale', 'missing', 'orphaned']);
      const last = { ...module('z'), before: null, after: state === 'orphaned' ? null : module('z').text };
      put('queries/z.queries.ts/file', 'a folder that is in use');
      const { exitCode, diagnostics } = await failure(writeOutputs([...outputs, { ...last, state }], root));
      expect(exitCode).toBe(2);
      expect(diagnostics).toMatchObject([{ file: 'queries/z.queries.ts' }]);
      const files = ['gone.queries.ts', 'stale.queries.ts', 'z.queries.ts'];
      expect(readdirSync(join(root, 'queries')).sort()).toEqual(files);
      expect([text('queries/stale.queries.ts'), text('queries/gone.queries.ts')]).toEqual(before);
      expect(statSync(stale).mtime).toEqual(past);
    },
  );

  test.skipIf(process.getuid?.() === 0)('names a folder without write permission', async () => {
    mkdirSync(join(root, 'queries/locked'), { recursive: true });
    chmodSync(join(root, 'queries/locked'), 0o500);
    const { exitCode, diagnostics } = await failure(write(module('a'), module('locked/b')));
    expect(exitCode).toBe(2);
    expect(diagnostics).toMatchObject([{ message: 'Cannot be written: permission denied (EACCES).' }]);
    expect(existsSync(module('a').path)).toBe(false);
  });

  test('keeps a link a link', async () => {
    const target = put('real/a.ts', header('queries/a.sql'));
    mkdirSync(join(root, 'queries'));
    symlinkSync(target, module('a').path);
    await write(module('a'));
    expect(text('real/a.ts')).toBe(module('a').text);
    expect(realpathSync(module('a').path)).toBe(target);
  });
});

test.each([
  ['{{dir}}/{{name}}.queries.ts', 'queries/**/*.queries.ts'],
  ['./{{ dir }}/../gen/{{name}}.ts', '**/gen/*.ts'],
  ['{{dir}}/../../gen/{{name}}.ts', '../**/gen/*.ts'],
  ['src/gen/{{name}}.ts', 'src/gen/*.ts'],
  ['gen/{{dir}}/{{name}}.ts', 'gen/queries/**/*.ts'],
  ['gen-{{dir}}/{{name}}.ts', '**/*.ts'],
  ['src/[id]/{{name}}.ts', 'src/\\[id\\]/*.ts'],
])('outputGlob of %s', (emitTemplate, expected) => {
  const folders = { root: '/p', srcDir: '/p/queries' };
  expect(outputGlob(folders, { mode: 'sql', include: '*.sql', emitTemplate })).toBe(expected);
});
