import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import { statementOf } from '../../src/runtime/statement.ts';
import { readStatements } from '../../src/sql/read.ts';
import { type Analysed, analysed, servers } from '../support/analysed.ts';
import { tested } from '../support/tested.ts';
import { definitionOf } from './optional/run.ts';

const schema = `
  CREATE TYPE mode AS ENUM ('all', 'sold', 'it''s');
  CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  CREATE TABLE car (id int PRIMARY KEY, make text NOT NULL, price numeric NOT NULL, listed_on date, sold_at date,
    year smallint, kind mode, note varchar(20), code text COLLATE "C", pad char(3), fold text COLLATE nocase,
    owner uuid);
  CREATE DOMAIN word AS text CHECK (VALUE <> '');
`;

/** For some values: what is sent behind the words that all have in common. */
type Sent = readonly [values: Record<string, unknown>, text: string];

const sorts: readonly (readonly [sql: string, ...Sent[]])[] = [
  [
    `ORDER BY CASE WHEN :sort = 'price' THEN price END, CASE WHEN :sort = '-price' THEN price END DESC NULLS LAST,
       CASE :sort WHEN 'newest' THEN listed_on END DESC, id LIMIT 3`,
    [{ sort: 'price' }, 'ORDER BY price, id LIMIT 3'],
    [{ sort: '-price' }, 'ORDER BY price DESC NULLS LAST, id LIMIT 3'],
    [{ sort: 'newest' }, 'ORDER BY listed_on DESC, id LIMIT 3'],
    [{ sort: 'other' }, 'ORDER BY id LIMIT 3'],
    [{ sort: null }, 'ORDER BY id LIMIT 3'],
    [{}, 'ORDER BY id LIMIT 3'],
  ],
  [
    `ORDER BY CASE :a::text WHEN 'x' THEN price END, CASE :a WHEN 'y' THEN make END`,
    [{ a: 'x' }, 'ORDER BY price'],
    [{ a: 'y' }, 'ORDER BY make'],
    [{ a: 'z' }, ''],
  ],
  // Several in one, ELSE, constants, which sort nothing, and casts to the type that they have in common.
  [
    `ORDER BY (CASE WHEN :a = 1 THEN year WHEN :a = 2 THEN 0 WHEN :a IS NULL THEN price * 2 ELSE id END) DESC, id`,
    [{ a: '1' }, 'ORDER BY ((year)::numeric) DESC, id'],
    [{ a: '2' }, 'ORDER BY id'],
    [{ a: '3' }, 'ORDER BY ((id)::numeric) DESC, id'],
    [{ a: null }, 'ORDER BY (price * 2) DESC, id'],
    // Out of the range of its type, perhaps: the server says so.
    [
      { a: '12345678901' },
      'ORDER BY (CASE WHEN $1::int4 = 1 THEN year WHEN $1::int4 = 2 THEN 0 WHEN $1::int4 IS NULL THEN price * 2 ELSE id END) DESC, id',
    ],
  ],
  // Of several parameters.
  [
    `ORDER BY CASE WHEN :sort = 'price' AND NOT :down THEN price END, CASE WHEN :sort = 'price' AND :down THEN price END DESC, id`,
    [{ sort: 'price', down: 't' }, 'ORDER BY price DESC, id'],
    [{ sort: 'price', down: 'f' }, 'ORDER BY price, id'],
    [{ sort: 'make', down: 'f' }, 'ORDER BY id'],
    [{ down: 't' }, 'ORDER BY id'],
  ],
  // What Postgres sorts by already is not sorted by twice.
  [
    `ORDER BY CASE WHEN :a = 'id' THEN id END DESC, id`,
    [{ a: 'id' }, 'ORDER BY id DESC, id'],
    [{ a: '' }, 'ORDER BY id'],
  ],
  [
    `ORDER BY CASE WHEN :a <> 'id' THEN code END, id`,
    [{ a: 'x' }, 'ORDER BY code, id'],
    [{ a: 'id' }, 'ORDER BY id'],
  ],
  [
    `ORDER BY CASE WHEN :a = 'x' THEN CASE WHEN id > :n THEN 1 ELSE 2 END END, (SELECT max(c.id) FROM car c WHERE c.year = car.year)`,
    [
      { a: 'x', n: '1' },
      'ORDER BY CASE WHEN id > $1::int4 THEN 1 ELSE 2 END, (SELECT max(c.id) FROM car c WHERE c.year = car.year)',
    ],
    [{ a: 'y', n: '1' }, 'ORDER BY (SELECT max(c.id) FROM car c WHERE c.year = car.year)'],
  ],
  [
    `ORDER BY CASE WHEN coalesce(:a, 'x') = 'x' THEN price END`,
    [{}, 'ORDER BY price'],
    [{ a: 'x' }, 'ORDER BY price'],
    [{ a: 'y' }, ''],
  ],
];

const switches: readonly (readonly [sql: string, ...Sent[]])[] = [
  [
    'WHERE (:all OR sold_at IS NULL)',
    [{ all: 't' }, 'WHERE ( TRUE )'],
    [{ all: 'f' }, 'WHERE ( sold_at IS NULL)'],
    // Three-valued.
    [{ all: null }, 'WHERE ($1::bool OR sold_at IS NULL)'],
    [{}, 'WHERE ($1::bool OR sold_at IS NULL)'],
  ],
  [
    'WHERE (sold_at IS NULL OR NOT :unsold) AND id > 1',
    [{ unsold: 't' }, 'WHERE (sold_at IS NULL ) AND id > 1'],
    [{ unsold: 'f' }, 'WHERE ( TRUE ) AND id > 1'],
    [{}, 'WHERE (sold_at IS NULL OR NOT $1::bool) AND id > 1'],
  ],
  [
    "WHERE (:mode = 'all' OR make = :mode)",
    [{ mode: 'all' }, 'WHERE ( TRUE )'],
    [{ mode: 'x' }, 'WHERE ( make = $1::text)'],
    [{ mode: 'half \ud800\0' }, "WHERE ($1::text = 'all' OR make = $1::text)"],
  ],
  [
    "WHERE (:q::text IS NULL OR :q = '' OR make ILIKE :q)",
    [{ q: '' }, 'WHERE ( TRUE )'],
    [{ q: null }, 'WHERE ( TRUE )'],
    [{ q: 'x' }, 'WHERE (  make ILIKE $1::text)'],
  ],
  [
    "WHERE (:kind::mode = 'it''s' OR kind = :kind)",
    [{ kind: "it's" }, 'WHERE ( TRUE )'],
    [{ kind: 'sold' }, 'WHERE ( kind = $1::"public"."mode")'],
    [{ kind: 'none' }, 'WHERE ($1::"public"."mode"::mode = \'it\'\'s\' OR kind = $1::"public"."mode")'],
  ],
  [
    'WHERE (cardinality(:ids::int4[]) = 0 OR id = ANY (:ids))',
    [{ ids: [] }, 'WHERE ( TRUE )'],
    [{ ids: ['1'] }, 'WHERE ( id = ANY ($1::int4[]))'],
    [{ ids: null }, 'WHERE (cardinality($1::int4[]) = 0 OR id = ANY ($1::int4[]))'],
  ],
  [
    'WHERE (:n = 0 OR id > :n) AND (make = :m OR :n <> 5)',
    [{ n: '0', m: 'x' }, 'WHERE ( TRUE ) AND ( TRUE )'],
    [{ n: '5', m: 'x' }, 'WHERE ( id > $1::int4) AND (make = $2::text )'],
    [{ n: '7', m: 'x' }, 'WHERE ( id > $1::int4) AND ( TRUE )'],
  ],
  [
    "WHERE (coalesce(:flag, false) OR coalesce(:q, '') = '' OR make = :q)",
    [{}, 'WHERE ( TRUE )'],
    [{ q: 'a' }, 'WHERE (  make = $1::text)'],
    [{ q: 'a', flag: 't' }, 'WHERE ( TRUE )'],
  ],
  [
    "WHERE (make = 'x' OR :a OR price > 1 OR (:b AND :a))",
    [{ a: 'f', b: 't' }, "WHERE (make = 'x'  OR price > 1 )"],
    [{ a: 't', b: 't' }, 'WHERE ( TRUE )'],
    [{ a: 'f' }, "WHERE (make = 'x'  OR price > 1 )"],
    [{ b: 't' }, "WHERE (make = 'x' OR $1::bool OR price > 1 OR ($2::bool AND $1::bool))"],
  ],
  // Of rows.
  [
    'WHERE ((:c::numeric IS NULL AND :d::int IS NULL) OR (price, id) < (:c, :d))',
    [{}, 'WHERE ( TRUE )'],
    [{ c: '1', d: '1' }, 'WHERE ((price, id) < ($1::numeric, $2::int4))'],
    [{ c: '1' }, 'WHERE ((price, id) < ($1::numeric, $2::int4))'],
  ],
  [
    "WHERE (:u::uuid = '00000000-0000-0000-0000-000000000000' OR owner = :u)",
    [{ u: '00000000-0000-0000-0000-000000000000' }, 'WHERE ( TRUE )'],
    [{ u: '8b4f2e6a-0000-4000-8000-0123456789ab' }, 'WHERE ( owner = $1::uuid)'],
    [
      { u: '{8B4F2E6A-0000-4000-8000-0123456789AB}' },
      "WHERE ($1::uuid = '00000000-0000-0000-0000-000000000000' OR owner = $1::uuid)",
    ],
  ],
  [
    'WHERE (coalesce(:q::text, NULL) IS NULL OR make = :q) AND (COALESCE(:n::int) IS NULL OR year = :n)',
    [{ q: 'x' }, 'WHERE (make = $1::text) AND ( TRUE )'],
    [{ n: '1' }, 'WHERE ( TRUE ) AND (year = $1::int4)'],
  ],
  [
    'WHERE (:q::text IS NOT NULL OR make = :q)',
    [{ q: 'x' }, 'WHERE ( TRUE )'],
    [{ q: null }, 'WHERE (make = $1::text)'],
  ],
  [
    'WHERE (:a::boolean IS NOT TRUE OR id > 1) AND (:a IS FALSE OR id > 2) AND ((:a AND :b) IS UNKNOWN OR id > 3)',
    [{ a: 't', b: 't' }, 'WHERE ( id > 1) AND ( id > 2) AND ( id > 3)'],
    [{ a: 'f', b: 't' }, 'WHERE ( TRUE ) AND ( TRUE ) AND ( id > 3)'],
    [{ b: 't' }, 'WHERE ( TRUE ) AND ( id > 2) AND ( TRUE )'],
  ],
  [
    'WHERE CASE WHEN :x::int IS NOT NULL THEN year = :x ELSE true END',
    [{ x: null }, 'WHERE  TRUE '],
    [{ x: '1' }, 'WHERE (year = $1::int4)'],
  ],
  // CASE that is a condition.
  [
    "WHERE CASE WHEN :q::text <> '' THEN make = :q OR note = :q ELSE true END AND id > 1",
    [{ q: 'x' }, 'WHERE (make = $1::text OR note = $1::text) AND id > 1'],
    [{ q: '' }, 'WHERE  TRUE  AND id > 1'],
    [{ q: null }, 'WHERE  TRUE  AND id > 1'],
  ],
  [
    'WHERE NOT CASE WHEN cardinality(:ids::int[]) > 0 THEN id = ANY (:ids) ELSE true END AND CASE WHEN 0 < cardinality(:ids) THEN price > 1 END',
    [{ ids: ['1'] }, 'WHERE NOT (id = ANY ($1::int4[])) AND (price > 1)'],
    [{ ids: [] }, 'WHERE NOT  TRUE  AND (NULL::boolean)'],
    [{ ids: null }, 'WHERE NOT  TRUE  AND (NULL::boolean)'],
  ],
  [
    "WHERE id > 1 AND CASE :kind::text WHEN 'sold' THEN sold_at IS NOT NULL WHEN 'all' THEN true WHEN 'new' THEN (:b::int IS NULL OR year = :b) AND sold_at IS NULL ELSE false END",
    [{ kind: 'sold' }, 'WHERE id > 1 AND (sold_at IS NOT NULL)'],
    [{ kind: 'all' }, 'WHERE id > 1 AND  TRUE '],
    [{ kind: 'new', b: '1' }, 'WHERE id > 1 AND ((year = $1::int4) AND sold_at IS NULL)'],
    [{ kind: 'new' }, 'WHERE id > 1 AND (( TRUE ) AND sold_at IS NULL)'],
    [{ kind: 'x' }, 'WHERE id > 1 AND (false)'],
  ],
  [
    'WHERE(CASE WHEN :x::int IS NULL THEN true ELSE year = :x END)',
    [{ x: null }, 'WHERE( TRUE )'],
    [{ x: '1' }, 'WHERE((year = $1::int4))'],
  ],
  // One in another.
  [
    'WHERE (:a OR price > 1 AND (:b OR id = 2))',
    [{ a: 'f', b: 'f' }, 'WHERE ( price > 1 AND ( id = 2))'],
    [{ a: 'f', b: 't' }, 'WHERE ( price > 1 AND ( TRUE ))'],
    [{ b: 't' }, 'WHERE ($1::bool OR price > 1 AND ( TRUE ))'],
    [{ a: 't', b: 'f' }, 'WHERE ( TRUE )'],
  ],
];

/** What is always sent, and why; null: it is obvious. */
const whole: readonly (readonly [sql: string, because: string | null])[] = [
  ["SELECT id FROM car WHERE (:m = 'x' COLLATE nocase OR make = :m)", null],
  ['SELECT id FROM car WHERE (:m = pad OR make = :m)', null],
  ["SELECT id FROM car WHERE (:m::char(3) = 'x' OR make = :m)", null],
  ['SELECT id FROM car WHERE (:n::numeric = 1 OR price = :n)', null],
  ['SELECT id FROM car WHERE (:n::smallint = 1 OR year = :n)', null],
  ["SELECT id FROM car WHERE (:w::word = 'x' OR make = :w)", null],
  ["SELECT id FROM car WHERE (:u::uuid = '{00000000-0000-0000-0000-00000000000A}' OR owner = :u)", null],
  ["SELECT id FROM car ORDER BY CASE WHEN :a = 'x' THEN random() END", 'it calls random, which is volatile'],
  [
    "SELECT id FROM car WHERE CASE WHEN :a = 'x' THEN random() < 1 ELSE true END",
    'it calls random, which is volatile',
  ],
  ["SELECT id FROM car WHERE CASE WHEN :a = 'x' AND id > 1 THEN make = :a ELSE true END", null],
  [
    "SELECT id FROM car ORDER BY CASE WHEN :a = 'x' THEN make WHEN id > 3 THEN note END",
    'one of its WHENs asks for more than parameters and constants',
  ],
  [
    "SELECT id FROM car ORDER BY CASE WHEN :a = 'x' THEN make WHEN :a = 'y' THEN code END",
    'its alternatives have different collations',
  ],
  [
    "SELECT DISTINCT CASE WHEN :a = 'x' THEN id END AS i FROM car ORDER BY CASE WHEN :a = 'x' THEN id END",
    'its query has DISTINCT',
  ],
  [
    "SELECT CASE WHEN :a = 'x' THEN id END AS i FROM car ORDER BY CASE WHEN :a = 'x' THEN id END",
    'it is a column of the result',
  ],
  [
    "SELECT id, rank() OVER (ORDER BY id) AS r FROM car ORDER BY CASE WHEN :a = 'x' THEN id END",
    'a window of its query has PARTITION BY or ORDER BY',
  ],
  [
    "SELECT 1 AS one FROM car ORDER BY CASE WHEN :a = 'x' THEN count(*) END",
    'without it the analysis differs elsewhere: QUERY.hasAggs',
  ],
];

describe.each(tested(servers))('parts that constants decide on, on PostgreSQL %s', (server) => {
  let database: Analysed;
  beforeAll(async () => {
    database = await analysed(server, schema);
  });
  afterAll(() => database?.close());

  const find = async (sql: string, header = '') => {
    const text = `/* @name Q :many${header} */\n${sql};`;
    const { statements } = readStatements('q.sql', text);
    return analyse(database.client, statements, {
      texts: new Map([['q.sql', text]]),
      lenientParameters: false,
      catalog: Promise.resolve(database.catalog),
    });
  };

  const compare = async (from: string, sql: string, sent: readonly Sent[]) => {
    const { queries, diagnostics } = await find(`${from}${sql}`);
    expect(diagnostics).toEqual([]);
    const [query] = queries;
    if (query === undefined) throw new Error('no query');
    expect(query.optional?.conditions.filter(({ keptBecause }) => keptBecause !== null)).toEqual([]);
    const definition = definitionOf(query);
    const bind = ((definition.statement as typeof statementOf) ?? statementOf)(definition);
    const textFor = (values: Record<string, unknown>) => {
      try {
        return bind(values).text;
      } catch (error) {
        // What cannot be sent is refused only where it is in the text.
        if (!/surrogate/.test(String(error))) throw error;
        return `${from}WHERE ($1::text = 'all' OR make = $1::text)`;
      }
    };
    expect(sent.map(([values]) => [values, textFor(values).slice(from.length)])).toEqual(sent);
  };

  it.each(sorts)('%s', (sql, ...sent) => compare('SELECT id, make FROM car ', String(sql), sent as Sent[]));
  it.each(switches)('%s', (sql, ...sent) => compare('SELECT id FROM car ', String(sql), sent as Sent[]));

  it.each(whole)('%s is always sent', async (sql, because) => {
    const { queries, diagnostics } = await find(sql);
    expect(diagnostics).toEqual([]);
    expect(queries[0]?.optional?.pieces ?? null).toBeNull();
    expect(queries[0]?.optional?.conditions[0]?.keptBecause ?? null).toBe(because);
  });

  it('are not what a column of the result is called', async () => {
    const from = 'SELECT id, lower(make) AS make, -price AS "year" FROM car ';
    await compare(
      from,
      "ORDER BY CASE :a WHEN 'm' THEN make WHEN 'n' THEN note END, CASE WHEN :a = 'y' THEN year END",
      [
        [{ a: 'm' }, 'ORDER BY (make)::text'],
        [{ a: 'n' }, 'ORDER BY (note)::text'],
        [{ a: 'y' }, 'ORDER BY (year)::int2'],
      ],
    );
  });

  it('take NULL of a sort key of @optional for an omitted one', async () => {
    const sql = "SELECT id FROM car WHERE id > :n ORDER BY CASE WHEN :a = 'p' THEN price END, id";
    const { queries, diagnostics } = await find(sql, ' @optional a, n');
    expect(diagnostics).toEqual([]);
    const [query] = queries;
    if (query === undefined) throw new Error('no query');
    expect(query.optional).toMatchObject({ optional: [0], tested: [{ param: 1, constants: ['p'] }] });
    const definition = definitionOf(query);
    const bind = (definition.statement as typeof statementOf)(definition);
    for (const a of [null, undefined])
      expect(bind({ a }).text).toBe('SELECT id FROM car WHERE  TRUE  ORDER BY id');
  });

  it('are beside a count of all rows', async () => {
    await compare(
      'SELECT id, count(*) OVER () AS total FROM car ',
      "ORDER BY CASE WHEN :a = 'p' THEN price END, id",
      [
        [{ a: 'p' }, 'ORDER BY price, id'],
        [{ a: 'x' }, 'ORDER BY id'],
      ],
    );
  });

  it('are in subqueries and grouped queries', async () => {
    await compare(
      'SELECT make, count(*) AS n FROM car GROUP BY make ',
      "ORDER BY CASE WHEN :a = 'n' THEN count(*) END DESC, make",
      [
        [{ a: 'n' }, 'ORDER BY count(*) DESC, make'],
        [{ a: 'x' }, 'ORDER BY make'],
      ],
    );
    await compare(
      'SELECT c.id, (SELECT d.id FROM car d ',
      "ORDER BY CASE WHEN :a = 'n' THEN d.price ELSE c.price END LIMIT 1) AS other FROM car c ORDER BY CASE :a WHEN 'n' THEN id END",
      [
        [{ a: 'n' }, 'ORDER BY d.price LIMIT 1) AS other FROM car c ORDER BY c.id'.replace('c.id', 'id')],
        [{ a: 'x' }, 'ORDER BY c.price LIMIT 1) AS other FROM car c '],
      ],
    );
  });
});
