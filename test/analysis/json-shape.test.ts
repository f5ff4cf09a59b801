import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonShape } from '../../src/analysis/type.ts';
import { type Analysed, analysed, servers } from '../support/analysed.ts';
import { fits } from '../support/json-fits.ts';
import { jsonShapes } from '../support/json-shapes.ts';
import { tested } from '../support/tested.ts';

const schema = `
  CREATE TYPE mood AS ENUM ('happy', 'sad');
  CREATE TYPE address AS (street text, number int);
  CREATE DOMAIN size AS text CHECK (VALUE IN ('s', 'm'));
  CREATE TYPE odd;
  CREATE FUNCTION odd_in(cstring) RETURNS odd LANGUAGE internal IMMUTABLE STRICT AS 'textin';
  CREATE FUNCTION odd_out(odd) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
  CREATE TYPE odd (INPUT = odd_in, OUTPUT = odd_out, LIKE = text);
  CREATE FUNCTION odd_json(odd) RETURNS json LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT '{"odd": true}'::json $$;
  CREATE CAST (odd AS json) WITH FUNCTION odd_json(odd);
  CREATE TABLE owner (id int PRIMARY KEY, name text NOT NULL, nick text);
  INSERT INTO owner VALUES (1, 'Ann', NULL), (2, 'Bob', 'bo'), (3, 'Cid', NULL);
  CREATE TABLE car (
    id bigint PRIMARY KEY, owner_id int REFERENCES owner, kind text NOT NULL CHECK (kind IN ('suv', 'van')),
    price numeric(12, 2) NOT NULL, weight numeric NOT NULL, speed float8, sold boolean NOT NULL, at timestamptz NOT NULL,
    day date, tags text[] NOT NULL, mood mood NOT NULL, address address, months int4range, photo bytea NOT NULL, data jsonb NOT NULL,
    size size, odd odd, "time out" interval, code oid NOT NULL DEFAULT 5);
  INSERT INTO car VALUES
    (1, 1, 'suv', 10.50, 'Infinity', 'NaN', true, 'infinity', '2020-01-01', '{a,NULL}', 'happy', '(x,1)', '[1,3)', '\\x00', '{"k": [1]}', 's', 'o', '1 day'),
    (2, 1, 'van', 'NaN', '-Infinity', '-Infinity', false, '2020-01-01', NULL, '{}', 'sad', NULL, NULL, '\\x', '[]', NULL, NULL, NULL),
    (3, 2, 'van', 7, 1e30, 1.5, false, '2020-01-01', NULL, '{b}', 'sad', '(,)', 'empty', '\\x', 'null', NULL, NULL, NULL);
  CREATE DOMAIN rate AS numeric(6, 4) CHECK (VALUE >= 0 AND VALUE < 1);
  CREATE DOMAIN sum AS numeric(6, 4);
  CREATE TABLE bounds (below numeric CHECK (below < 100), above numeric CHECK (above > 0), within numeric CHECK (within BETWEEN 1.5 AND 9),
    reversed float8 CHECK (100 >= reversed), infinite numeric CHECK (infinite < 'Infinity'), either numeric CHECK (either < 1 OR above > 1),
    rate rate, sum sum, whole int);
  INSERT INTO bounds VALUES ('-Infinity', 'Infinity', 2, '-Infinity', 1, 'NaN', 0.5, 'NaN', 1), (1, 'NaN', 2, 1, '-Infinity', 'Infinity', 0.5, 1, 2);
  CREATE VIEW bounds_view AS SELECT rate, within * 2 AS twice FROM bounds;
  CREATE VIEW owner_json AS SELECT o.id, json_build_object('id', o.id, 'nick', nick) AS body FROM owner o;
  CREATE FUNCTION pairs() RETURNS TABLE (k text, n int) LANGUAGE sql AS $$ SELECT 'a', 1 UNION SELECT NULL, NULL $$;
  CREATE FUNCTION addresses() RETURNS SETOF address LANGUAGE sql AS $$ SELECT ROW('a', 1)::address $$;
  CREATE MATERIALIZED VIEW stored AS SELECT jsonb_build_object('a', 1) AS body;
`;

const string: JsonShape = { kind: 'string' };
const number: JsonShape = { kind: 'number' };
const boolean: JsonShape = { kind: 'boolean' };
const unknown: JsonShape = { kind: 'unknown' };
const nothing: JsonShape = { kind: 'null' };
const is = (value: string | number | boolean): JsonShape => ({ kind: 'literal', value });
const or = (...members: JsonShape[]): JsonShape => ({
  kind: 'union',
  members: members.flatMap((m) => (m.kind === 'union' ? m.members : [m])),
});
const list = (element: JsonShape): JsonShape => ({ kind: 'array', element });
const record = (value: JsonShape): JsonShape => ({ kind: 'record', value });
const object = (fields: Readonly<Record<string, JsonShape>>): JsonShape => ({
  kind: 'object',
  fields: Object.entries(fields).map(([name, value]) => ({ name, value })),
});
/** Of functions, which may return NULL for a row as far as is known. */
const rows = (fields: Readonly<Record<string, JsonShape>>): JsonShape => list(or(object(fields), nothing));
const special = or(is('NaN'), is('Infinity'), is('-Infinity'));
const never: JsonShape = { kind: 'union', members: [] };

const owner = object({ id: number, name: string, nick: or(string, nothing) });
const carFields = {
  id: number,
  owner_id: or(number, nothing),
  kind: or(is('suv'), is('van')),
  price: or(number, is('NaN')),
  weight: or(number, special),
  speed: or(number, special, nothing),
  sold: boolean,
  at: string,
  day: or(string, nothing),
  tags: list(or(string, nothing)),
  mood: or(is('happy'), is('sad')),
  address: or(object({ street: or(string, nothing), number: or(number, nothing) }), nothing),
  months: or(string, nothing),
  photo: string,
  data: unknown,
  size: or(is('s'), is('m'), nothing),
  odd: unknown,
  'time out': or(string, nothing),
  code: string,
};
const car = object(carFields);
/** Where it was compared. */
const ownedCar = object({ ...carFields, owner_id: number });

/** The first result column's structure; null: none is known. */
const cases: readonly (readonly [sql: string, shape: JsonShape | null])[] = [
  [
    "SELECT json_build_object('a', 1, 'b', name, 'c', nick, 'd', NULL, 'e', 'x') FROM owner",
    object({ a: is(1), b: string, c: or(string, nothing), d: nothing, e: is('x') }),
  ],
  [
    "SELECT jsonb_build_object('a', 1, 2, name, true, 'x') FROM owner",
    object({ a: is(1), 2: string, true: is('x') }),
  ],
  ["SELECT jsonb_build_object('a', id, 'b', 1, 'a', name) FROM owner", object({ a: string, b: is(1) })],
  ['SELECT json_build_object(name, id) FROM owner', record(number)],
  ["SELECT json_build_object(name, id, 'x', nick) FROM owner", record(or(number, string, nothing))],
  ['SELECT json_build_object()', object({})],
  ["SELECT json_build_object(VARIADIC ARRAY['a', 'b'])", record(unknown)],
  ['SELECT json_build_array(id, name, nick) FROM owner', list(or(number, string, nothing))],
  ['SELECT json_build_array()', list(never)],
  ['SELECT to_jsonb(name) FROM owner', string],
  ['SELECT to_json(nick) FROM owner', string],
  ['SELECT row_to_json(car) FROM car', car],
  ['SELECT to_jsonb(car.*) FROM car', car],
  ['SELECT to_json(x) FROM owner x (i)', object({ id: number, name: string, nick: or(string, nothing) })],
  [
    'SELECT row_to_json(x) FROM (SELECT id, upper(name) AS loud, nick IS NULL AS plain FROM owner) x',
    object({ id: number, loud: string, plain: boolean }),
  ],
  ['SELECT row_to_json(x) FROM (SELECT id, name FROM owner) x (a)', object({ a: number, name: string })],
  ['SELECT to_json(ROW(id, name)) FROM owner', object({ f1: number, f2: string })],
  [
    "SELECT to_json(v) FROM (VALUES (1, 'a'), (2, NULL)) v (n)",
    object({ n: or(is(1), is(2)), column2: or(is('a'), nothing) }),
  ],
  ['WITH x (z) AS (SELECT id FROM owner) SELECT to_json(y) FROM x y', object({ z: number })],
  ['SELECT json_agg(id) FROM owner', list(number)],
  ['SELECT json_agg(nick ORDER BY id) FROM owner', list(or(string, nothing))],
  ['SELECT json_agg(nick) FILTER (WHERE nick IS NOT NULL) FROM owner', list(string)],
  ['SELECT jsonb_agg(DISTINCT name) FROM owner', list(string)],
  ['SELECT json_agg(o) FROM owner o', list(owner)],
  ['SELECT json_agg(o) OVER (ORDER BY o.id) FROM owner o', list(owner)],
  ['SELECT json_object_agg(name, id) FROM owner', record(number)],
  ['SELECT jsonb_object_agg(name, nick) FROM owner', record(or(string, nothing))],
  ["SELECT coalesce(json_agg(id), '[]') FROM owner WHERE false", list(number)],
  ["SELECT coalesce(jsonb_agg(o), '[]'::jsonb) FROM owner o", list(owner)],
  ["SELECT coalesce(jsonb_object_agg(name, id), '{}') FROM owner", or(record(number), object({}))],
  [
    'SELECT json_agg(c) FILTER (WHERE c.id IS NOT NULL) FROM owner o LEFT JOIN car c ON c.owner_id = o.id',
    list(ownedCar),
  ],
  ['SELECT json_agg(c) FROM owner o LEFT JOIN car c ON c.owner_id = o.id', list(or(car, nothing))],
  [
    "SELECT json_agg(json_build_object('name', o.name, 'car', c.kind)) FROM owner o LEFT JOIN car c ON c.owner_id = o.id",
    list(object({ name: string, car: or(is('suv'), is('van'), nothing) })),
  ],
  [
    `SELECT json_build_object('name', name, 'cars', (SELECT coalesce(json_agg(json_build_object('id', c.id, 'price', c.price)), '[]')
      FROM car c WHERE c.owner_id = o.id)) FROM owner o`,
    object({ name: string, cars: list(object({ id: number, price: or(number, is('NaN')) })) }),
  ],
  ['SELECT (SELECT json_agg(c.id) FROM car c WHERE c.owner_id = o.id) FROM owner o', list(number)],
  [
    'SELECT cars FROM owner o LEFT JOIN LATERAL (SELECT json_agg(c.sold) AS cars FROM car c WHERE c.owner_id = o.id) l ON true',
    list(boolean),
  ],
  [
    "WITH x AS (SELECT jsonb_build_object('a', nick) AS j FROM owner) SELECT j FROM x",
    object({ a: or(string, nothing) }),
  ],
  [
    "SELECT json_build_object('inner', x.j) FROM owner o LEFT JOIN (SELECT id, json_build_object('a', 1) AS j FROM owner) x ON x.id = o.id + 1",
    object({ inner: or(object({ a: is(1) }), nothing) }),
  ],
  ['SELECT body FROM owner_json', object({ id: number, nick: or(string, nothing) })],
  [
    'SELECT to_json(v) FROM owner_json v',
    object({ id: number, body: object({ id: number, nick: or(string, nothing) }) }),
  ],
  ['SELECT body FROM stored', null],
  [
    "SELECT json_build_object('kind', 'a', 'x', 1) UNION ALL SELECT json_build_object('kind', 'b', 'y', name) FROM owner",
    or(object({ kind: is('a'), x: is(1) }), object({ kind: is('b'), y: string })),
  ],
  [
    "SELECT jsonb_build_object('a', 1, 'b', 2) || jsonb_build_object('b', 'x', 'c', nick) FROM owner",
    object({ a: is(1), b: is('x'), c: or(string, nothing) }),
  ],
  [
    "SELECT jsonb_build_object('a', 1) || CASE WHEN id = 1 THEN '{}'::jsonb ELSE jsonb_build_object('b', 2) END FROM owner",
    or(object({ a: is(1) }), object({ a: is(1), b: is(2) })),
  ],
  ['SELECT jsonb_build_array(1) || jsonb_build_array(name) FROM owner', list(or(is(1), string))],
  ["SELECT data || jsonb_build_object('a', 1) FROM car", null],
  ["SELECT jsonb_build_object('a', 1) || to_jsonb(nick) FROM owner WHERE false", null],
  ["SELECT to_jsonb(o) - 'nick' FROM owner o", object({ id: number, name: string })],
  [
    "SELECT json_build_object('a', json_build_object('b', nick)) -> 'a' FROM owner",
    object({ b: or(string, nothing) }),
  ],
  ["SELECT json_build_object('a', 1) -> 'b'", null],
  // What a CASE asked for is there.
  [
    "SELECT CASE WHEN o.id IS NOT NULL THEN json_build_object('id', o.id, 'name', o.name, 'nick', o.nick) END FROM car c LEFT JOIN owner o ON o.id = c.owner_id",
    object({ id: number, name: string, nick: or(string, nothing) }),
  ],
  [
    "SELECT CASE WHEN nick IS NULL THEN NULL ELSE json_build_object('nick', nick) END FROM owner",
    object({ nick: string }),
  ],
  [
    "SELECT CASE WHEN nick IS NOT NULL THEN json_agg(json_build_object('nick', nick)) OVER () END FROM owner",
    list(object({ nick: or(string, nothing) })),
  ],
  [
    "SELECT CASE WHEN id = 1 THEN json_build_object('ok', true) WHEN id = 2 THEN NULL ELSE json_build_object('error', name) END FROM owner",
    or(object({ ok: is(true) }), object({ error: string })),
  ],
  ["SELECT json_build_object('a', 1)::jsonb", object({ a: is(1) })],
  ['SELECT NULL::json', or()],
  [
    "SELECT json_build_object('a', nick) FROM owner UNION ALL SELECT NULL",
    object({ a: or(string, nothing) }),
  ],
  [
    'SELECT \'{"a": [1, "x", null], "b": {}}\'::json',
    object({ a: list(or(is(1), is('x'), nothing)), b: object({}) }),
  ],
  ['SELECT \'{"a": 1}\'::jsonb', null],
  ['SELECT data FROM car', null],
  ['SELECT $1::jsonb', null],
  ['SELECT to_jsonb(odd) FROM car', null],
  [
    "SELECT json_build_object('n', count(*), 'sum', sum(id), 'avg', avg(id), 'max', max(price), 'total', sum(price)) FROM car",
    object({
      n: number,
      sum: or(number, nothing),
      avg: or(number, nothing),
      max: or(number, is('NaN'), nothing),
      total: or(number, is('NaN'), nothing),
    }),
  ],
  [
    "SELECT json_build_object('a', price * 2, 'b', weight * 2, 'c', round(id / 3.0, 2), 'd', weight::numeric(40, 1)) FROM car WHERE id = 3",
    object({ a: or(number, is('NaN')), b: or(number, special), c: number, d: or(number, is('NaN')) }),
  ],
  [
    "SELECT json_build_object('tags', array_agg(name), 'moods', ARRAY(SELECT mood FROM car), 'cars', array_agg(o)) FROM owner o",
    object({
      tags: or(list(string), nothing),
      moods: list(or(is('happy'), is('sad'))),
      cars: or(list(owner), nothing),
    }),
  ],
  [
    'SELECT to_json(b) FROM bounds b',
    object({
      below: or(number, is('-Infinity'), nothing),
      above: or(number, is('NaN'), is('Infinity'), nothing),
      within: or(number, nothing),
      reversed: or(number, is('-Infinity'), nothing),
      infinite: or(number, special, nothing),
      either: or(number, special, nothing),
      rate: or(number, nothing),
      sum: or(number, is('NaN'), nothing),
      whole: or(number, nothing),
    }),
  ],
  ['SELECT to_json(b) FROM bounds_view b', object({ rate: or(number, nothing), twice: or(number, nothing) })],
  [
    "SELECT json_build_object('a', sum(within), 'b', sum(below), 'c', max(below)) FROM bounds",
    object({
      a: or(number, nothing),
      b: or(number, special, nothing),
      c: or(number, is('-Infinity'), nothing),
    }),
  ],
  ['SELECT array_to_json(ARRAY[1, 2])', list(or(is(1), is(2)))],
  ["SELECT json_object(ARRAY['a', NULL]) WHERE false", record(or(string, nothing))],
  [
    "SELECT jsonb_build_object('kind', kind, 'n', count(*)) FROM car GROUP BY kind",
    object({ kind: or(is('suv'), is('van')), n: number }),
  ],
  [
    "SELECT jsonb_build_object('kind', kind, 'n', count(*)) FROM car GROUP BY ROLLUP (kind)",
    object({ kind: or(is('suv'), is('van'), nothing), n: number }),
  ],
  [
    "UPDATE owner SET nick = 'x' RETURNING to_jsonb(owner)",
    object({ id: number, name: string, nick: string }),
  ],
  [
    "INSERT INTO owner (id, name) VALUES (9, 'x') RETURNING json_build_object('id', id)",
    object({ id: number }),
  ],
  ["SELECT j FROM json_build_object('a', 1) j", object({ a: is(1) })],
  // Parts of known structures.
  ["SELECT jsonb_set(jsonb_build_object('a', 1), '{a}', '2')", object({ a: unknown })],
  [
    "SELECT jsonb_set(jsonb_build_object('a', 1, 'b', nick), '{a}', to_jsonb(name)) FROM owner",
    object({ a: string, b: or(string, nothing) }),
  ],
  [
    "SELECT jsonb_set(jsonb_build_object('a', 1), '{b}', to_jsonb(id)) FROM owner",
    object({ a: is(1), b: number }),
  ],
  [
    "SELECT jsonb_set(jsonb_build_object('a', 1), '{b}', to_jsonb(id), false) FROM owner",
    object({ a: is(1) }),
  ],
  [
    "SELECT jsonb_set(jsonb_build_object('a', jsonb_build_object('b', 1), 'c', nick), '{a,b}', to_jsonb(name)) FROM owner",
    object({ a: object({ b: string }), c: or(string, nothing) }),
  ],
  [
    "SELECT jsonb_set(jsonb_build_object('c', nick), '{c,d}', to_jsonb(name)) FROM owner",
    object({ c: or(string, nothing) }),
  ],
  [
    "SELECT jsonb_set(jsonb_build_object('c', nick), '{x,d}', to_jsonb(name)) FROM owner",
    object({ c: or(string, nothing) }),
  ],
  ["SELECT jsonb_set(data, '{a}', to_jsonb(id)) FROM car WHERE id = 1", null],
  ["SELECT jsonb_set(jsonb_build_array(1, 2), '{0}', to_jsonb(name)) FROM owner", null],
  [
    "SELECT jsonb_set(jsonb_object_agg(name, id), '{Ann}', to_jsonb('x'::text)) FROM owner",
    record(or(number, is('x'))),
  ],
  ["SELECT jsonb_build_object('a', 1, 'b', name) - '{a,z}'::text[] FROM owner", object({ b: string })],
  ["SELECT json_build_object('a', json_build_object('b', nick)) #> '{a,b}' FROM owner", or(string, nothing)],
  [
    "SELECT jsonb_extract_path(jsonb_build_object('a', jsonb_build_object('b', id)), 'a', 'b') FROM owner",
    number,
  ],
  ["SELECT jsonb_build_object('a', jsonb_build_array(id, name)) #> '{a,1}' FROM owner", or(number, string)],
  ["SELECT json_build_object('a', 1) #> ARRAY[name] FROM owner", null],
  ['SELECT json_build_array(id, name) -> 0 FROM owner', or(number, string)],
  ["SELECT json_build_object('a', id) -> name FROM owner", null],
  [
    "SELECT CASE WHEN id = 1 THEN jsonb_build_object('a', id) ELSE jsonb_build_object('b', 1) END -> 'a' FROM owner",
    number,
  ],
  ['SELECT e FROM json_array_elements((SELECT json_agg(o) FROM owner o)) e', owner],
  ['SELECT jsonb_array_elements(jsonb_build_array(id, nick)) FROM owner', or(number, string, nothing)],
  ['SELECT jsonb_array_elements(data) FROM car WHERE id = 2', null],
  // Rows of functions.
  [
    'SELECT json_agg(x) FROM json_to_recordset(\'[{"a":1}]\') AS x (a int, "b c" text)',
    rows({ a: or(number, nothing), 'b c': or(string, nothing) }),
  ],
  ['SELECT json_agg(x) FROM pairs() x', rows({ k: or(string, nothing), n: or(number, nothing) })],
  ['SELECT json_agg(x) FROM pairs() x (a)', rows({ a: or(string, nothing), n: or(number, nothing) })],
  [
    'SELECT json_agg(x) FROM addresses() x (a, b)',
    rows({ street: or(string, nothing), number: or(number, nothing) }),
  ],
  [
    "SELECT json_agg(x) FROM ROWS FROM (generate_series(1, 2), upper('a')) WITH ORDINALITY x",
    rows({ generate_series: or(number, nothing), upper: or(string, nothing), ordinality: number }),
  ],
  [
    "SELECT json_agg(x) FROM unnest(ARRAY[1, 2], ARRAY['a']) WITH ORDINALITY AS x (a, b, n)",
    rows({ a: or(is(1), is(2), nothing), b: or(is('a'), nothing), n: number }),
  ],
  ['SELECT json_agg(x) FROM jsonb_each(\'{"a":1}\') x', rows({ key: string, value: unknown })],
  ['SELECT json_agg(x) FROM generate_series(1, 2) WITH ORDINALITY x (n, o)', rows({ n: number, o: number })],
  // Recursion.
  [
    `WITH RECURSIVE r AS (SELECT id, jsonb_build_array(name) AS j FROM owner
      UNION ALL SELECT id + 1, j || jsonb_build_array(id) FROM r WHERE id < 3) SELECT j FROM r`,
    list(or(string, number)),
  ],
  [
    `WITH RECURSIVE r AS (SELECT id, jsonb_build_object('id', id, 'path', jsonb_build_array(id)) AS j FROM owner
      UNION ALL SELECT id + 1, jsonb_set(j, '{path}', (j -> 'path') || jsonb_build_array(id)) FROM r WHERE id < 3)
      SELECT j FROM r`,
    object({ id: number, path: list(number) }),
  ],
  [
    `WITH RECURSIVE r AS (SELECT id, jsonb_build_object('id', id) AS j FROM owner
      UNION ALL SELECT id + 1, jsonb_build_object('id', id, 'parent', j) FROM r WHERE id < 3) SELECT j FROM r`,
    null,
  ],
  // What JSON has no values for.
  [
    `SELECT json_build_object('date', date 'infinity', 'at', timestamp '-infinity', 'span', interval '1 day', 'bytes', '\\x01'::bytea,
      'range', int4range(1, 3), 'spans', int4multirange(int4range(1, 3)), 'uuid', gen_random_uuid(), 'ip', inet '10.0.0.1',
      'money', 1::money, 'char', 'a'::"char", 'table', 'owner'::regclass, 'bits', B'101', 'point', '(1,2)'::point, 'xid', '5'::xid)`,
    object(
      Object.fromEntries(
        'date at span bytes range spans uuid ip money char table bits point xid'
          .split(' ')
          .map((name) => [name, string]),
      ),
    ),
  ],
  ["SELECT to_jsonb(ARRAY['NaN'::float8, 1, NULL])", list(or(number, special, nothing))],
  [
    "SELECT json_object_agg(name, CASE WHEN id = 1 THEN 'Infinity'::float8 END) FROM owner",
    record(or(number, special, nothing)),
  ],
];

/** Since PostgreSQL 16. */
const constructors: readonly (readonly [sql: string, shape: JsonShape | null])[] = [
  ["SELECT JSON_OBJECT('a': id, 'b' VALUE nick) FROM owner", object({ a: number, b: or(string, nothing) })],
  [
    "SELECT JSON_OBJECT('a': id, 'b': nick ABSENT ON NULL RETURNING jsonb) FROM owner",
    {
      kind: 'object',
      fields: [
        { name: 'a', value: number },
        { name: 'b', value: string, optional: true },
      ],
    },
  ],
  [
    "SELECT JSON_OBJECT('a': to_jsonb(nick), 'b': to_jsonb(id), 'c': 'null'::json ABSENT ON NULL RETURNING json) FROM owner",
    {
      kind: 'object',
      fields: [
        { name: 'a', value: string, optional: true },
        { name: 'b', value: number },
        { name: 'c', value: nothing },
      ],
    },
  ],
  [
    "SELECT JSON_OBJECT('a': 'null'::json, 'b': json_build_array(nick)->0 ABSENT ON NULL RETURNING jsonb) FROM owner",
    {
      kind: 'object',
      fields: [
        { name: 'a', value: { kind: 'union', members: [] }, optional: true },
        { name: 'b', value: string, optional: true },
      ],
    },
  ],
  ['SELECT JSON_ARRAY(id, nick) FROM owner', list(or(number, string))],
  ['SELECT JSON_ARRAY(id, nick, NULL NULL ON NULL) FROM owner', list(or(number, string, nothing))],
  ['SELECT JSON_ARRAYAGG(nick) FROM owner', list(string)],
  ['SELECT JSON_ARRAYAGG(nick NULL ON NULL) FROM owner', list(or(string, nothing))],
  ['SELECT JSON_OBJECTAGG(name: nick) FROM owner', record(or(string, nothing))],
  ['SELECT JSON_OBJECTAGG(name: nick ABSENT ON NULL) FROM owner', record(string)],
  ['SELECT JSON_ARRAY(SELECT id FROM owner)', list(number)],
  ["SELECT JSON_OBJECT('a': 1 RETURNING text)", null],
];

const optional = (shape: JsonShape): JsonShape =>
  shape.kind === 'object'
    ? { ...shape, fields: shape.fields.map((field) => ({ ...field, optional: true })) }
    : shape;

/** Field and member order say nothing. */
function sorted(shape: JsonShape | null | undefined): unknown {
  if (shape === null || shape === undefined) return shape;
  const by = (parts: readonly unknown[]) => parts.map((part) => JSON.stringify(part)).sort();
  switch (shape.kind) {
    case 'union':
      return { union: by(shape.members.map(sorted)) };
    case 'object':
      return { object: by(shape.fields.map(({ value, ...field }) => ({ ...field, value: sorted(value) }))) };
    case 'array':
      return { array: sorted(shape.element) };
    case 'record':
      return { record: sorted(shape.value) };
    default:
      return shape;
  }
}

describe.each(tested(servers))('JSON, on %s', (server) => {
  let database: Analysed;
  beforeAll(async () => {
    database = await analysed(server, schema);
    await database.prepare(cases.map(([sql]) => sql));
  });
  afterAll(() => database.close());

  async function check(sql: string, expected: JsonShape | null) {
    const { tree } = await database.tree(sql);
    const [shape] = jsonShapes(tree, database.catalog);
    expect(sorted(shape)).toEqual(sorted(expected));
    for (const [value] of await database.rows(sql, sql.includes('$1') ? ['{}'] : [])) {
      if (value !== null && shape) expect(fits(value, shape), JSON.stringify(value)).toBe(true);
    }
  }

  it.each(cases.map(([sql, shape]) => ({ sql, shape })))('$sql', ({ sql, shape }) => check(sql, shape));

  it('JSON_OBJECT and its like', async () => {
    if (database.catalog.version < 160000) return;
    for (const [sql, shape] of constructors) await check(sql, shape);
  });

  it('json_strip_nulls', async () => {
    await check(
      "SELECT jsonb_strip_nulls(jsonb_build_object('a', id, 'b', NULL, 'c', jsonb_build_object('d', nick))) FROM owner",
      {
        kind: 'object',
        fields: [
          { name: 'a', value: number },
          { name: 'c', value: optional(object({ d: string })) },
        ],
      },
    );
    await check("SELECT jsonb_strip_nulls(jsonb_build_object('x', data)) FROM car", {
      kind: 'object',
      fields: [{ name: 'x', value: unknown, optional: true }],
    });
  });
});
