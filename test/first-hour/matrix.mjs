import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, writeFiles } from './shell.mjs';

const compilers = { 5.4: 'typescript-5.4', 5.9: 'typescript', 7: 'typescript-7' };
const resolutions = {
  node16: { module: 'node16' },
  nodenext: { module: 'nodenext' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
  node10: { module: 'commonjs', moduleResolution: 'node10' },
};
const packageTypes = { CommonJS: 'commonjs', ESM: 'module' };

/** Uses each kind of export, and is typed as strictly as can be. */
const types = `import type { Connection } from 'nodrift-runtime';
import { DatabaseError, isUniqueViolation } from 'nodrift-runtime';
import { DatabaseError as Alias } from 'nodrift/runtime';
import { type AddNoteRow, addNote, type FindNotesRow, findNotes } from './queries/notes.queries.js';

export async function add(db: Connection, title: string): Promise<AddNoteRow | 'taken'> {
  try {
    return await addNote(db, { title, state: 'draft' });
  } catch (error) {
    if (isUniqueViolation(error, addNote, 'notes_title_key')) return 'taken';
    throw error;
  }
}
export function find(db: Connection): Promise<FindNotesRow[]> {
  return findNotes(db);
}
// One class: each can be used as the other.
const same: typeof DatabaseError = Alias;
export const isSame: boolean = same === DatabaseError;
`;

const main = `import { PGlite } from '@electric-sql/pglite';
import { MigrationError, migrate } from 'nodrift-runtime/migrate';
import { add, find, isSame } from './types.js';

export async function start(): Promise<string> {
  const db = new PGlite();
  const notesSql =
    "CREATE TYPE state AS ENUM ('draft', 'published');" +
    'CREATE TABLE notes (title text NOT NULL UNIQUE, state state NOT NULL, written timestamptz NOT NULL DEFAULT now())';
  const done = await migrate(db, { '1_notes.sql': notesSql });
  const wrong: unknown = await migrate(db, { 'notes.sql': '' }).catch((error: unknown) => error);
  const isFailed = wrong instanceof MigrationError;
  const added = await add(db, 'First');
  const again = await add(db, 'First');
  const notes = await find(db);
  await db.close();
  return [added === 'taken' ? '' : added.title, again, notes[0]?.written instanceof Date, notes[0]?.state, isSame, done[0], isFailed].join(' ');
}
`;
const entry = `import { start } from './main.js';

start().then((line) => console.log(line));
`;
const program = { 'types.ts': types, 'main.ts': main, 'entry.ts': entry };
const expected = 'First taken true draft true 1_notes true';

const project = {
  'package.json': '{ "private": true }',
  'pgtyped.config.json': JSON.stringify({
    transforms: [{ mode: 'sql', include: '*.sql', emitTemplate: '{{dir}}/{{name}}.queries.ts' }],
    srcDir: './queries',
    camelCaseColumnNames: true,
    nodrift: { schema: './schema.sql' },
  }),
  'schema.sql': `CREATE TYPE state AS ENUM ('draft', 'published');
CREATE TABLE notes (title text NOT NULL UNIQUE, state state NOT NULL, written timestamptz NOT NULL DEFAULT now());
`,
  'queries/notes.sql': `/* @name FindNotes :many */
SELECT title, state, written FROM notes ORDER BY title;
/* @name AddNote :one */
INSERT INTO notes (title, state) VALUES (:title, :state) RETURNING title;
`,
};

/**
 * The steps of the matrix: both kinds of packages, compiled by each TypeScript under each resolution, and run by
 * everything that runs or bundles TypeScript. `work` is a folder in which the tools are installed.
 */
export async function matrix(work) {
  const source = join(work, 'project');
  writeFiles(source, project);
  const bin = (path) => join(work, 'node_modules', path);
  const node = (cwd, ...args) => run(cwd, process.execPath, args);
  await node(source, bin('nodrift/dist/cli/main.cjs'), 'generate');

  /** The project once more, in a package of one kind. */
  const copyTo = (kind, name, files = {}) => {
    const folder = join(work, kind, name);
    cpSync(join(source, 'queries'), join(folder, 'queries'), { recursive: true });
    const manifest = { name: 'app', private: true, type: packageTypes[kind] };
    writeFiles(folder, { 'package.json': JSON.stringify(manifest), ...program, ...files });
    return folder;
  };

  const prints = async (output) => assert.equal((await output).trim().split('\n').at(-1), expected);

  const steps = {};
  for (const kind of Object.keys(packageTypes)) {
    const copy = (name, files) => copyTo(kind, name, files);

    for (const [resolution, options] of Object.entries(resolutions)) {
      for (const [version, compiler] of Object.entries(compilers)) {
        const name = `${kind}, ${resolution}, TypeScript ${version}`;
        steps[name] = async () => {
          if (resolution === 'node10' && version === '7') return 'TypeScript 7 has no node10';
          const compilerOptions = {
            target: 'ES2022',
            lib: ['ES2022'],
            types: ['node'],
            ...options,
            ...(kind === 'ESM' && resolution === 'node10' && { module: 'es2022' }),
            strict: true,
            exactOptionalPropertyTypes: true,
            noUncheckedIndexedAccess: true,
            isolatedModules: true,
            outDir: 'out',
          };
          const folder = copy(`${resolution}-${version}`, {
            'tsconfig.json': JSON.stringify({ compilerOptions, files: ['types.ts'] }),
          });
          await node(folder, bin(`${compiler}/bin/tsc`), '-p', '.');
        };
      }
    }

    steps[`${kind}, tsc and node`] = async () => {
      const compilerOptions = {
        module: 'node16',
        target: 'ES2022',
        types: ['node'],
        strict: true,
        skipLibCheck: true,
        outDir: 'out',
      };
      const folder = copy('tsc', {
        'tsconfig.json': JSON.stringify({ compilerOptions, files: ['entry.ts'] }),
      });
      await node(folder, bin('typescript/bin/tsc'), '-p', '.');
      await prints(node(folder, 'out/entry.js'));
    };
    steps[`${kind}, tsx`] = () => prints(node(copy('tsx'), bin('tsx/dist/cli.mjs'), 'entry.ts'));
    steps[`${kind}, esbuild`] = async () => {
      const folder = copy('esbuild');
      const format = kind === 'ESM' ? 'esm' : 'cjs';
      const options = [
        '--bundle',
        '--platform=node',
        `--format=${format}`,
        '--external:@electric-sql/pglite',
        '--outfile=out.js',
      ];
      await run(folder, bin('.bin/esbuild'), ['entry.ts', ...options, '--log-level=warning']);
      await prints(node(folder, 'out.js'));
      // The codecs that no query uses are omitted.
      assert.doesNotMatch(readFileSync(join(folder, 'out.js'), 'utf8'), /createReplicatedPool/);
    };
    steps[`${kind}, vitest`] = async () => {
      const test = `import { expect, it } from 'vitest';
import { start } from './main.js';
it('runs', async () => expect(await start()).toBe('${expected}'), 60_000);
`;
      await node(copy('vitest', { 'main.test.ts': test }), bin('vitest/vitest.mjs'), 'run', '--root', '.');
    };
    steps[`${kind}, bun`] = async () =>
      existsSync(bin('.bin/bun'))
        ? prints(run(copy('bun'), bin('.bin/bun'), ['entry.ts']))
        : 'it is not installed';
  }

  steps['ESM, vite for browsers'] = async () => {
    const folder = copyTo('ESM', 'vite', {
      'index.html': '<!doctype html><title>notes</title><script type="module" src="entry.ts"></script>',
      'vite.config.js': "export default { optimizeDeps: { exclude: ['@electric-sql/pglite'] } };",
    });
    const output = await node(folder, bin('vite/bin/vite.js'), 'build', '--logLevel', 'warn');
    assert.doesNotMatch(output, /nodrift/);
  };
  // Both resolve what is written in the file: names that end in .ts. Of the shared types, only types are imported here.
  const asWritten = Object.fromEntries(
    Object.entries(program).map(([path, text]) => [path, text.replace(/(from '\..*)\.js'/g, "$1.ts'")]),
  );
  steps['ESM, node without a compiler'] = () =>
    process.features.typescript
      ? prints(node(copyTo('ESM', 'node', asWritten), 'entry.ts'))
      : `Node ${process.versions.node} does not strip types`;
  steps['ESM, deno'] = () =>
    existsSync(bin('.bin/deno'))
      ? prints(run(copyTo('ESM', 'deno', asWritten), bin('.bin/deno'), ['run', '-A', 'entry.ts']))
      : 'it is not installed';
  steps['the two forms and the alias are one module'] = async () => {
    writeFileSync(
      join(work, 'one.mjs'),
      `import { createRequire } from 'node:module';
import * as imported from 'nodrift-runtime';
import * as alias from 'nodrift/runtime';
import { Failure } from 'nodrift';
import { MigrationError } from 'nodrift-runtime/migrate';
const require = createRequire(import.meta.url);
for (const other of [alias, require('nodrift-runtime'), require('nodrift/runtime')])
  for (const [name, value] of Object.entries(imported)) if (other[name] !== value) throw new Error(name);
if (require('nodrift').Failure !== Failure) throw new Error('Failure');
if (require('nodrift-runtime/migrate').MigrationError !== MigrationError) throw new Error('MigrationError');
const { testDatabase } = await import('nodrift/testing');
if (require('nodrift/testing').testDatabase !== testDatabase) throw new Error('testDatabase');
await testDatabase({ config: 'none.json' }).then(
  () => { throw new Error('no configuration was found'); },
  (error) => { if (!(error instanceof Failure)) throw error; },
);
`,
    );
    await node(work, 'one.mjs');
  };
  return steps;
}
