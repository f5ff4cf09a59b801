import { fileURLToPath, pathToFileURL } from 'node:url';
import { generate, loadConfig } from 'nodrift';
import { type Factories, type TestDatabase, testDatabase } from 'nodrift/testing';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeProject, type TestProject } from '../support/project.ts';

const schema = `
  CREATE SCHEMA app;
  CREATE TYPE app.mood AS ENUM ('sad', 'it''s fine');
  CREATE DOMAIN app.moods AS app.mood[] CHECK (array_position(VALUE, NULL) IS NULL);
  CREATE DOMAIN app.grade AS int CHECK (VALUE IN (1, 2, 3));
  CREATE TYPE app.point AS (x int, mood app.mood);
  CREATE TYPE app.line AS (a app.point, points app.point[]);
  CREATE TABLE app.tasks (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "Odd ""key" text NOT NULL DEFAULT '');
  CREATE TABLE tasks (
    id uuid PRIMARY KEY, task_id bigint REFERENCES app.tasks, moods app.moods NOT NULL, grade app.grade NOT NULL,
    line app.line, lines app.line[], padded char(5) NOT NULL DEFAULT 'a', address inet NOT NULL DEFAULT '10.0.0.1', flag boolean NOT NULL DEFAULT true,
    span int8range, spans int4multirange, day date, at timestamp, amount numeric(8, 2), raw jsonb, ratio float8,
    twice bigint GENERATED ALWAYS AS (task_id * 2) STORED, user_name text, "userName" text);
  CREATE TABLE orders (id int NOT NULL, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
  CREATE TABLE orders_2001 PARTITION OF orders FOR VALUES FROM ('2001-01-01') TO ('2002-01-01');
  CREATE TABLE "Odd name" ("__proto__" int, "1" int);`;

describe('the module of functions that make rows', () => {
  let project: TestProject;
  let database: TestDatabase;
  let made: Factories<Record<string, { row: Record<string, unknown>; given: Record<string, unknown> }>>;
  beforeAll(async () => {
    project = makeProject({
      'nodrift.config.json': JSON.stringify({
        camelCaseColumnNames: true,
        nodrift: { schema: 'schema.sql', factories: true, sharedTypes: 'queries/schema.types.ts' },
      }),
      'schema.sql': schema,
      'queries/q.sql': '/* @name Q */ SELECT id FROM app.tasks;',
    });
    const config = project.path('nodrift.config.json');
    await generate(loadConfig(config, {}));
    made = await import(pathToFileURL(project.path('queries/schema.factories.ts')).href);
    database = await testDatabase({ config });
  });
  afterAll(async () => {
    await database.close();
    project[Symbol.dispose]();
  });

  test('compiles, and names each table but partitions once', () => {
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const path = project.path('queries/schema.factories.ts');
    const program = ts.createProgram([path], {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      exactOptionalPropertyTypes: true,
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      allowImportingTsExtensions: true,
      types: ['node'],
      typeRoots: [`${root}/node_modules/@types`],
      paths: {
        'nodrift-runtime': [`${root}/src/runtime/index.ts`],
        'nodrift/testing': [`${root}/src/testing/index.ts`],
      },
    });
    const source = program.getSourceFile(path);
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    expect(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
    const text = source?.text ?? '';
    const tables = /interface Tables \{\n(.*?)\n\}/s.exec(text)?.[1]?.match(/(?<=^ {2}).*(?=: \{ row)/gm);
    expect(tables).toEqual(["'app.tasks'", "'Odd name'", 'orders', 'tasks']);
  });

  test('makes what is given of it, and decodes the rest as queries do', async () => {
    const { client } = database;
    const point = { x: 1, mood: "it's fine" };
    const given = {
      moods: ['sad', "it's fine"],
      grade: 2,
      line: { a: point, points: [{ x: null, mood: 'sad' }, point] },
      lines: [{ a: null, points: [] }, null],
      address: '192.168.0.1',
      flag: false,
      day: '2026-02-03',
      amount: '12.50',
      raw: { a: [1, null, 'x'] },
      ratio: 0.1,
      user_name: 'a',
      userName: 'b',
    };
    const row = await made.make(client, 'tasks', { ...given, span: undefined });
    expect(row).toMatchObject({
      ...given,
      span: null,
      at: null,
      padded: 'a    ',
      twice: null,
      task_id: null,
    });
    const [parent, { tasks }] = await made.related(
      client,
      'app.tasks',
      { oddKey: "it's" },
      { tasks: [{ grade: 3 }] },
    );
    expect(parent).toMatchObject({ oddKey: "it's" });
    expect(tasks).toMatchObject([
      { task_id: parent.id, twice: (parent.id as bigint) * 2n, grade: 3, flag: true, address: '10.0.0.1' },
    ]);
    expect(await made.makeMany(client, 'Odd name', 2, { proto: 1, '1': 2 })).toHaveLength(2);
  });
});

test('it is not written unless it is asked for, and goes again', async () => {
  using project = makeProject({
    'nodrift.config.json': '{ "nodrift": { "schema": "schema.sql", "factories": true } }',
    'schema.sql': 'CREATE TABLE t (id int);',
    'queries/q.sql': '/* @name Q */ SELECT id FROM t;',
  });
  const run = async () => {
    const { outputs } = await generate(loadConfig(project.path('nodrift.config.json'), {}));
    return outputs.map(({ path, state }) => [path.slice(project.root.length + 1), state]);
  };
  expect(await run()).toEqual([
    ['queries/q.queries.ts', 'missing'],
    ['queries/schema.factories.ts', 'missing'],
  ]);
  project.write({ 'nodrift.config.json': '{ "nodrift": { "schema": "schema.sql" } }' });
  expect(await run()).toEqual([
    ['queries/q.queries.ts', 'unchanged'],
    ['queries/schema.factories.ts', 'orphaned'],
  ]);
});
