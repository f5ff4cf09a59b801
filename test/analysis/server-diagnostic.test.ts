import { afterAll, beforeAll, expect, it } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import { readStatements } from '../../src/sql/read.ts';
import { type Analysed, analysed } from '../support/analysed.ts';

let embedded: Analysed;
beforeAll(async () => {
  embedded = await analysed(
    'PGlite',
    'CREATE TABLE car (id int PRIMARY KEY); CREATE SCHEMA app; CREATE TABLE app."Wheel" (id int)',
  );
});
afterAll(() => embedded.close());

const repeated = (text: string, separator: string) =>
  Array.from({ length: 2000 }, () => text).join(separator);

it.each([
  ['operators', `SELECT ${repeated('id', ' + ')} AS sum FROM car`],
  ['arms of a UNION', repeated('SELECT id FROM car', ' UNION ALL ')],
])('%s that are nested too deeply for PGlite', async (_, deep) => {
  const text = `/* @name Before */\nSELECT id FROM car;\n/* @name Deep */\n${deep};\n/* @name After */\nSELECT 1 AS one;\n`;
  const { statements } = readStatements('q.sql', text);
  const { queries, diagnostics } = await analyse(embedded.client, statements, {
    texts: new Map([['q.sql', text]]),
    lenientParameters: false,
  });
  expect(queries.map(({ statement }) => statement.name)).toEqual(['Before', 'After']);
  expect(diagnostics).toMatchObject([
    {
      file: 'q.sql',
      line: 3,
      message: 'Deep: the database did not finish parsing the statement',
      sqlstate: '26000',
      hint: 'It is nested too deeply for the stack of the embedded database. Replace long chains of UNION or operators with VALUES or = ANY (…), or set "database": "server" or "container" under "nodrift" in the configuration.',
    },
  ]);
});

async function hintsFor(database: Analysed, relations: readonly string[]) {
  const text = relations.map((name, i) => `/* @name Q${i} */ SELECT id FROM ${name};\n`).join('');
  const { diagnostics } = await analyse(database.client, readStatements('q.sql', text).statements, {
    texts: new Map([['q.sql', text]]),
    lenientParameters: false,
  });
  return diagnostics.map(({ hint }) => hint);
}

it('a relation that there is not is named with the one that may be meant', async () => {
  const asked = ['cars', '"Wheel"', 'app."Whel"', 'app.car', 'elephant'];
  expect(await hintsFor(embedded, asked)).toEqual([
    'Did you mean car?',
    'Did you mean app."Wheel"?',
    'Did you mean app."Wheel"?',
    'Did you mean public.car?',
    null,
  ]);
});

it('a relation that there is not, where no migration makes one', async () => {
  const empty = await analysed('PGlite', '');
  expect(await hintsFor(empty, ['car'])).toEqual([
    'The schema has no tables: no migration or schema file makes one.',
  ]);
  await empty.close();
});

it('columns that two stars double are one error', async () => {
  const text =
    '/* @name Pairs */ SELECT a.*, b.* FROM car a, car b, (SELECT 1 AS c) s;\n/* @name Three */ SELECT 1 AS x, 2 AS y, 3 AS x, 4 AS y;\n';
  const { diagnostics } = await analyse(embedded.client, readStatements('q.sql', text).statements, {
    texts: new Map([['q.sql', text]]),
    lenientParameters: false,
  });
  expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
    ['ND3005', 'Pairs: columns 1 and 2 of the result are both named "id"'],
    ['ND3005', 'Three: columns of the result have the same names: 1 and 3 "x", 2 and 4 "y"'],
  ]);
});

it.each([
  ["SELECT DISTINCT id FROM car ORDER BY CASE WHEN :sort = 'id' THEN id END"],
  ["SELECT id FROM car UNION SELECT 1 ORDER BY CASE WHEN :sort = 'id' THEN id END"],
])('%s has a hint with a subquery', async (sql) => {
  const text = `/* @name Sorted */\n${sql};\n`;
  const { statements } = readStatements('q.sql', text);
  const texts = new Map([['q.sql', text]]);
  const { diagnostics } = await analyse(embedded.client, statements, { texts, lenientParameters: false });
  expect(diagnostics[0]?.hint).toContain('SELECT * FROM (…) AS q ORDER BY CASE');
});
