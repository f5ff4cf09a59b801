import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import { readStatements } from '../../src/sql/read.ts';
import { type Analysed, analysed } from '../support/analysed.ts';
import fc from '../support/fast-check.ts';
import { tested } from '../support/tested.ts';
import { triedText } from './optional/run.ts';

const schema = `
  CREATE TABLE car (id text PRIMARY KEY, make text NOT NULL, model varchar(20) NOT NULL, year smallint NOT NULL,
    price numeric(12,2) NOT NULL, old_price numeric, sold_at timestamptz, serial text, UNIQUE (make, serial));
  CREATE UNIQUE INDEX ON car (lower(id));
  CREATE UNIQUE INDEX ON car (serial) WHERE sold_at IS NULL;
  CREATE TABLE tag (car_id text NOT NULL REFERENCES car, tag text NOT NULL, PRIMARY KEY (car_id, tag));
  CREATE COLLATION fold (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  CREATE TABLE word (word text COLLATE fold NOT NULL);
  CREATE UNIQUE INDEX ON word (word COLLATE "C");
`;

const after = '@optional after @param after ->';

/** Pages that omit and repeat nothing. */
const accepted: readonly (readonly [header: string, sql: string])[] = [
  [
    `${after} (price, id)`,
    'SELECT price, id FROM car WHERE (price, id) > :after ORDER BY price, id LIMIT 10',
  ],
  [
    `${after} (price, id)`,
    'SELECT id FROM car WHERE (price, id) < :after ORDER BY price DESC, id DESC LIMIT :n',
  ],
  [`${after} (price, id)`, 'SELECT id FROM car WHERE :after < (price, id) ORDER BY price, id LIMIT 10'],
  [`${after} (id)`, 'SELECT id FROM car WHERE id > :after ORDER BY id LIMIT 10'],
  // What follows upon a unique key is of no matter.
  [`${after} (id)`, 'SELECT id FROM car WHERE id > :after ORDER BY id, price DESC LIMIT 10'],
  [
    `${after} (model, id)`,
    'SELECT id FROM car WHERE (model, id) > :after ORDER BY model, id FETCH FIRST 10 ROWS ONLY',
  ],
  [`${after} (l)`, 'SELECT lower(id) AS l FROM car WHERE (lower(id)) > :after ORDER BY lower(id) LIMIT 10'],
  [
    `${after} (p, id)`,
    'SELECT id FROM car WHERE (coalesce(old_price, 0), id) > :after ORDER BY coalesce(old_price, 0), id LIMIT 9',
  ],
  [
    `${after} (oldPrice, id)`,
    'SELECT id FROM car WHERE old_price IS NOT NULL AND (old_price, id) > :after ORDER BY old_price, id LIMIT 9',
  ],
  // A key of which the rest is compared, or a partial one.
  [
    `${after} (serial)`,
    'SELECT serial FROM car WHERE make = :make AND serial > :after AND serial IS NOT NULL ORDER BY serial LIMIT 9',
  ],
  [
    `${after} (s)`,
    'SELECT serial FROM car WHERE sold_at IS NULL AND serial IS NOT NULL AND serial > :after ORDER BY serial LIMIT 9',
  ],
  [
    `${after} (price, id)`,
    'SELECT c.id FROM car c JOIN tag t ON t.car_id = c.id AND t.tag = :tag WHERE (c.price, c.id) > :after ORDER BY price, c.id LIMIT 9',
  ],
  [
    `${after} (id, tag)`,
    'SELECT c.id, t.tag FROM car c JOIN tag t ON t.car_id = c.id WHERE (c.id, t.tag) > :after ORDER BY c.id, t.tag LIMIT 9',
  ],
  [
    `${after} (make)`,
    'SELECT make, count(*) AS n FROM car WHERE make > :after GROUP BY make ORDER BY make LIMIT 9',
  ],
  [`${after} (make)`, 'SELECT DISTINCT make FROM car WHERE make > :after ORDER BY make LIMIT 9'],
  [
    `${after} (id)`,
    'WITH page AS (SELECT id FROM car WHERE id > :after ORDER BY id LIMIT 9) SELECT p.id, t.tag FROM page p LEFT JOIN tag t ON t.car_id = p.id',
  ],
  [`${after} (id)`, 'SELECT id FROM car WHERE id COLLATE "C" > :after ORDER BY id COLLATE "C" LIMIT 9'],
  [
    '@optional p, i',
    'SELECT id FROM car WHERE (price > :p OR price = :p AND id < :i) ORDER BY price, id DESC LIMIT 9',
  ],
  [
    '@optional p, y, i',
    'SELECT id FROM car WHERE (price > :p OR price = :p AND (year < :y OR year = :y AND id > :i)) ORDER BY price, year DESC, id LIMIT 9',
  ],
  [
    '@optional p, y, i',
    'SELECT id FROM car WHERE (price > :p OR (price = :p AND year < :y) OR (price = :p AND :y = year AND :i < id)) ORDER BY price, year DESC, id LIMIT 9',
  ],
  // No pages.
  [`${after} (year, make)`, 'SELECT id FROM car WHERE (year, make) >= :after ORDER BY price'],
  ['@optional y, m', 'SELECT id FROM car WHERE (year, make) > (:y, :m) ORDER BY price LIMIT 5'],
  ['@optional after', 'SELECT id FROM car WHERE price > :after ORDER BY make LIMIT 5'],
  ['@param after -> (price, id)', 'SELECT id FROM car WHERE (price, id) > :after LIMIT 5'],
  ['@optional p, q', 'SELECT id FROM car WHERE (price > :p OR year < :q) LIMIT 5'],
];

/** Pages that omit or repeat rows. */
const refused: readonly (readonly [header: string, sql: string, message: string, hint: RegExp])[] = [
  [
    `${after} (price, id)`,
    'SELECT id FROM car WHERE (price, id) > :after LIMIT 10',
    ':after begins a page, but the rows have no order, so that pages omit and repeat rows',
    /^Write ORDER BY price, id\. If it is a filter/,
  ],
  [
    `${after} (price, id)`,
    'SELECT id FROM car WHERE (price, id) > :after ORDER BY price LIMIT 10',
    ':after begins a page, but position 2 of ORDER BY is not id, as in the condition, so that pages omit and repeat rows',
    /^Write ORDER BY price, id\./,
  ],
  [
    `${after} (price, id)`,
    'SELECT id FROM car WHERE (price, id) < :after ORDER BY id DESC, price DESC LIMIT 10',
    ':after begins a page, but position 1 of ORDER BY is not price, as in the condition, so that pages omit and repeat rows',
    /^Write ORDER BY price DESC, id DESC\./,
  ],
  [
    `${after} (price, id)`,
    'SELECT id FROM car WHERE (price, id) > :after ORDER BY price DESC, id DESC LIMIT 10',
    ':after begins a page, but ">" goes against the direction that ORDER BY gives price, so that pages omit and repeat rows',
    /^Write ORDER BY price, id, or turn the comparison around\.$/,
  ],
  [
    `${after} (price, year, id)`,
    'SELECT id FROM car WHERE (price, year, id) > :after ORDER BY price, year DESC, id LIMIT 10',
    ':after begins a page, but ">" goes against the direction that ORDER BY gives year, so that pages omit and repeat rows',
    /^A row is compared in one direction\. Write price > :price OR \(price = :price AND \(year < :year OR \(year = :year AND id > :id\)\)\), with a parameter for each column\.$/,
  ],
  [
    '@optional p, i',
    'SELECT id FROM car WHERE (price > :p OR price = :p AND id > :i) ORDER BY price, id DESC LIMIT 9',
    ':p, :i begins a page, but ">" goes against the direction that ORDER BY gives id, so that pages omit and repeat rows',
    /^Write ORDER BY price, id, or turn the comparison around\.$/,
  ],
  [
    `${after} (price, id)`,
    'SELECT id FROM car WHERE (price, id) >= :after ORDER BY price, id LIMIT 10',
    ':after begins a page, and with ">=" its row is on the page before, too',
    /^Write ">"\. If it is a filter/,
  ],
  [
    `${after} (price, year)`,
    'SELECT id FROM car WHERE (price, year) > :after ORDER BY price, year LIMIT 10',
    ':after begins a page, but several rows can have the same price, year: a page that ends between them omits the others',
    /^Put the columns of a unique key last, in the condition and in ORDER BY: public\.car has car_make_serial_key \(make, serial\), car_pkey \(id\)\.$/,
  ],
  [
    `${after} (price, id)`,
    'SELECT id FROM car JOIN tag ON car_id = id WHERE (price, id) > :after ORDER BY price, id LIMIT 10',
    ':after begins a page, but several rows can have the same price, id: a page that ends between them omits the others',
    /public\.tag has tag_pkey/,
  ],
  [
    `${after} (oldPrice, id)`,
    'SELECT id FROM car WHERE (old_price, id) > :after ORDER BY old_price, id LIMIT 10',
    ':after begins a page, but old_price can be NULL, and a comparison with NULL is not true: such rows are on no page',
    /^Add old_price IS NOT NULL, or compare and sort by coalesce\(old_price, …\)\.$/,
  ],
  // What can be omitted proves nothing.
  [
    '@optional after, p @param after -> (oldPrice, id)',
    'SELECT id FROM car WHERE old_price < :p AND (old_price, id) > :after ORDER BY old_price, id LIMIT 10',
    ':after begins a page, but old_price can be NULL, and a comparison with NULL is not true: such rows are on no page',
    /^Add old_price IS NOT NULL/,
  ],
  [
    `${after} (id, price)`,
    'SELECT id, price FROM car WHERE (price, id) > :after ORDER BY price, id LIMIT 10',
    ':after begins a page, but its field id is compared with something else than the column id of the result',
    /^Write the fields in the order of the columns that they are compared with\.$/,
  ],
  [
    `${after} (oldPrice, id)`,
    'SELECT id, old_price FROM car WHERE (price, id) > :after ORDER BY price, id LIMIT 10',
    ':after begins a page, but its field oldPrice is compared with something else than the column old_price of the result',
    /^Write the fields/,
  ],
  [
    '@optional m, i',
    'SELECT id FROM car WHERE (make > :m COLLATE "C" OR make = :m AND id > :i) ORDER BY make, id LIMIT 9',
    ':m, :i begins a page, but compares make by another collation than ORDER BY sorts it by',
    /^Write COLLATE behind the column, in the condition and in ORDER BY\.$/,
  ],
  [
    `${after} (id)`,
    'SELECT id FROM car WHERE id > :after ORDER BY id COLLATE "C" LIMIT 9',
    ':after begins a page, but position 1 of ORDER BY is not id, as in the condition, so that pages omit and repeat rows',
    /^Write ORDER BY id\./,
  ],
  // Words that are equal for the comparison are not for the key.
  [
    `${after} (word)`,
    'SELECT word FROM word WHERE word > :after ORDER BY word LIMIT 9',
    ':after begins a page, but several rows can have the same word: a page that ends between them omits the others',
    /^Put the columns of a unique key last/,
  ],
  [
    `${after} (id)`,
    'WITH page AS (SELECT id FROM car WHERE id > :after LIMIT 9) SELECT p.id, t.tag FROM page p LEFT JOIN tag t ON t.car_id = p.id',
    ':after begins a page, but the rows have no order, so that pages omit and repeat rows',
    /^Write ORDER BY id\./,
  ],
];

describe.each(tested([14, 18]))('pages on PostgreSQL %s', (server) => {
  let database: Analysed;
  beforeAll(async () => {
    database = await analysed(server, schema);
  });
  afterAll(() => database?.close());

  const find = (header: string, sql: string) => {
    const text = `/* @name Q :many ${header} */\n${sql};`;
    const { statements, diagnostics } = readStatements('q.sql', text);
    expect(diagnostics).toEqual([]);
    const options = {
      texts: new Map([['q.sql', text]]),
      lenientParameters: false,
      catalog: Promise.resolve(database.catalog),
    };
    return analyse(database.client, statements, options);
  };

  it.each(accepted)('%s: %s', async (header, sql) => {
    const { queries, diagnostics } = await find(header, sql);
    expect(diagnostics).toEqual([]);
    expect(queries).toHaveLength(1);
  });

  it.each(refused)('%s: %s is refused', async (header, sql, message, hint) => {
    const { queries, diagnostics } = await find(header, sql);
    expect(diagnostics[0]?.message).toBe(`Q: ${message}`);
    expect(diagnostics[0]?.hint).toMatch(hint);
    expect(queries).toEqual([]);
  });

  it('are told where they are', async () => {
    const { diagnostics } = await find(
      `${after} (price, id)`,
      'SELECT id\nFROM car\nWHERE year > 0 AND (price, id) > :after\nLIMIT 10',
    );
    expect(diagnostics[0]).toMatchObject({ line: 4, column: 20, code: 'ND3019' });
  });

  it('omit and repeat no row, if they are accepted', async () => {
    await database.client.query(`INSERT INTO car SELECT 'c' || n, 'm' || n % 3, 'x', n % 4, n % 5, nullif(n % 3, 0)
      FROM generate_series(1, 30) n`);
    let [right, wrong] = [0, 0];
    const statement = fc.record({
      keys: fc
        .tuple(
          fc.uniqueArray(fc.constantFrom('price', 'year', 'make', 'old_price'), { maxLength: 2 }),
          fc.constantFrom('id', 'id', 'id', 'price'),
        )
        .map(([keys, last]) => [...new Set([...keys, last])]),
      operator: fc.constantFrom('>', '<'),
      order: fc.oneof(
        { weight: 2, arbitrary: fc.constant(null) },
        fc.array(fc.tuple(fc.constantFrom('price', 'year', 'id'), fc.boolean()), { maxLength: 3 }),
      ),
      where: fc.constantFrom('', 'old_price IS NOT NULL AND'),
    });
    const check = fc.asyncProperty(statement, async ({ keys, operator, order, where }) => {
      const own = keys.map((key) => [key, operator === '<'] as const);
      const items = (order ?? own).map(([key, isDown]) => key + (isDown ? ' DESC' : ''));
      const sql = `SELECT price, year, make, old_price, id FROM car WHERE ${where} (${keys.join(', ')}) ${operator} :after
        ${items.length > 0 ? `ORDER BY ${items.join(', ')}` : ''} LIMIT 4`;
      const { queries, diagnostics } = await find(`${after} (${keys.join(', ')})`, sql);
      const [query] = queries;
      if (query === undefined) {
        expect(diagnostics[0]?.code, sql).toBe('ND3019');
        wrong += 1;
        return;
      }
      right += 1;
      const first = triedText(query, new Map());
      const all = await database.client.query({ text: first.replace(/LIMIT 4/, ''), rowMode: 'array' });
      const rows: unknown[][] = [];
      for (
        let page = await database.client.query({ text: first, rowMode: 'array' });
        page.rows.length > 0;
      ) {
        rows.push(...page.rows);
        const last = Object.fromEntries(
          ['price', 'year', 'make', 'old_price', 'id'].map((name, i) => [name, rows.at(-1)?.[i]]),
        );
        const text = triedText(query, new Map([['after', '']]));
        page = await database.client.query({ text, values: keys.map((key) => last[key]), rowMode: 'array' });
      }
      expect(rows, sql).toEqual(all.rows);
    });
    await fc.assert(check, { numRuns: 40 });
    await database.client.query('DELETE FROM car');
    expect(right).toBeGreaterThan(4);
    expect(wrong).toBeGreaterThan(4);
  });

  it('begin after a row whose columns are not null and have the types of the table', async () => {
    const { queries } = await find(...(accepted[0] as [string, string]));
    const [param] = queries[0]?.params ?? [];
    const fields = param && 'fields' in param ? param.fields : [];
    expect(fields.map(({ name, value, column }) => [name, value.nullable, column?.column])).toEqual([
      ['price', false, 'price'],
      ['id', false, 'id'],
    ]);
  });
});
