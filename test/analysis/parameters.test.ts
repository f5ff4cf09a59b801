import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parameterFacts } from '../../src/analysis/parameters.ts';
import { type Analysed, analysed, servers } from '../support/analysed.ts';
import { tested } from '../support/tested.ts';

const schema = `
  CREATE DOMAIN email AS text NOT NULL CHECK (VALUE LIKE '%@%');
  CREATE DOMAIN present AS text CHECK (VALUE IS NOT NULL);
  CREATE DOMAIN size AS text CHECK (VALUE IN ('s', 'm', 'l'));
  CREATE TABLE car (
    id int PRIMARY KEY,
    make text NOT NULL,
    model varchar(20),
    price numeric(12, 2),
    kind text NOT NULL DEFAULT 'suv' CHECK (kind IN ('suv', 'van')),
    note text DEFAULT 'n' CHECK (note IS NOT NULL AND note <> ''),
    tags text[] NOT NULL DEFAULT '{}' CHECK (array_position(tags, NULL) IS NULL),
    codes int[],
    size size,
    sold boolean,
    doors int CHECK (doors IN (2, 4))
  );
  INSERT INTO car VALUES (1, 'vw', 'golf', 10, 'suv', 'x', '{a}', '{1}', 's', false);
  CREATE TABLE person (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email email, name present, age int DEFAULT 5 NOT NULL);
  INSERT INTO person (email, name) VALUES ('a@b', 'Ann');
  CREATE TABLE stamped (id int PRIMARY KEY, at timestamptz NOT NULL, by text);
  CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.at := now(); RETURN NEW; END';
  CREATE TRIGGER stamp BEFORE INSERT ON stamped FOR EACH ROW EXECUTE FUNCTION stamp();
  INSERT INTO stamped VALUES (1, now());
  CREATE VIEW cars AS SELECT id, make AS brand, kind, note FROM car;
  CREATE VIEW computed AS SELECT id, upper(make) AS brand FROM car;
  CREATE VIEW instead AS SELECT id, make, kind FROM car;
  CREATE FUNCTION ignore() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TRIGGER ignore INSTEAD OF INSERT ON instead FOR EACH ROW EXECUTE FUNCTION ignore();
  CREATE FUNCTION strictly(a text) RETURNS boolean LANGUAGE sql STRICT AS 'SELECT a IS NOT NULL';
  CREATE FUNCTION loosely(a text) RETURNS boolean LANGUAGE sql AS 'SELECT a IS NULL';
`;

/**
 * What is expected of each parameter, with a value to run with: `'refused'` NULL raises an error (it is tried),
 * `'never'` it is not nullable as it finds nothing (tried too, for queries that find something otherwise),
 * `'unsure'` not nullable but not tried, `'null'` nullable.
 */
type Expected = readonly ['refused' | 'never' | 'unsure' | 'null', unknown];
const cases: readonly (readonly [sql: string, ...expected: Expected[]])[] = [
  // conditions
  ['SELECT id FROM car WHERE make = $1', ['never', 'vw']],
  ['SELECT id FROM car WHERE $1 <= price', ['never', 1]],
  ["SELECT id FROM car WHERE make ILIKE $1 || '%'", ['never', 'v']],
  ['SELECT id FROM car WHERE lower(make) = lower($1)', ['never', 'VW']],
  ['SELECT id FROM car WHERE price BETWEEN $1 AND $2', ['never', 1], ['never', 100]],
  ['SELECT id FROM car WHERE NOT (make = $1)', ['never', 'x']],
  ['SELECT id FROM car WHERE make <> $1', ['never', 'x']],
  ['SELECT id FROM car WHERE model = $1 AND make = $2', ['never', 'golf'], ['never', 'vw']],
  ['SELECT id FROM car WHERE model = $1 OR make = $2', ['null', 'golf'], ['null', 'vw']],
  ['SELECT id FROM car WHERE model = $1 OR make = $1', ['never', 'golf']],
  ['SELECT id FROM car WHERE make IN ($1, $2)', ['null', 'vw'], ['null', 'x']],
  ['SELECT id FROM car WHERE make NOT IN ($1, $2)', ['never', 'a'], ['never', 'x']],
  ['SELECT id FROM car WHERE (make, model) = ($1, $2)', ['never', 'vw'], ['never', 'golf']],
  ['SELECT id FROM car WHERE $1 = ANY (tags)', ['never', 'a']],
  ['SELECT id FROM car WHERE make = ANY ($1)', ['never', ['vw']]],
  ['SELECT id FROM car WHERE make <> ALL ($1)', ['never', ['x']]],
  ['SELECT id FROM car WHERE $1', ['never', true]],
  ['SELECT id FROM car WHERE NOT $1', ['never', false]],
  ['SELECT id FROM car WHERE strictly($1)', ['never', 'x']],
  ['SELECT id FROM car WHERE loosely($1)', ['null', null]],
  ['SELECT id FROM car WHERE id = $1::text::int', ['never', '1']],
  ['SELECT id FROM car WHERE $1::text IS NULL OR make = $1', ['null', null]],
  [
    'SELECT id FROM car WHERE ($1::text IS NULL OR make = $1) AND ($2::text IS NULL OR model = $2)',
    ['null', null],
    ['null', null],
  ],
  ['SELECT id FROM car WHERE make = $1 OR $1 IS NULL', ['null', null]],
  ['SELECT id FROM car WHERE (make = $1 OR $1 IS NULL) AND model = $1', ['unsure', 'golf']],
  ['SELECT id FROM car WHERE $1::text IS NOT NULL AND make = $1', ['never', 'vw']],
  ['SELECT id FROM car WHERE $1::text IS NOT NULL OR sold = false', ['null', null]],
  ['SELECT id FROM car WHERE $2::boolean IS TRUE OR make = $1', ['null', 'vw'], ['null', null]],
  ['SELECT id FROM car WHERE make = coalesce($1, make)', ['null', null]],
  ['SELECT id FROM car WHERE make = coalesce($1, $2)', ['null', null], ['null', 'vw']],
  ['SELECT id FROM car WHERE model IS NOT DISTINCT FROM $1', ['null', 'golf']],
  ['SELECT id FROM car WHERE model IS DISTINCT FROM $1', ['null', null]],
  ['SELECT id FROM car WHERE (make = $1) IS NOT FALSE', ['null', null]],
  ['SELECT id FROM car WHERE (make = $1) IS TRUE', ['never', 'vw']],
  ['SELECT id FROM car WHERE CASE WHEN $1::text IS NULL THEN true ELSE make = $1 END', ['null', null]],
  ['SELECT id FROM car WHERE CASE WHEN $1::text IS NULL THEN false ELSE make = $1 END', ['never', 'vw']],
  ["SELECT id FROM car WHERE make = nullif($1, '')", ['never', 'vw']],
  ["SELECT id FROM car WHERE nullif($1, '') IS NULL OR make = $1", ['null', null]],
  ["SELECT id FROM car WHERE make LIKE concat($1::text, '%')", ['null', null]],
  ['SELECT count(*) FILTER (WHERE make = $1) FROM car', ['null', 'vw']],
  ['SELECT make FROM car GROUP BY make HAVING count(*) >= $1', ['never', 1]],
  ['SELECT c.id FROM car c JOIN car d ON d.id = c.id AND d.make = $1', ['never', 'vw']],
  ['SELECT c.id FROM car c LEFT JOIN car d ON d.make = $1', ['null', 'vw']],
  ['SELECT id FROM car WHERE EXISTS (SELECT FROM person WHERE age = $1)', ['never', 5]],
  ['SELECT id FROM car WHERE id IN (SELECT id FROM person WHERE age = $1)', ['never', 5]],
  ['SELECT id FROM car WHERE $1 IN (SELECT id FROM person)', ['never', 1]],
  ['SELECT id FROM car WHERE make = (SELECT $1::text)', ['never', 'vw']],
  ['WITH p AS (SELECT $1::text AS make) SELECT id FROM car JOIN p USING (make)', ['never', 'vw']],
  [
    'WITH p AS (SELECT $1::text AS make) SELECT id FROM car, p WHERE p.make IS NULL OR car.make = p.make',
    ['null', null],
  ],
  ['SELECT id FROM (SELECT * FROM car WHERE make = $1) c', ['never', 'vw']],
  // values
  ['SELECT $1::text AS a', ['null', null]],
  ['SELECT upper($1) AS a', ['null', null]],
  ['SELECT id, make = $1 AS same FROM car', ['null', null]],
  ['SELECT CASE WHEN make = $1 THEN 1 ELSE 2 END AS a FROM car', ['null', 'vw']],
  ["SELECT id FROM car ORDER BY CASE $1 WHEN 'make' THEN make ELSE model END", ['null', 'make']],
  ['SELECT $1::email AS a', ['refused', 'a@b']],
  ['SELECT ($1::text)::email AS a', ['refused', 'a@b']],
  ['SELECT $1::present AS a', ['refused', 'x']],
  ['SELECT id FROM car LIMIT $1 OFFSET $2', ['null', 1], ['null', 0]],
  ['SELECT * FROM unnest($1::text[]) a', ['never', ['x']]],
  ['SELECT unnest($1::text[]) AS a', ['never', ['x']]],
  ['SELECT * FROM generate_series(1, $1) a', ['never', 2]],
  ['SELECT * FROM loosely($1) a', ['null', null]],
  // written
  ['INSERT INTO car (id, make, model) VALUES ($1, $2, $3)', ['refused', 7], ['refused', 'x'], ['null', null]],
  [
    'INSERT INTO car (id, make, price) VALUES ($1, upper($2), $3)',
    ['refused', 7],
    ['refused', 'x'],
    ['null', null],
  ],
  ["INSERT INTO car (id, make) VALUES (7, coalesce($1, 'x'))", ['null', null]],
  ["INSERT INTO car (id, make, note) VALUES (7, 'x', $1)", ['refused', 'y']],
  ["INSERT INTO car (id, make, size) VALUES (7, 'x', $1)", ['null', 's']],
  ['INSERT INTO car (id, make) SELECT $1, $2', ['refused', 7], ['refused', 'x']],
  ['INSERT INTO car (id, make) SELECT $1, make FROM car', ['refused', 7]],
  [
    'INSERT INTO car (id, make) VALUES ($1, $2), ($3, $4)',
    ['refused', 7],
    ['refused', 'x'],
    ['refused', 8],
    ['refused', 'y'],
  ],
  [
    "INSERT INTO car (id, make, note) VALUES ($1, $2, 'n'), ($3, $4, NULLIF('n', $5))",
    ['refused', 7],
    ['refused', 'x'],
    ['refused', 8],
    ['refused', 'y'],
    ['null', null],
  ],
  [
    'INSERT INTO car (id, make) SELECT a, b FROM (VALUES ($1::int, $2)) v (a, b)',
    ['refused', 7],
    ['refused', 'x'],
  ],
  [
    'WITH v AS (SELECT $1::int AS a, $2::text AS b) INSERT INTO car (id, make) SELECT a, b FROM v',
    ['refused', 7],
    ['refused', 'x'],
  ],
  ['INSERT INTO car (id, make) SELECT a, $2 FROM unnest($1::int[]) a', ['never', [7]], ['refused', 'x']],
  ['INSERT INTO person (email, name) VALUES ($1, $2)', ['refused', 'a@b'], ['refused', 'Ann']],
  ["INSERT INTO person (email, name, age) VALUES ('a@b', 'x', $1)", ['refused', 1]],
  [
    'INSERT INTO stamped (id, at, by) VALUES ($1, $2, $3)',
    ['refused', 7],
    ['null', '2020-01-01'],
    ['null', null],
  ],
  ['UPDATE stamped SET at = $1', ['refused', '2020-01-01']],
  ['UPDATE car SET make = $1, model = $2 WHERE id = $3', ['refused', 'x'], ['null', null], ['never', 1]],
  ['UPDATE car SET make = coalesce($1, make)', ['null', null]],
  ['UPDATE car SET make = make || $1', ['refused', 'x']],
  ['UPDATE car SET price = price * $1', ['null', 2]],
  ['UPDATE car SET sold = CASE WHEN $1::boolean THEN true ELSE sold END', ['null', true]],
  ['UPDATE car SET (make, model) = ($1, $2)', ['refused', 'x'], ['null', null]],
  ['UPDATE car SET tags[1] = $1', ['null', 'x']],
  ["INSERT INTO car (id, make) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET make = $1", ['null', 'y']],
  [
    'INSERT INTO cars (id, brand, note) VALUES ($1, $2, $3)',
    ['refused', 7],
    ['refused', 'x'],
    ['refused', 'n'],
  ],
  ['INSERT INTO instead (id, make) VALUES ($1, $2)', ['null', null], ['null', null]],
  ['DELETE FROM car WHERE id = $1', ['never', 1]],
];

describe.each(tested(servers))('parameters, on %s', (server) => {
  let database: Analysed;
  beforeAll(async () => {
    database = await analysed(server, schema);
    await database.prepare(cases.map(([sql]) => sql));
  });
  afterAll(() => database.close());

  const facts = async (sql: string) => {
    const { tree, params } = await database.tree(sql);
    return parameterFacts(tree, database.catalog, params);
  };

  it.each(cases.map(([sql, ...expected]) => ({ sql, expected })))('$sql', async ({ sql, expected }) => {
    const found = await facts(sql);
    expect(
      found.map(({ facts: { nullable }, refusesNull }) =>
        refusesNull ? 'refused' : nullable ? 'null' : 'not null',
      ),
    ).toEqual(expected.map(([kind]) => (kind === 'unsure' || kind === 'never' ? 'not null' : kind)));

    const values = expected.map(([, value]) => value);
    const returning = /^SELECT|^WITH p/.test(sql) ? sql : `${sql} RETURNING 1 AS one`;
    const rows = await database.rows(returning, values);
    for (const [i, [kind]] of expected.entries()) {
      const withNull = values.map((value, j) => (i === j ? null : value));
      if (kind === 'refused')
        await expect(database.rows(returning, withNull)).rejects.toThrow(/null|violates/);
      if (kind === 'never') {
        expect(rows).not.toEqual([]);
        expect(await database.rows(returning, withNull)).toEqual([]);
      }
    }
  });

  it('says which column a parameter represents', async () => {
    const columns = async (sql: string) =>
      (await facts(sql)).map(({ column }) => column && `${column.schema}.${column.table}.${column.column}`);
    expect(await columns('SELECT id FROM car WHERE make = $1 AND price > $2')).toEqual([
      'public.car.make',
      'public.car.price',
    ]);
    expect(await columns('SELECT id FROM car WHERE make = $1 OR model = $1')).toEqual([null]);
    expect(await columns('SELECT id FROM car WHERE make LIKE $1')).toEqual([null]);
    expect(await columns('SELECT id FROM car WHERE make = ANY ($1) OR make IN ($2, $3)')).toEqual([
      'public.car.make',
      'public.car.make',
      'public.car.make',
    ]);
    expect(await columns('INSERT INTO car (id, make) VALUES ($1, $2)')).toEqual([
      'public.car.id',
      'public.car.make',
    ]);
    expect(
      await columns('INSERT INTO car (id, make) SELECT a, b FROM unnest($1::int[], $2::text[]) x (a, b)'),
    ).toEqual(['public.car.id', 'public.car.make']);
    expect(await columns('SELECT 1 AS one FROM (SELECT make AS m FROM car) c WHERE m = $1')).toEqual([
      'public.car.make',
    ]);
    expect(await columns('INSERT INTO cars (brand) VALUES ($1)')).toEqual(['public.cars.brand']);
  });

  it('knows the values that a column allows', async () => {
    const literals = async (sql: string) => (await facts(sql)).map(({ facts: found }) => found.literals);
    expect(await literals('SELECT id FROM car WHERE kind = $1')).toEqual([['suv', 'van']]);
    expect(await literals('SELECT id FROM car WHERE kind <> $1')).toEqual([undefined]);
    expect(await literals('SELECT id FROM car WHERE kind IN ($1, $2)')).toEqual([
      ['suv', 'van'],
      ['suv', 'van'],
    ]);
    expect(await literals('SELECT id FROM car WHERE $1::text IS NULL OR kind = $1')).toEqual([
      ['suv', 'van'],
    ]);
    expect(await literals('SELECT id FROM car WHERE kind > $1')).toEqual([undefined]);
    expect(await literals('SELECT id FROM car WHERE doors = $1')).toEqual([[2, 4]]);
    expect(await literals('SELECT id FROM car WHERE doors = $1::bigint')).toEqual([undefined]);
    expect(await literals('SELECT id FROM car WHERE doors = $1::text::int')).toEqual([undefined]);
    expect(await literals('SELECT id FROM car WHERE kind = $1::uuid::text')).toEqual([undefined]);
    expect(await literals('UPDATE car SET doors = $1::bigint')).toEqual([undefined]);
    expect(await literals('SELECT id FROM car WHERE kind LIKE $1')).toEqual([undefined]);
    expect(await literals('INSERT INTO car (id, make, kind, size) VALUES ($1, $2, $3, $4)')).toEqual([
      undefined,
      undefined,
      ['suv', 'van'],
      ['s', 'm', 'l'],
    ]);
    expect(await literals('UPDATE cars SET kind = $1')).toEqual([['suv', 'van']]);
    expect(await literals('SELECT id FROM cars WHERE kind = $1')).toEqual([['suv', 'van']]);
    expect(await literals('INSERT INTO instead (kind) VALUES ($1)')).toEqual([undefined]);
    const [array] = await facts('SELECT id FROM car WHERE kind = ANY ($1)');
    expect(array?.facts).toEqual({
      nullable: false,
      element: { nullable: false, literals: ['suv', 'van'] },
    });
  });

  it('knows where elements may be NULL', async () => {
    const elements = async (sql: string) =>
      (await facts(sql)).map(({ facts: { element } }) => element?.nullable ?? true);
    expect(await elements('SELECT id FROM car WHERE id = ANY ($1)')).toEqual([false]);
    expect(await elements('SELECT id FROM car WHERE id <> ALL ($1)')).toEqual([false]);
    expect(await elements('SELECT id FROM car WHERE tags @> $1')).toEqual([true]);
    expect(
      await elements("INSERT INTO car (id, make, note, tags, codes) VALUES (7, 'x', 'n', $1, $2)"),
    ).toEqual([false, true]);
    expect(
      await elements('INSERT INTO car (id, model) SELECT a, b FROM unnest($1::int[], $2::text[]) x (a, b)'),
    ).toEqual([false, true]);
    for (const list of [
      'SELECT unnest($1::int[]), unnest($2::text[])',
      'VALUES (unnest($1::int[]), unnest($2::text[]))',
    ]) {
      expect(await elements(`INSERT INTO car (id, model) ${list}`)).toEqual([false, true]);
      await expect(
        database.rows(`INSERT INTO car (id, make) ${list}`, [
          [8, null],
          ['a', 'b'],
        ]),
      ).rejects.toThrow(/violates/);
    }
    const insert = "INSERT INTO car (id, make, note, tags) VALUES (7, 'x', 'n', $1)";
    await expect(database.rows(insert, [[null]])).rejects.toThrow(/violates/);
  });

  it('MERGE', async () => {
    if (database.catalog.version < 150000) return;
    const found = await facts(`MERGE INTO car USING (VALUES ($1::int, $2::text)) v (id, make) ON car.id = v.id
      WHEN MATCHED AND price > $3 THEN UPDATE SET model = $4 WHEN NOT MATCHED THEN INSERT (id, make) VALUES (v.id, v.make)`);
    expect(found.map(({ facts: { nullable }, refusesNull }) => [nullable, refusesNull])).toEqual([
      [false, true],
      [true, false],
      [true, false],
      [true, false],
    ]);
  });
});
