import { expect, test } from 'vitest';
import { loadProjectConfig } from '../../src/project/load-config.ts';
import { failureOf } from '../support/failure.ts';
import { makeProject } from '../support/project.ts';

const pgtyped = JSON.stringify({
  transforms: [{ mode: 'sql', include: '*.sql' }],
  srcDir: './sql',
});

function load(files: Readonly<Record<string, string>>, folder = '.', named?: string) {
  using project = makeProject(files);
  const { path, srcDir, transforms, source, dropIn, camelCaseColumnNames } = loadProjectConfig(
    project.path(folder),
    named,
    {},
  );
  const inRoot = (value: unknown) =>
    JSON.parse(JSON.stringify(value).replaceAll(project.root.replaceAll('\\', '\\\\'), '<root>'));
  return inRoot({ path, srcDir, include: transforms[0]?.include, source, dropIn, camelCaseColumnNames });
}

const defaults = {
  path: '<root>/nodrift.config.json',
  srcDir: '<root>/queries',
  include: '**/*.sql',
  source: { kind: 'migrations', dir: '<root>/migrations', format: 'node-pg-migrate' },
  dropIn: false,
  camelCaseColumnNames: false,
};

test.each([
  ['an empty file', ''],
  ['an empty object', '{}'],
  ['only a comment', '// all as it comes\n'],
])('nodrift.config.json has defaults for everything: %s', (_, text) => {
  expect(load({ 'nodrift.config.json': text })).toEqual(defaults);
});

test('no file at all is enough where migrations/ and queries/ are', () => {
  expect(load({ 'migrations/1_a.sql': '', 'queries/a.sql': '' })).toEqual(defaults);
});

test('without a file the folders are found upwards, too, after every configuration', () => {
  const files = { 'migrations/1_a.sql': '', 'queries/a.sql': '', 'queries/deep/b.sql': '' };
  expect(load(files, 'queries/deep')).toEqual(defaults);
  const inside = { ...files, 'queries/deep/migrations/1.sql': '', 'queries/deep/queries/a.sql': '' };
  expect(load(inside, 'queries/deep').srcDir).toBe('<root>/queries/deep/queries');
  expect(load({ ...inside, 'nodrift.config.json': '' }, 'queries/deep')).toEqual(defaults);
});

test('every unknown key is said, not only the first of its object', async () => {
  const text =
    '{\n "srcdir": "x",\n "transform": [],\n "zzz": 1,\n "nodrift": { "migration": "a", "yyy": {} } }';
  const failure = await failureOf(() => load({ 'nodrift.config.json': text }));
  expect(failure.diagnostics.map(({ line, message }) => [line, message])).toEqual([
    [2, 'Unknown key srcdir.'],
    [3, 'Unknown key transform.'],
    [4, 'Unknown key zzz.'],
    [5, 'Unknown key nodrift.migration.'],
    [5, 'Unknown key nodrift.yyy.'],
  ]);
});

test('nodrift.config.json has the same keys', () => {
  const text = '{ "camelCaseColumnNames": true, "srcDir": "src", "nodrift": { "migrations": "db" } }';
  expect(load({ 'nodrift.config.json': text })).toEqual({
    ...defaults,
    srcDir: '<root>/src',
    camelCaseColumnNames: true,
    source: { kind: 'migrations', dir: '<root>/db', format: 'node-pg-migrate' },
  });
});

test('nodrift.config.ts exports the configuration', () => {
  const text = `
    import { folder } from './folder.ts';
    interface Config { readonly srcDir: string }
    export default { srcDir: folder } satisfies Config;`;
  const files = { 'nodrift.config.ts': text, 'folder.ts': "export const folder: string = './src';" };
  expect(load(files)).toEqual({ ...defaults, path: '<root>/nodrift.config.ts', srcDir: '<root>/src' });
});

test.each([
  ['a mistake in it', "export default { srcDir: './src', nodrif: {} };", /^Unknown key nodrif\.$/],
  [
    'no default',
    "export const config = { srcDir: './src' };",
    /must be an object that is exported by default/,
  ],
  ['no object', 'export default 7;', /must be an object that is exported by default/],
  ['a promise', 'export default Promise.resolve({});', /must be an object that is exported by default/],
  ['an error', "throw new Error('no luck');", /cannot be read: no luck$/],
  ['bad syntax', 'export default {', /cannot be read: /],
])('nodrift.config.ts with %s', async (_, text, message) => {
  const failure = await failureOf(() => load({ 'nodrift.config.ts': text }));
  expect(failure.exitCode).toBe(2);
  expect(failure.diagnostics[0]).toMatchObject({
    file: 'nodrift.config.ts',
    message: expect.stringMatching(message),
  });
});

test('it is found upwards, the nearest first, and paths are relative to its folder', () => {
  const files = {
    'pgtyped.config.json': pgtyped,
    'a/nodrift.config.json': '',
    'a/b/c.sql': '',
    'd/e.sql': '',
  };
  expect(load(files, 'a/b').path).toBe('<root>/a/nodrift.config.json');
  expect(load(files, 'd')).toMatchObject({
    path: '<root>/pgtyped.config.json',
    srcDir: '<root>/sql',
    dropIn: true,
  });
  expect(load({ ...files, 'd/migrations/1.sql': '', 'd/queries/a.sql': '' }, 'd').path).toBe(
    '<root>/pgtyped.config.json',
  );
});

test('what is named is taken, whatever is there', () => {
  const files = { 'pgtyped.config.json': pgtyped, 'nodrift.config.json': '', 'own.json': pgtyped };
  expect(load(files, '.', 'own.json').path).toBe('<root>/own.json');
  expect(load(files, '.', 'pgtyped.config.json').dropIn).toBe(true);
});

test.each([
  ['nodrift.config.json', 'pgtyped.config.json'],
  ['nodrift.config.ts', 'nodrift.config.json'],
  ['nodrift.config.ts', 'pgtyped.config.json'],
])('two in one folder are an error: %s and %s', async (first, second) => {
  const failure = await failureOf(() => load({ [first]: '{}', [second]: pgtyped, 'a/b.sql': '' }, 'a'));
  expect(failure.exitCode).toBe(2);
  expect(failure.diagnostics[0]?.message).toMatch(
    new RegExp(`^There are two configurations in .*: ${first} and ${second}\\.$`),
  );
});

test('none at all is an error with a hint', async () => {
  const failure = await failureOf(() => load({ 'queries/a.sql': '' }));
  expect(failure.exitCode).toBe(2);
  expect(failure.diagnostics[0]?.message).toMatch(/^There is no configuration in .* or above it\.$/);
  expect(failure.diagnostics[0]?.hint).toContain('nodrift init');
});
