import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { effects } from '../../src/analysis/effects.ts';
import { type Analysed, analysed, servers } from '../support/analysed.ts';
import { tested } from '../support/tested.ts';

const schema = `
  CREATE TABLE owner (id int PRIMARY KEY, name text NOT NULL, email text);
  CREATE TABLE car (id int PRIMARY KEY, make text, owner_id int REFERENCES owner, price numeric);
  CREATE SCHEMA archive;
  CREATE TABLE archive.car (id int, make text);
  CREATE VIEW cheap AS SELECT id, make, price * 2 AS doubled FROM car WHERE price < 10;
  CREATE VIEW cheaper AS SELECT id AS number, make FROM cheap;
  CREATE VIEW owned AS SELECT car.id, owner.name FROM car JOIN owner ON owner.id = car.owner_id;
  CREATE MATERIALIZED VIEW stored AS SELECT make, count(*) AS n FROM car GROUP BY make;
  CREATE SEQUENCE numbers;
  CREATE FUNCTION pure(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT a + count(*) FROM owner; END;
  CREATE FUNCTION insert_owner(a int) RETURNS void LANGUAGE sql
    BEGIN ATOMIC INSERT INTO owner (id, name) VALUES (a, 'x'); END;
  CREATE FUNCTION unclear() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
  CREATE FUNCTION defaulting(a int, b int DEFAULT nextval('numbers')) RETURNS int LANGUAGE plpgsql STABLE
    AS 'BEGIN RETURN 1; END';
  CREATE FUNCTION counting(a int, b int DEFAULT 1, c bigint DEFAULT pure(1)) RETURNS int LANGUAGE plpgsql STABLE
    AS 'BEGIN RETURN 1; END';
  CREATE FUNCTION polymorphic(a anyelement, b anyelement DEFAULT 1) RETURNS int LANGUAGE plpgsql STABLE
    AS 'BEGIN RETURN 1; END';
  CREATE FUNCTION several(a int, VARIADIC b int[] DEFAULT ARRAY[nextval('numbers')]) RETURNS int LANGUAGE plpgsql STABLE
    AS 'BEGIN RETURN 1; END';
  CREATE FUNCTION endless(a int DEFAULT 1) RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN 1; END';
  CREATE OR REPLACE FUNCTION endless(a int DEFAULT 1 + endless()) RETURNS int LANGUAGE plpgsql STABLE
    AS 'BEGIN RETURN 1; END';
  CREATE VIEW counted AS SELECT id, counting(id) AS n FROM car;
  CREATE AGGREGATE impure (int) (SFUNC = int4pl, STYPE = int);
  CREATE FUNCTION seen(a text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
  CREATE DOMAIN watched AS text CHECK (seen(VALUE));
  CREATE VIEW instead AS SELECT id, make FROM car;
  CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
  CREATE TRIGGER skip INSTEAD OF INSERT ON instead FOR EACH ROW EXECUTE FUNCTION skip();
`;

/** `car(id, make)`: schema public omitted. */
type Uses = readonly string[];

const cases: readonly (readonly [sql: string, reads: Uses, writes: Uses, readOnly: boolean | null])[] = [
  ['SELECT 1', [], [], true],
  ['SELECT count(*) FROM car', ['car()'], [], true],
  ['SELECT * FROM car', ['car(id, make, owner_id, price)'], [], true],
  ['SELECT car FROM car', ['car(id, make, owner_id, price)'], [], true],
  ['SELECT ctid, tableoid FROM car', ['car()'], [], true],
  ['SELECT make FROM car WHERE price > $1 ORDER BY id', ['car(id, make, price)'], [], true],
  ['SELECT make FROM car GROUP BY make HAVING max(price) > 1', ['car(make, price)'], [], true],
  [
    'SELECT c.id FROM car c LEFT JOIN owner o ON o.id = c.owner_id',
    ['car(id, owner_id)', 'owner(id)'],
    [],
    true,
  ],
  ['SELECT id FROM car FULL JOIN archive.car x USING (id)', ['archive.car(id)', 'car(id)'], [], true],
  [
    'SELECT j.make FROM (car NATURAL JOIN archive.car) j',
    ['archive.car(id, make)', 'car(id, make)'],
    [],
    true,
  ],
  [
    'SELECT (SELECT name FROM owner WHERE owner.id = car.owner_id) FROM car',
    ['car(owner_id)', 'owner(id, name)'],
    [],
    true,
  ],
  ['WITH x AS (SELECT make FROM car) SELECT a.make FROM x a, x b', ['car(make)'], [], true],
  [
    'WITH RECURSIVE x AS (SELECT id FROM car UNION SELECT x.id + 1 FROM x JOIN owner USING (id)) SELECT * FROM x',
    ['car(id)', 'owner(id)'],
    [],
    true,
  ],
  [
    'SELECT o.name, l.make FROM owner o, LATERAL (SELECT make FROM car WHERE owner_id = o.id LIMIT 1) l',
    ['car(make, owner_id)', 'owner(id, name)'],
    [],
    true,
  ],
  ['SELECT id FROM car UNION ALL SELECT id FROM owner', ['car(id)', 'owner(id)'], [], true],
  ['SELECT number FROM cheaper', ['car(id, make, price)', 'cheap(id, make)', 'cheaper(number)'], [], true],
  ['SELECT n FROM stored', ['stored(n)'], [], true],
  ['SELECT id FROM car FOR UPDATE', ['car(id)'], [], false],
  ['SELECT random()', [], [], null],
  ['SELECT txid_current()', [], [], null],
  ['SELECT pg_current_xact_id()', [], [], null],
  ['SELECT txid_current_if_assigned()', [], [], true],
  ["SELECT nextval('numbers')", [], [], null],
  ['SELECT last_value FROM numbers', ['numbers(last_value)'], [], true],
  ['SELECT now(), lower($1)', [], [], true],
  ['SELECT id FROM car WHERE unclear() = 1', ['car(id)'], [], null],
  ['SELECT pure(1)', ['owner()'], [], true],
  ['SELECT insert_owner(1)', [], ['owner(id, name)'], false],
  ['SELECT defaulting(1, 2)', [], [], true],
  ['SELECT defaulting(1)', [], [], null],
  ['SELECT defaulting(1, 2), defaulting(1)', [], [], null],
  ['SELECT defaulting(b => 1, a => 2)', [], [], true],
  ['SELECT counting(1)', ['owner()'], [], true],
  ['SELECT counting(1, c => 2)', [], [], true],
  ['SELECT counting(c => 2, a => 1), make_interval(days => 1)', [], [], true],
  ['SELECT n FROM counted', ['car(id)', 'counted(n)', 'owner()'], [], true],
  ['SELECT polymorphic(1, 2)', [], [], true],
  ['SELECT polymorphic(1)', [], [], null],
  ['SELECT several(1, 2)', [], [], true],
  ['SELECT several(1)', [], [], null],
  ['SELECT endless(1)', [], [], true],
  ['SELECT endless()', [], [], null],
  ['SELECT impure(id) FROM car', ['car(id)'], [], null],
  ['SELECT impure(id) OVER () FROM car', ['car(id)'], [], null],
  ["SELECT format('%s %s', 1, 2), concat('a', 1), 'x' = ANY (ARRAY['x'])", [], [], true],
  ['SELECT random() FROM car FOR SHARE', ['car()'], [], false],
  ["SELECT 'x'::watched", [], [], null],
  ['INSERT INTO owner (name, id) VALUES ($1, $2)', [], ['owner(id, name)'], false],
  ['INSERT INTO owner DEFAULT VALUES', [], ['owner()'], false],
  [
    'INSERT INTO owner (id) SELECT id FROM car RETURNING email',
    ['car(id)', 'owner(email)'],
    ['owner(id)'],
    false,
  ],
  [
    'INSERT INTO owner (id, name) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET email = excluded.name',
    ['owner(id)'],
    ['owner(email, id, name)'],
    false,
  ],
  ['UPDATE car SET make = $1', [], ['car(make)'], false],
  [
    'UPDATE car SET (make, price) = (SELECT name, 1 FROM owner)',
    ['owner(name)'],
    ['car(make, price)'],
    false,
  ],
  [
    'UPDATE car SET price = price + 1 FROM owner o WHERE o.id = owner_id RETURNING o.name',
    ['car(owner_id, price)', 'owner(id, name)'],
    ['car(price)'],
    false,
  ],
  ['DELETE FROM car', [], ['car()'], false],
  ['DELETE FROM car USING owner WHERE owner.id = owner_id', ['car(owner_id)', 'owner(id)'], ['car()'], false],
  [
    'WITH gone AS (DELETE FROM car WHERE id = $1 RETURNING make) INSERT INTO archive.car (make) SELECT make FROM gone',
    ['car(id, make)'],
    ['archive.car(make)', 'car()'],
    false,
  ],
  ['WITH gone AS (DELETE FROM car) SELECT 1', [], ['car()'], false],
  ['INSERT INTO cheaper (number) VALUES (1)', [], ['car(id)', 'cheap(id)', 'cheaper(number)'], false],
  [
    "UPDATE cheaper SET make = 'x' WHERE number = 1",
    ['car(id, make, price)', 'cheap(id, make)', 'cheaper(number)'],
    ['car(make)', 'cheap(make)', 'cheaper(make)'],
    false,
  ],
  ['DELETE FROM cheap', ['car(id, make, price)'], ['car()', 'cheap()'], false],
  ['INSERT INTO instead (id) VALUES (1)', [], ['instead(id)'], false],
];

const written = (uses: readonly { schema: string; table: string; columns: readonly string[] }[]) =>
  uses.map(
    ({ schema, table, columns }) =>
      `${schema === 'public' ? '' : `${schema}.`}${table}(${columns.join(', ')})`,
  );

describe.each(tested(servers))('reads and writes, on %s', (server) => {
  let database: Analysed;
  beforeAll(async () => {
    database = await analysed(server, schema);
    await database.prepare(cases.map(([sql]) => sql));
  });
  afterAll(() => database.close());

  it.each(cases)('%s', async (sql, reads, writes, readOnly) => {
    const { tree } = await database.tree(sql);
    const found = effects(tree, database.catalog);
    expect({
      reads: written(found.reads),
      writes: written(found.writes),
      readOnly: found.readOnly,
    }).toEqual({ reads, writes, readOnly });
  });

  it.each([
    ['INSERT INTO owner (name, id, email) VALUES ($1, 1, DEFAULT)', ['insert owner(id, name)']],
    ["INSERT INTO cheap (id, make) VALUES (1, '')", ['insert cheap(id, make)', 'insert car(id, make)']],
    [
      'INSERT INTO owner (id, name) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET email = $1',
      ['insert owner(id, name)', 'update owner(email)'],
    ],
    [
      'WITH gone AS (DELETE FROM car RETURNING id) UPDATE owner SET name = DEFAULT, email = $1',
      ['update owner(email)', 'delete car()'],
    ],
    ['SELECT id FROM owner FOR UPDATE', []],
  ])('does one operation after the other: %s', async (sql, operations) => {
    const { tree } = await database.tree(sql);
    const found = effects(tree, database.catalog).operations;
    expect(found.map((one) => `${one.event} ${written([one])[0]}`)).toEqual(operations);
  });

  it('MERGE', async () => {
    if (database.catalog.version < 150000) return;
    const { tree } = await database.tree(`
      MERGE INTO car USING owner ON owner.id = owner_id
      WHEN MATCHED AND price > 1 THEN UPDATE SET make = name
      WHEN NOT MATCHED THEN INSERT (id) VALUES (owner.id)`);
    const found = effects(tree, database.catalog);
    expect([written(found.reads), written(found.writes)]).toEqual([
      ['car(owner_id, price)', 'owner(id, name)'],
      ['car(id, make)'],
    ]);
    expect(found.operations.map((one) => `${one.event} ${written([one])[0]}`)).toEqual([
      'update car(make)',
      'insert car(id)',
    ]);
  });
});
