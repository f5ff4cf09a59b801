import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test, vi } from 'vitest';
import { nodrift, project } from '../cli/support/cli.ts';
import { blocksOf } from './support/blocks.ts';

const blocks = [...blocksOf('README.md'), ...blocksOf('docs/quickstart.md')];

function shown(name: string): string {
  const found = new Set(blocks.filter(({ mark }) => mark === `quickstart: ${name}`).map(({ text }) => text));
  expect([...found], name).toHaveLength(1);
  return [...found].join('');
}

const stable = (text: string) =>
  text
    .replace(/\d{13}/g, '1795255823094')
    .replace(/[\d.]+ s, PGlite [\d.]+ \(PostgreSQL [\d.]+\)/, '3.20 s, PGlite 0.5.17 (PostgreSQL 18.7)');

test('the quickstart leads from an empty folder to the result of a query', { timeout: 180_000 }, async () => {
  const { root, text, put } = project({
    'package.json': JSON.stringify({
      dependencies: { 'nodrift-runtime': 'file:../nodrift/nodrift-runtime-0.2.0.tgz' },
      devDependencies: { nodrift: 'file:../nodrift/nodrift-0.2.0.tgz' },
    }),
  });
  const run = async (...argv: readonly string[]) => {
    const { stdout, stderr } = await nodrift(argv, { cwd: root });
    return stable(stdout + stderr);
  };

  expect(await run('init')).toBe(shown('output of init'));
  const migration = `migrations/${readdirSync(join(root, 'migrations'))[0]}`;
  expect(text(migration)).toContain(shown('the migration'));
  const query = shown('a query').split('\n').slice(1).join('\n');
  expect(text('queries/notes.sql')).toContain(query);

  expect(await run('generate')).toBe(shown('output of generate'));
  expect(text('queries/notes.queries.ts')).toContain(shown('its interface'));

  const main = shown('main.ts').replace("'./migrations'", `'${root}/migrations'`);
  put('main.ts', main);
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await import(/* @vite-ignore */ pathToFileURL(join(root, 'main.ts')).href);
  const printed = log.mock.calls.map((words) => `${words.join(' ')}\n`).join('');
  log.mockRestore();
  expect(printed).toBe(shown('output of main.ts'));
  expect(readFileSync('README.md', 'utf8')).toMatch(/npx tsx main\.ts +# An idea no body\n/);

  put(migration, text(migration).replaceAll('title', 'name'));
  expect(await run('check')).toContain(shown('output of check').trim());
});
