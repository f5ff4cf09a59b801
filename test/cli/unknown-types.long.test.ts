import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { createDatabase, majors, postgresUrl } from '../support/postgres.ts';
import { configWith, nodrift, project } from './support/cli.ts';

const migration = `
CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('good', 'bad');
CREATE TABLE notes (id bigint PRIMARY KEY, title text NOT NULL, "dotted.name" text, mood app.mood);
CREATE TABLE app."odd.table" (body json);
CREATE VIEW titles AS SELECT title FROM notes;
`;

/** A project that asks for these types. */
function asking(types: Readonly<Record<string, string>>) {
  return project({
    'pgtyped.config.json': JSON.stringify(JSON.parse(configWith({ types })), null, 2),
    'migrations/1_notes.sql': migration,
    'queries/notes.sql': '/* @name Notes */ SELECT id, title FROM notes;\n',
  });
}

describe('a key of nodrift.types that names no type and no column', () => {
  const renamed = 'Rename the key with the column, or remove it.';
  const said = [
    ['int99', 'there is no type int99', 'Did you mean "int2"?'],
    [
      'geometry',
      'there is no type geometry',
      'A key is a type (name or schema.name) or a column (schema.table.column).',
    ],
    ['app.mod', 'there is no type app.mod', 'Did you mean "app.mood"?'],
    ['bigintt', 'there is no type bigintt', 'Did you mean "bigint"?'],
    ['Numeric', 'there is no type Numeric', 'Did you mean "numeric"?'],
    ['notes.title', 'there is no type notes.title', 'Did you mean "public.notes.title"?'],
    ['public.notes.titel', 'public.notes has no column titel', 'Did you mean "public.notes.title"?'],
    ['public.notes.heading', 'public.notes has no column heading', renamed],
    ['public.note.title', 'there is no table or view public.note', 'Did you mean "public.notes.title"?'],
    ['public.books.title', 'there is no table or view public.books', renamed],
    ['app.odd.table.bod', 'app.odd.table has no column bod', 'Did you mean "app.odd.table.body"?'],
  ] as const;

  test('is an error of the configuration, at its place', async () => {
    const { root } = asking({ int8: 'number', ...Object.fromEntries(said.map(([key]) => [key, 'string'])) });
    const { exitCode, stdout, stderr } = await nodrift(['generate'], { cwd: root });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    const lines = stderr.split('\n').filter((line) => /error ND1011:|hint:/.test(line));
    expect(lines).toEqual(
      said.flatMap(([key, message, hint], index) => [
        `pgtyped.config.json:${14 + index}:7: error ND1011: nodrift.types["${key}"]: ${message}.`,
        `  hint: ${hint}`,
      ]),
    );
  });

  test.each(['generate', 'check', 'inspect'])(
    'is one for %s, on a server too, and every key is told',
    async (command) => {
      const { root } = asking({ int99: 'string', 'public.notes.titel': 'string' });
      const run = await nodrift([command, '--url', postgresUrl(14)], { cwd: root });
      expect(run).toMatchObject({ exitCode: 2, stdout: '' });
      expect(run.stderr).toContain('nodrift.types["int99"]: ');
      expect(run.stderr).toContain('nodrift.types["public.notes.titel"]: ');
    },
  );

  test('is one as soon as a migration has renamed the column, whatever check has passed before', async () => {
    const { root, put } = asking({ 'public.notes.title': './title.js#Title' });
    expect(await nodrift(['generate'], { cwd: root })).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await nodrift(['check'], { cwd: root })).toMatchObject({ exitCode: 0, stderr: '' });
    put('migrations/2_rename.sql', 'ALTER TABLE notes RENAME title TO titel;');
    put('queries/notes.sql', '/* @name Notes */ SELECT id, titel FROM notes;\n');
    const { exitCode, stderr } = await nodrift(['check'], { cwd: root });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('hint: Did you mean "public.notes.titel"?');
  });
});

test('every key that the mapping takes passes', async () => {
  const { root } = asking({
    int8: 'number',
    integer: 'string',
    'double precision': 'string',
    'pg_catalog.numeric': 'string',
    'time without time zone': 'string',
    record: 'string',
    mood: 'string',
    'app.mood': 'string',
    _uuid: 'string',
    'public.notes.title': 'string',
    'public.notes.dotted.name': 'string',
    'app.odd.table.body': './body.js#Body',
    'public.titles.title': 'string',
    'pg_catalog.pg_class.relname': 'string',
    'information_schema.tables.table_name': 'string',
  });
  expect(await nodrift(['generate'], { cwd: root })).toMatchObject({ exitCode: 0, stderr: '' });
});

test('a configuration for several majors names no built-in type that one of them lacks', async () => {
  const builtIn = await Promise.all(
    majors.map(async (major) => {
      const client = new Client({ connectionString: postgresUrl(major) });
      await client.connect();
      const { rows } = await client.query<{ name: string }>(
        `SELECT typname AS name FROM pg_type
          WHERE typnamespace = 'pg_catalog'::regnamespace AND typrelid = 0 AND typelem = 0`,
      );
      await client.end();
      return new Set(rows.map(({ name }) => name));
    }),
  );
  for (const names of builtIn) expect(names).toEqual(builtIn[0]);
});

test("PgTyped's typesOverrides may name what is not there, as with PgTyped", async () => {
  const database = await createDatabase(18, migration);
  try {
    const { root } = project({
      'pgtyped.config.json': JSON.stringify({
        transforms: [{ mode: 'sql', include: '**/*.sql' }],
        srcDir: './queries',
        typesOverrides: { int99: 'string', citext: 'string' },
      }),
      'queries/notes.sql': '/* @name Notes */ SELECT id, title FROM notes;\n',
    });
    const run = await nodrift(['generate'], { cwd: root, env: { DATABASE_URL: database.url } });
    expect(run).toMatchObject({ exitCode: 0 });
  } finally {
    await database.drop();
  }
});
