import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { getCar } from '../../queries/cars.queries.ts';
import { configWith, nodrift, project } from '../cli/support/cli.ts';
import { openSample } from '../sample/database.ts';
import { postgresUrl } from '../support/postgres.ts';
import { blocksOf, pages, piecesOf, placeOf, root } from './support/blocks.ts';

const blocks = pages.flatMap((page) => blocksOf(page));

function marked(mark: string): string {
  const found = blocks.find((block) => block.mark === mark);
  if (found === undefined) throw new Error(`no block is marked "${mark}"`);
  return found.text;
}

/** The project that init makes, analysed on a server or the embedded database. */
async function initialised(database: 'server' | 'embedded', more: Readonly<Record<string, string>> = {}) {
  const app = project({ 'package.json': '{}', '.env': `DATABASE_URL=${postgresUrl(18)}\n` });
  expect(await nodrift(['init'], { cwd: app.root })).toMatchObject({ exitCode: 0 });
  app.put(
    'pgtyped.config.json',
    app.text('pgtyped.config.json').replace('"embedded"', JSON.stringify(database)),
  );
  for (const [path, text] of Object.entries(more)) app.put(path, text);
  return app;
}

test('generate names the server', async () => {
  const { root: cwd } = await initialised('server');
  await nodrift(['generate'], { cwd });
  const { stdout } = await nodrift(['generate'], { cwd });
  const settled = (text: string) => text.replace(/[\d.]+ s, PostgreSQL [\d.]+ at [\d.]+:\d+\/\w+/, '1 s');
  expect(settled(stdout.slice(stdout.indexOf('0 written')))).toBe(
    settled(marked('output of generate on a server')),
  );
});

test('a missing extension is named with its package', async () => {
  const { root: cwd } = await initialised('embedded', {
    'migrations/1_x.sql': '-- Up Migration\nCREATE EXTENSION postgis;\n',
  });
  expect((await nodrift(['generate'], { cwd })).stderr).toBe(marked('error of a missing extension'));
});

test('a missing role is named in a note', async () => {
  const { root: cwd } = project({
    'pgtyped.config.json': configWith({ database: 'server', migrations: undefined, schema: './schema.sql' }),
    '.env': `DATABASE_URL=${postgresUrl(18)}\n`,
    'schema.sql': 'CREATE TABLE t (id int NOT NULL);\nGRANT SELECT ON t TO web;\n',
    'queries/t.sql': '-- @name GetT :many\nSELECT id FROM t;\n',
  });
  expect((await nodrift(['generate'], { cwd })).stderr).toContain(marked('note of a missing role'));
});

const database = openSample('PGlite');
afterAll(async () => (await database).close());

test('a stale query names the column', async () => {
  const { client } = await database;
  await client.query(
    'DROP VIEW cars_with_cheapest_plan; ALTER TABLE cars DROP CONSTRAINT cars_price_mxn_check, ALTER COLUMN price_mxn TYPE text',
  );
  await expect(getCar(client, { id: 'mazda-3' })).rejects.toThrow(marked('error of a stale query').trim());
});

test('a pooler is named with what it does', () => {
  const source = readFileSync(join(root, 'src/database/server/own-session.ts'), 'utf8');
  const [message = '', hint = ''] = marked('error of a pooler').trimEnd().split('\n  hint: ');
  expect(source).toContain(message.slice(message.indexOf(' is a pooler')));
  expect(source).toContain(hint);
});

test('every output and query of the pages has a mark: a test finds it by that, or it is a sketch', () => {
  const unchecked = pages.flatMap((page) =>
    blocksOf(page).filter(({ language, mark, text }, i, all) => {
      const known = ['ts', 'sh', 'yaml', 'json'].includes(language) || mark !== '';
      const query = language === 'sql' && /@name|-- name:/.test(text);
      const usage = page === 'docs/cli.md' && text.startsWith('nodrift [options]');
      return !known && !query && !usage && all[i - 1]?.mark !== 'fails' && piecesOf({ text }).length > 0;
    }),
  );
  expect(unchecked.map(placeOf)).toEqual([]);
});
