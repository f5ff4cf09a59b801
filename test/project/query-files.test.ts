import { symlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readQueryFiles } from '../../src/project/inputs.ts';
import { loadConfig } from '../../src/project/load-config.ts';
import { outputPath } from '../../src/project/output-path.ts';
import { findQueryFiles } from '../../src/project/query-files.ts';
import { failureOf } from '../support/failure.ts';
import { makeProject, type TestProject } from '../support/project.ts';

interface Options {
  readonly transforms?: readonly { readonly include: string; readonly emitTemplate?: string }[];
  readonly srcDir?: string;
  readonly nodrift?: object;
}

function configIn(
  project: TestProject,
  { transforms = [{ include: '*.sql' }], srcDir = './src', nodrift = {} }: Options = {},
) {
  const config = { transforms: transforms.map((t) => ({ mode: 'sql', ...t })), srcDir, nodrift };
  project.write({ 'pgtyped.config.json': JSON.stringify(config) });
  return loadConfig(project.path('pgtyped.config.json'), {});
}

async function found(project: TestProject, options: Options = {}): Promise<string[]> {
  const files = await findQueryFiles(configIn(project, options));
  return files.map(
    ({ file, output }) => `${file} -> ${output.slice(project.root.length + 1).replaceAll('\\', '/')}`,
  );
}

test('finds files at any depth below srcDir, in the order of code units', async () => {
  using project = makeProject({
    'src/b.sql': '',
    'src/B.sql': '',
    'src/a/deep/er.sql': '',
    'src/a.sql': '',
    'src/ä.sql': '',
    'src/x.txt': '',
    'src/.hidden.sql': '',
    'src/node_modules/p/x.sql': '',
    'elsewhere/c.sql': '',
  });
  expect(await found(project)).toEqual([
    'src/B.sql -> src/B.queries.ts',
    'src/a.sql -> src/a.queries.ts',
    'src/a/deep/er.sql -> src/a/deep/er.queries.ts',
    'src/b.sql -> src/b.queries.ts',
    'src/ä.sql -> src/ä.queries.ts',
  ]);
});

test('links to files are files, links to folders are not followed, as with PgTyped', async () => {
  using project = makeProject({ 'src/a.sql': '', 'shared/b.sql': '', 'shared/c.sql': '' });
  symlinkSync(project.path('shared/b.sql'), project.path('src/b.sql'));
  symlinkSync(project.path('src/gone.sql'), project.path('src/broken.sql'));
  symlinkSync(project.path('shared'), project.path('src/folder'), 'dir');
  symlinkSync(project.path('src'), project.path('src/round'), 'dir');
  symlinkSync(project.path('shared'), project.path('src/folder.sql'), 'dir');
  expect(await found(project)).toEqual(['src/a.sql -> src/a.queries.ts', 'src/b.sql -> src/b.queries.ts']);
});

test.each([
  ['**/*.sql', ['src/q/a.sql', 'src/q/b.sql']],
  ['./q/*.sql', ['src/q/a.sql', 'src/q/b.sql']],
  ['{a,c}.sql', ['src/q/a.sql']],
  ['q/b.sql', ['src/q/b.sql']],
  ['z/*.sql', []],
])('include %s', async (include, expected) => {
  using project = makeProject({ 'src/q/a.sql': '', 'src/q/b.sql': '' });
  expect((await found(project, { transforms: [{ include }] })).map((line) => line.split(' ')[0])).toEqual(
    expected,
  );
});

test('srcDir may be the project itself, a folder above it, or absent', async () => {
  using project = makeProject({ 'a.sql': '', 'q/b.sql': '' });
  expect(await found(project, { srcDir: '.' })).toEqual([
    'a.sql -> a.queries.ts',
    'q/b.sql -> q/b.queries.ts',
  ]);
  expect(await found(project, { srcDir: './nowhere' })).toEqual([]);
  using inner = makeProject({ 'shared/a.sql': '', 'app/x': '' });
  inner.write({
    'app/pgtyped.config.json': JSON.stringify({
      transforms: [{ mode: 'sql', include: '*.sql' }],
      srcDir: '../shared',
      nodrift: {},
    }),
  });
  const files = await findQueryFiles(loadConfig(inner.path('app/pgtyped.config.json'), {}));
  expect(files).toMatchObject([{ file: '../shared/a.sql', output: inner.path('shared/a.queries.ts') }]);
});

test('several transforms, and a file that two of them agree on', async () => {
  using project = makeProject({ 'src/a.sql': '', 'src/special/b.sql': '' });
  const transforms = [
    { include: '*.sql' },
    { include: 'special/*.sql' },
    { include: 'special/*.sql', emitTemplate: 'out/{{name}}.ts' },
  ];
  expect(await found(project, { transforms })).toEqual([
    'src/a.sql -> src/a.queries.ts',
    'src/special/b.sql -> src/special/b.queries.ts',
    'src/special/b.sql -> out/b.ts',
  ]);
});

test('two modules in one place are refused', async () => {
  using project = makeProject({ 'src/a/x.sql': '', 'src/b/x.sql': '' });
  const failure = await failureOf(() =>
    found(project, { transforms: [{ include: '*.sql', emitTemplate: 'out/{{name}}.ts' }] }),
  );
  expect(failure.exitCode).toBe(2);
  expect(failure.diagnostics[0]).toMatchObject({
    file: 'pgtyped.config.json',
    message: 'src/b/x.sql and src/a/x.sql would both be written to out/x.ts.',
    hint: 'Change emitTemplate, such as "{{dir}}/{{name}}.queries.ts".',
  });
});

test('a module over its queries, or over the shared types, is refused', async () => {
  using project = makeProject({ 'src/a.sql': '', 'src/schema.types.sql': '' });
  const over = await failureOf(() =>
    found(project, { transforms: [{ include: 'a.sql', emitTemplate: '{{dir}}/{{base}}' }] }),
  );
  expect(over.message).toBe('The module of src/a.sql would overwrite the queries in src/a.sql.');
  const shared = await failureOf(() =>
    found(project, { transforms: [{ include: '*.types.sql', emitTemplate: '{{dir}}/{{name}}.ts' }] }),
  );
  expect(shared.message).toBe(
    'src/schema.types.sql and the shared types would both be written to src/schema.types.ts.',
  );
  const factories = await failureOf(() =>
    found(project, {
      transforms: [{ include: '*.types.sql', emitTemplate: '{{dir}}/schema.factories.ts' }],
      nodrift: { factories: true },
    }),
  );
  expect(factories.message).toBe(
    'src/schema.types.sql and the factories would both be written to src/schema.factories.ts.',
  );
});

test.each([
  ['{{dir}}/{{name}}.queries.ts', 'src/db/cars.v2.queries.ts'],
  ['{{ dir }}/{{ base }}.ts', 'src/db/cars.v2.sql.ts'],
  ['{{root}}generated/{{dir_base}}{{ext}}/{{name}}.ts', 'generated/db.sql/cars.v2.ts'],
  ['../out/{{name}}.ts', '../out/cars.v2.ts'],
  ['$&/{{name}}.ts', '$&/cars.v2.ts'],
])('the template %s', (emitTemplate, expected) => {
  using project = makeProject({});
  const config = configIn(project);
  const transform = { mode: 'sql', include: '*', emitTemplate } as const;
  expect(outputPath(config, transform, project.path('src/db/cars.v2.sql'))).toBe(project.path(expected));
});

test.each([
  ['{{dirr}}/x.ts', '{{dirr}} is not a placeholder.', 'Did you mean {{dir}}?'],
  [
    '{{name | upper}}.ts',
    '{{name | upper}} is not a placeholder.',
    'There are {{dir}}, {{name}}, {{base}}, {{ext}}, {{root}}, {{dir_base}}.',
  ],
  [
    '{% if x %}',
    '{% if x %} is not a placeholder.',
    'There are {{dir}}, {{name}}, {{base}}, {{ext}}, {{root}}, {{dir_base}}.',
  ],
  [
    '{{constructor}}.ts',
    '{{constructor}} is not a placeholder.',
    'There are {{dir}}, {{name}}, {{base}}, {{ext}}, {{root}}, {{dir_base}}.',
  ],
])('the template %s is refused', async (emitTemplate, message, hint) => {
  using project = makeProject({ 'src/a.sql': '' });
  const failure = await failureOf(() => found(project, { transforms: [{ include: '*.sql', emitTemplate }] }));
  expect(failure.exitCode).toBe(2);
  expect(failure.diagnostics[0]).toMatchObject({
    file: 'pgtyped.config.json',
    message: `emitTemplate "${emitTemplate}": ${message}`,
    hint,
  });
});

test('leaves migrations and the schema file out, wherever srcDir is', async () => {
  using project = makeProject({ 'queries/a.sql': '', 'migrations/1_a.sql': '', 'schema.sql': '' });
  expect(await found(project, { srcDir: '.', nodrift: { migrations: './migrations' } })).toEqual([
    'queries/a.sql -> queries/a.queries.ts',
    'schema.sql -> schema.queries.ts',
  ]);
  expect(await found(project, { srcDir: '.', nodrift: { schema: './schema.sql' } })).toEqual([
    'migrations/1_a.sql -> migrations/1_a.queries.ts',
    'queries/a.sql -> queries/a.queries.ts',
  ]);
});

test('blocks for TypeScript files are refused where they find queries', async () => {
  using project = makeProject({
    'src/a.sql': '',
    'src/plain.ts': 'const text = `sql`; export const sql = 1;',
    'src/deep/typed.ts': 'const q = sql<IQuery>`SELECT 1`;',
    'src/inline.ts': 'const q = sql<{ params: void; result: Row<{ n: string }> }>`SELECT 1`;',
    'src/less.ts': 'const is = sql < 1 && (a > b); const text = c > `x`;',
    'src/tagged.ts': 'const q = sql`SELECT 1`;',
    'src/other.ts': 'const q = query`SELECT 1`;',
  });
  const of = (...typeScript: readonly object[]) => {
    project.write({
      'pgtyped.config.json': JSON.stringify({
        transforms: [{ mode: 'sql', include: '*.sql' }, ...typeScript],
        srcDir: './src',
      }),
    });
    return readQueryFiles(loadConfig(project.path('pgtyped.config.json'), {}));
  };
  const without = await of({ mode: 'ts', include: 'plain.ts' }, { mode: 'ts', include: 'none.ts' });
  expect(without.targets).toHaveLength(1);
  expect(without.notes).toHaveLength(2);
  const failure = await failureOf(() =>
    of({ mode: 'ts', include: '*.ts' }, { mode: 'ts-implicit', include: '*.ts', functionName: 'query' }),
  );
  expect(failure.exitCode).toBe(2);
  expect(failure.diagnostics.map(({ file, message }) => [file, message])).toEqual(
    ['src/deep/typed.ts', 'src/inline.ts', 'src/other.ts', 'src/tagged.ts'].map((file) => [
      file,
      'Queries inside TypeScript files are not supported.',
    ]),
  );
});
