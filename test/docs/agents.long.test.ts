import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { expect, test, vi } from 'vitest';
import { nodrift, project } from '../cli/support/cli.ts';
import { blocksOf, pages, root as repository } from './support/blocks.ts';

const skill = 'skills/nodrift/SKILL.md';

test('every command and example of the skill runs in the project that init writes', {
  timeout: 180_000,
}, async () => {
  const blocks = blocksOf(skill);
  const texts = (language: string) =>
    blocks.filter((one) => one.language === language).map(({ text }) => text);
  expect(blocks.map(({ language }) => language).sort()).toEqual(['sh', 'sh', 'sh', 'sql', 'ts']);
  const { root, put, text } = project({ 'package.json': '{ "type": "module" }' });
  expect((await nodrift(['init'], { cwd: root })).exitCode).toBe(0);
  put('queries/notes-api.sql', texts('sql').join('\n'));

  for (const command of texts('sh').join('').trim().split('\n')) {
    const [program, ...argv] = command.split(' ');
    expect(program).toBe('nodrift');
    expect(await nodrift(argv, { cwd: root }), command).toMatchObject({ exitCode: 0 });
  }

  const db = await PGlite.create();
  const [migration = ''] = readdirSync(join(root, 'migrations'));
  await db.exec(text(`migrations/${migration}`).split('-- Down Migration')[0] ?? '');
  Object.assign(globalThis, { skillDb: db });
  put('main.ts', `const db = globalThis.skillDb;\n${texts('ts').join('\n')}`);
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await import(/* @vite-ignore */ pathToFileURL(join(root, 'main.ts')).href);
  const printed = log.mock.calls;
  log.mockRestore();
  await db.close();
  expect(printed).toEqual([['none', 0]]);
});

test('every message that the skill says how to repair is one', { timeout: 180_000 }, async () => {
  const { root, put } = project({ 'package.json': '{}' });
  await nodrift(['init'], { cwd: root });
  put(
    'queries/broken.sql',
    '/* @name A :one */ SELECT nothing FROM notes;\n/* @name B :one */ SELECT :x IS NULL AS b;\n',
  );
  put('queries/more.sql', '/* @name C :one */ SELECT id FROM notes;\n');
  const said = (await nodrift(['generate'], { cwd: root })).stderr;
  expect(said).toMatch(/column ".*" does not exist/);
  expect(said).toContain('could not determine data type of parameter');
  expect(said).toContain('it is marked :one, but nothing proves');
  const page = readFileSync(join(repository, skill), 'utf8');
  for (const message of [
    'does not exist',
    'could not determine data type of parameter',
    'it is marked :one, but nothing proves',
  ])
    expect(page).toContain(message);
});

test('llms.txt links every page of the package, and nothing that is not in it', () => {
  const text = readFileSync(join(repository, 'llms.txt'), 'utf8');
  const links = Array.from(text.matchAll(/\]\(([^)#]+)/g), ([, path = '']) => path);
  expect(links.filter((path) => !existsSync(join(repository, path)))).toEqual([]);
  const others = pages.filter((page) => !['README.md', 'CONTRIBUTING.md', 'docs/README.md'].includes(page));
  expect(links.toSorted()).toEqual([skill, ...others].toSorted());
  const { files }: { files: string[] } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
  expect(files).toEqual(expect.arrayContaining(['llms.txt', 'skills', 'docs/*.md']));
});
