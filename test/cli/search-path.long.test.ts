import { describe, expect, test } from 'vitest';
import { postgresUrl } from '../support/postgres.ts';
import { configWith, nodrift, project } from './support/cli.ts';

/** A project that looks names up in these schemas. */
function lookingIn(searchPath: readonly string[]) {
  return project({
    'pgtyped.config.json': configWith({ database: 'server', searchPath }),
    '.env': `DATABASE_URL=${postgresUrl(18)}\n`,
    'migrations/1_notes.sql':
      'CREATE SCHEMA app; CREATE TABLE app.notes (id int); CREATE SCHEMA "Empty One"; CREATE TABLE public.pages (id int);',
    'queries/notes.sql': '/* @name Notes */ SELECT id FROM notes;\n',
    'queries/pages.sql': '/* @name Pages */ SELECT id FROM pages;\n',
  });
}

const note = 'note: nodrift.searchPath[0]: there is no schema "ap". Did you mean "app"?\n';

describe('a schema of nodrift.searchPath that does not exist', () => {
  test.each(['generate', 'check', 'inspect'])('is named once where %s fails for it', async (command) => {
    const { root } = lookingIn(['ap', 'public']);
    const { exitCode, stderr } = await nodrift([command], { cwd: root });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('relation "notes" does not exist');
    expect(stderr.split(note)).toHaveLength(2);
  });

  test('brings nothing to the terminal but its name', async () => {
    const { root } = lookingIn(['\u001b[31m']);
    const { exitCode, stderr } = await nodrift(['check'], { cwd: root });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('note: nodrift.searchPath[0]: there is no schema "\\u001b[31m".\n');
  });

  test('is a note, also where everything is found without it', async () => {
    const { root } = lookingIn(['ap', 'app', 'public', 'elsewhere']);
    expect(await nodrift(['generate'], { cwd: root })).toMatchObject({
      exitCode: 0,
      stderr: `${note}note: nodrift.searchPath[3]: there is no schema "elsewhere".\n`,
    });
    expect(await nodrift(['check'], { cwd: root })).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

test('placeholders of Postgres, and an empty schema, are ignored', async () => {
  const { root } = lookingIn(['$user', 'pg_temp', 'pg_catalog', 'Empty One', 'app', 'public']);
  expect(await nodrift(['generate'], { cwd: root })).toMatchObject({ exitCode: 0, stderr: '' });
});
