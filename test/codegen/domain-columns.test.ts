import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Analysed, analysed } from '../support/analysed.ts';
import { typed } from '../support/typed.ts';

let database: Analysed;

beforeAll(async () => {
  database = await analysed(
    18,
    `CREATE DOMAIN price AS numeric;
     CREATE DOMAIN sale AS price;
     CREATE DOMAIN matrix AS int4[];
     CREATE TABLE goods (id int PRIMARY KEY, asked price NOT NULL, paid sale NOT NULL, cells matrix);`,
  );
});
afterAll(() => database.close());

it('a type that is set for a domain is that of its columns and of what is written to them', async () => {
  const types = { 'public.price': 'decimal.js#Decimal', matrix: 'number[][]' };
  expect(await typed(database, 'SELECT asked, paid, cells FROM goods', { types })).toMatchObject({
    columns: { asked: 'Decimal', paid: 'Decimal', cells: '(number | null)[][] | null' },
  });
  const insert = 'INSERT INTO goods VALUES (1, :asked, :paid, :cells) RETURNING asked';
  expect(await typed(database, insert, { types })).toMatchObject({
    params: {
      asked: 'Decimal',
      paid: 'Decimal',
      cells: 'readonly (readonly (number | null)[])[] | null',
    },
    columns: { asked: 'Decimal' },
  });
});

it('a type that is set for what is below a domain is that of its columns', async () => {
  const types = { numeric: 'decimal.js#Decimal' };
  expect(await typed(database, 'SELECT asked, paid FROM goods', { types })).toMatchObject({
    columns: { asked: 'Decimal', paid: 'Decimal' },
  });
});
