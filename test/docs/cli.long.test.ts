import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { nodrift, type Project, project } from '../cli/support/cli.ts';
import { commitAll, git } from '../cli/support/git.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { blocksOf } from './support/blocks.ts';

const page = 'docs/cli.md';
const blocks = blocksOf(page);

let database: TestDatabase;
let app: Project;
beforeAll(async () => {
  database = await createDatabase(18);
});
afterAll(() => database?.drop());

/** What differs from run to run: times, versions, the numbers of migrations, how long it took. */
function settled(text: string): string {
  return text
    .replaceAll(/\b\d{13}(?=_)/g, '<time>')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '2026-11-21T10:11:24Z')
    .replaceAll(/[\d.]+ s, (?:PGlite [\d.]+ )?\(?PostgreSQL .*/g, '3.20 s, PostgreSQL');
}

function marked(mark: string): string {
  const found = blocks.find((block) => block.mark === `session: ${mark}`);
  if (found === undefined) throw new Error(`no block is marked "session: ${mark}"`);
  return found.text;
}

/** Runs each command of a session and compares what it prints; lines of `…` leave something out. */
async function holds(mark: string): Promise<void> {
  for (const step of marked(mark)
    .split(/^\$ nodrift /m)
    .slice(1)) {
    const [line = '', ...shown] = step.split('\n');
    const { stdout, stderr } = await nodrift(line.trim().split(/\s+/), { cwd: app.root });
    const printed = settled(stdout + stderr).trimEnd();
    for (const piece of settled(shown.join('\n')).split(/^…\n/m))
      expect(printed, line).toContain(piece.trim());
    if (!shown.includes('…')) expect(printed, line).toBe(settled(shown.join('\n')).trimEnd());
  }
}

test('the sessions of docs/cli.md print what is shown', { timeout: 240_000 }, async () => {
  app = project({ 'package.json': '{}' });
  await holds('init');
  const config = app.text('pgtyped.config.json');
  app.put('pgtyped.config.json', config.replace('"embedded"', '"server"'));
  app.put('.env', `DATABASE_URL=${database.url}\n`);
  const notes = app.text('queries/notes.sql');
  app.put('queries/notes.sql', `${notes.trimEnd()}\n\n/* @name Broken */\nSELECT titel FROM notes;\n`);
  await holds('a broken query');
  const failed = await nodrift(['generate', '--json'], { cwd: app.root });
  expect(JSON.parse(failed.stdout)).toEqual(JSON.parse(marked('a broken query as JSON')));
  app.put('queries/notes.sql', notes);

  await holds('generate --dry-run');
  await holds('generate');
  await holds('inspect');
  const shown = JSON.parse(marked('inspect as JSON'));
  const inspected = JSON.parse((await nodrift(['inspect', '--json'], { cwd: app.root })).stdout);
  const queries = inspected.queries.filter(({ name }: { name: string }) => name === 'addNote');
  expect({ ...shown, postgres: '' }).toEqual({ ...inspected, postgres: '', queries });

  app.put(
    'queries/notes.sql',
    notes.replace('title, body, created_at', "title, coalesce(body, '') AS body, created_at"),
  );
  await holds('check');
  app.put('queries/notes.sql', notes);

  await holds('migrate');
});

test('the session of --watch is what it prints', { timeout: 240_000 }, async () => {
  app = project({ 'package.json': '{}' });
  await nodrift(['init'], { cwd: app.root });
  app.put('pgtyped.config.json', app.text('pgtyped.config.json').replace('"embedded"', '"server"'));
  const stop = new AbortController();
  const interrupt = new Error('interrupted', { cause: 'SIGINT' });
  const notes = app.text('queries/notes.sql');
  // After each status line comes the next save.
  const saves = [
    () => app.put('queries/notes.sql', notes.replace('id, title', 'id, titel')),
    () => app.put('queries/notes.sql', notes),
    () => stop.abort(interrupt),
  ];
  let printed = '';
  const write = (text: string) => {
    printed += text;
    if (text.endsWith('watching for changes\n')) saves.shift()?.();
  };
  const exitCode = await run(['generate', '--watch'], {
    stdout: { write },
    stderr: { write },
    env: { DATABASE_URL: database.url },
    cwd: app.root,
    signal: stop.signal,
  });
  expect(exitCode).toBe(130);
  const [, ...shown] = marked('generate --watch').split('\n');
  const timeless = (text: string) => text.replaceAll(/[\d.]+ s;/g, '0 s;').trimEnd();
  expect(timeless(printed)).toBe(timeless(shown.join('\n')));
});

test('the sessions with git print what is shown', { timeout: 240_000 }, async () => {
  app = project({ 'package.json': '{}' });
  expect(await nodrift(['init'], { cwd: app.root })).toMatchObject({ exitCode: 0 });
  app.put('pgtyped.config.json', app.text('pgtyped.config.json').replace('"embedded"', '"server"'));
  app.put('.env', `DATABASE_URL=${database.url}\n`);
  commitAll(app.root);
  app.put(
    'migrations/9999999999999_loosen-created-at.sql',
    '-- Up Migration\nALTER TABLE notes ALTER COLUMN created_at DROP NOT NULL;\n',
  );
  await holds('impact');

  git(app.root, 'checkout', '-q', '-b', 'boats');
  app.put('migrations/9999999999999_loosen-created-at.sql', '-- Up Migration\nCREATE TABLE boats ();\n');
  commitAll(app.root);
  await holds('schema');
});

test('the line of verify is the one of docs/verify.md', () => {
  const line = blocksOf('docs/verify.md').find(
    ({ mark }) => mark === 'output of verify of a migrated database',
  );
  expect(marked('verify')).toBe(`$ nodrift verify\n${line?.text}`);
});
