import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import { fileOffset, parameterUses } from '../../src/sql/postgres-text.ts';
import { readStatements } from '../../src/sql/read.ts';
import type { Statement } from '../../src/sql/statement.ts';
import { type Analysed, analysed, servers } from '../support/analysed.ts';
import { tested } from '../support/tested.ts';

const schema = `
  CREATE TYPE pair AS (p int, q text);
  CREATE TABLE car (id int PRIMARY KEY, make text NOT NULL, price numeric, gone int);
  ALTER TABLE car DROP COLUMN gone;
  CREATE TABLE owner (id bigint PRIMARY KEY, car_id int, name text);
  CREATE TABLE odd ("Id" int, "select" text, "a b" int, "q""q" int, "user" int, x$1 int, é int);
  CREATE TABLE held (id int, inner_pair pair);
  CREATE TABLE nothing ();
  CREATE SCHEMA other;
  CREATE TABLE other.car (id int, colour text);
  CREATE VIEW cheap AS SELECT * FROM car WHERE price < 10;
  CREATE FUNCTION pairs(n int) RETURNS SETOF pair LANGUAGE sql AS 'SELECT 1, ''a''';
  CREATE FUNCTION outs(n int, OUT a int, OUT b text) LANGUAGE sql AS 'SELECT 1, ''a''';
`;

type Case = readonly [sql: string, expanded: string, since?: number];

const cases: readonly Case[] = [
  // One relation.
  ['SELECT * FROM car', 'SELECT id, make, price FROM car'],
  ['SELECT*FROM car', 'SELECT id, make, price FROM car'],
  ['SELECT ALL * FROM car', 'SELECT ALL id, make, price FROM car'],
  ['SELECT DISTINCT * FROM car', 'SELECT DISTINCT id, make, price FROM car'],
  [
    'SELECT DISTINCT ON (make) * FROM car ORDER BY make',
    'SELECT DISTINCT ON (make) id, make, price FROM car ORDER BY make',
  ],
  ['SELECT c.* FROM car c', 'SELECT c.id, c.make, c.price FROM car c'],
  ['SELECT public.car.* FROM car', 'SELECT public.car.id, public.car.make, public.car.price FROM car'],
  ['SELECT "car" . * FROM car', 'SELECT "car" . id, "car" . make, "car" . price FROM car'],
  ['SELECT *, id * 2 AS twice FROM car', 'SELECT id, make, price, id * 2 AS twice FROM car'],
  ['SELECT 1 AS one, * FROM car', 'SELECT 1 AS one, id, make, price FROM car'],
  ['SELECT count(*) AS n, (2)*3 AS six FROM car', 'SELECT count(*) AS n, (2)*3 AS six FROM car'],
  [
    "SELECT '*' AS a, /* * , */ -- SELECT *\n * FROM car",
    "SELECT '*' AS a, /* * , */ -- SELECT *\n id, make, price FROM car",
  ],
  [
    'SELECT $$SELECT *$$ AS s, car./* of it */* FROM car',
    'SELECT $$SELECT *$$ AS s, car./* of it */id, car./* of it */make, car./* of it */price FROM car',
  ],
  ['SELECT * FROM ONLY car', 'SELECT id, make, price FROM ONLY car'],
  ['SELECT * FROM cheap', 'SELECT id, make, price FROM cheap'],
  ['SELECT * FROM odd', 'SELECT "Id", "select", "a b", "q""q", "user", x$1, "é" FROM odd'],
  [
    "SELECT 'é€😀' AS s, o.* FROM odd o",
    'SELECT \'é€😀\' AS s, o."Id", o."select", o."a b", o."q""q", o."user", o.x$1, o."é" FROM odd o',
  ],
  ['SELECT * FROM car AS c (a, b)', 'SELECT a, b, price FROM car AS c (a, b)'],
  ['SELECT car FROM car', 'SELECT car FROM car'],
  ['SELECT count(car.*) AS n FROM car', 'SELECT count(car.*) AS n FROM car'],
  ['SELECT row_to_json(car.*) AS r FROM car', 'SELECT row_to_json(car.*) AS r FROM car'],
  // Several.
  [
    'SELECT * FROM car NATURAL JOIN other.car o',
    'SELECT car.id, car.make, car.price, o.colour FROM car NATURAL JOIN other.car o',
  ],
  [
    'SELECT * FROM car JOIN other.car USING (id)',
    'SELECT public.car.id, public.car.make, public.car.price, other.car.colour FROM car JOIN other.car USING (id)',
  ],
  [
    'SELECT * FROM car c LEFT JOIN other.car o USING (id)',
    'SELECT c.id, c.make, c.price, o.colour FROM car c LEFT JOIN other.car o USING (id)',
  ],
  [
    'SELECT * FROM car c RIGHT JOIN owner o USING (id)',
    'SELECT o.id, c.make, c.price, o.car_id, o.name FROM car c RIGHT JOIN owner o USING (id)',
  ],
  [
    'SELECT * FROM car c FULL JOIN owner o USING (id)',
    'SELECT id, c.make, c.price, o.car_id, o.name FROM car c FULL JOIN owner o USING (id)',
  ],
  [
    'SELECT * FROM (car c JOIN other.car o USING (id)) AS j (a, b, p)',
    'SELECT j.a, j.b, j.p, j.colour FROM (car c JOIN other.car o USING (id)) AS j (a, b, p)',
  ],
  [
    'SELECT j.*, 1 AS one FROM (car c JOIN other.car o USING (id)) AS j',
    'SELECT j.id, j.make, j.price, j.colour, 1 AS one FROM (car c JOIN other.car o USING (id)) AS j',
  ],
  [
    'SELECT * FROM car c JOIN other.car o USING (id) AS u',
    'SELECT c.id, c.make, c.price, o.colour FROM car c JOIN other.car o USING (id) AS u',
  ],
  [
    'SELECT u.*, o.colour FROM car c JOIN other.car o USING (id) AS u',
    'SELECT u.id, o.colour FROM car c JOIN other.car o USING (id) AS u',
  ],
  ['SELECT c.*, o.name FROM car c, owner o', 'SELECT c.id, c.make, c.price, o.name FROM car c, owner o'],
  // Nested.
  [
    'SELECT x.* FROM (SELECT * FROM car) x',
    'SELECT x.id, x.make, x.price FROM (SELECT car.id, car.make, car.price FROM car) x',
  ],
  [
    'WITH x AS (SELECT * FROM car) SELECT * FROM x',
    'WITH x AS (SELECT car.id, car.make, car.price FROM car) SELECT id, make, price FROM x',
  ],
  [
    'WITH RECURSIVE x AS (SELECT c.* FROM car c UNION ALL SELECT x.* FROM x WHERE x.id < 3) TABLE x',
    'WITH RECURSIVE x AS (SELECT c.id, c.make, c.price FROM car c UNION ALL SELECT x.id, x.make, x.price FROM x WHERE x.id < 3) TABLE x',
  ],
  [
    'SELECT * FROM car UNION ALL (SELECT * FROM cheap ORDER BY id)',
    'SELECT car.id, car.make, car.price FROM car UNION ALL (SELECT cheap.id, cheap.make, cheap.price FROM cheap ORDER BY id)',
  ],
  [
    'SELECT id FROM car c WHERE EXISTS (SELECT * FROM owner o WHERE o.car_id = c.id)',
    'SELECT id FROM car c WHERE EXISTS (SELECT o.id, o.car_id, o.name FROM owner o WHERE o.car_id = c.id)',
  ],
  [
    'SELECT l.* FROM car c CROSS JOIN LATERAL (SELECT c.*, 2 AS two) l',
    'SELECT l.id, l.make, l.price, l.two FROM car c CROSS JOIN LATERAL (SELECT c.id, c.make, c.price, 2 AS two) l',
  ],
  ['SELECT ROW(c.*, 1) AS r FROM car c', 'SELECT ROW(c.id, c.make, c.price, 1) AS r FROM car c'],
  [
    'SELECT v.column1 AS a FROM car c, LATERAL (VALUES (c.*)) v',
    'SELECT v.column1 AS a FROM car c, LATERAL (VALUES (c.id, c.make, c.price)) v',
  ],
  // Composite values.
  ['SELECT (inner_pair).* FROM held', 'SELECT (inner_pair).p, (inner_pair).q FROM held'],
  [
    'SELECT h.id, (h.inner_pair).* FROM held AS h',
    'SELECT h.id, (h.inner_pair).p, (h.inner_pair).q FROM held AS h',
  ],
  [
    'SELECT (x.h).inner_pair.* FROM (SELECT h FROM held h) x',
    'SELECT (x.h).inner_pair.p, (x.h).inner_pair.q FROM (SELECT h FROM held h) x',
  ],
  ['SELECT (outs(1)).* ', 'SELECT (outs(1)).a, (outs(1)).b'],
  // Functions.
  ['SELECT * FROM generate_series(1, 3)', 'SELECT generate_series FROM generate_series(1, 3)'],
  ['SELECT * FROM generate_series(1, 3) AS n', 'SELECT n FROM generate_series(1, 3) AS n'],
  ['SELECT * FROM pairs(1) WITH ORDINALITY', 'SELECT p, q, ordinality FROM pairs(1) WITH ORDINALITY'],
  [
    'SELECT * FROM ROWS FROM (pairs(1), generate_series(1, 2)) AS r (a, b), car c',
    'SELECT r.a, r.b, r.generate_series, c.id, c.make, c.price FROM ROWS FROM (pairs(1), generate_series(1, 2)) AS r (a, b), car c',
  ],
  ['SELECT * FROM outs(1)', 'SELECT a, b FROM outs(1)'],
  [
    `SELECT * FROM json_to_recordset('[]') AS j (a int, "B" text)`,
    `SELECT a, "B" FROM json_to_recordset('[]') AS j (a int, "B" text)`,
  ],
  [
    'SELECT * FROM unnest(ARRAY[1], ARRAY[2]) AS u (a, b)',
    'SELECT a, b FROM unnest(ARRAY[1], ARRAY[2]) AS u (a, b)',
  ],
  ['SELECT * FROM current_date', 'SELECT "current_date" FROM current_date'],
  [
    `SELECT * FROM XMLTABLE('/a' PASSING (xml '<a/>') COLUMNS x int PATH 'x') t, car c`,
    `SELECT t.x, c.id, c.make, c.price FROM XMLTABLE('/a' PASSING (xml '<a/>') COLUMNS x int PATH 'x') t, car c`,
  ],
  ['SELECT * FROM (VALUES (1, 2)) v (a)', 'SELECT a, column2 FROM (VALUES (1, 2)) v (a)'],
  [
    'SELECT * FROM (VALUES (1, 2)), car',
    'SELECT column1, column2, car.id, car.make, car.price FROM (VALUES (1, 2)), car',
    16,
  ],
  [
    `SELECT * FROM JSON_TABLE(jsonb '[]', '$[*]' COLUMNS (id int PATH '$.id', n FOR ORDINALITY)) AS t`,
    `SELECT id, n FROM JSON_TABLE(jsonb '[]', '$[*]' COLUMNS (id int PATH '$.id', n FOR ORDINALITY)) AS t`,
    17,
  ],
  // Grouping.
  [
    'SELECT c.*, count(*) AS n FROM car c JOIN owner o ON o.car_id = c.id GROUP BY c.id',
    'SELECT c.id, c.make, c.price, count(*) AS n FROM car c JOIN owner o ON o.car_id = c.id GROUP BY c.id',
  ],
  ['SELECT * FROM car GROUP BY 1, 2, 3', 'SELECT id, make, price FROM car GROUP BY 1, 2, 3'],
  // Writes.
  [
    "INSERT INTO car VALUES (1, 'a', 2) RETURNING *",
    "INSERT INTO car VALUES (1, 'a', 2) RETURNING id, make, price",
  ],
  [
    'INSERT INTO car AS c SELECT * FROM cheap ON CONFLICT (id) DO UPDATE SET make = excluded.make RETURNING c.*',
    'INSERT INTO car AS c SELECT cheap.id, cheap.make, cheap.price FROM cheap ON CONFLICT (id) DO UPDATE SET make = excluded.make RETURNING c.id, c.make, c.price',
  ],
  ['UPDATE car SET price = 1 RETURNING *', 'UPDATE car SET price = 1 RETURNING id, make, price'],
  [
    'UPDATE car SET price = 1 FROM other.car o WHERE o.id = car.id RETURNING car.*, o.colour',
    'UPDATE car SET price = 1 FROM other.car o WHERE o.id = car.id RETURNING car.id, car.make, car.price, o.colour',
  ],
  [
    'UPDATE car SET price = 1 FROM (SELECT 1 AS n) s RETURNING *',
    'UPDATE car SET price = 1 FROM (SELECT 1 AS n) s RETURNING car.id, car.make, car.price, s.n',
  ],
  [
    'DELETE FROM car AS c USING (SELECT 1 AS n) s RETURNING *',
    'DELETE FROM car AS c USING (SELECT 1 AS n) s RETURNING c.id, c.make, c.price, s.n',
  ],
  ['DELETE FROM car RETURNING *', 'DELETE FROM car RETURNING id, make, price'],
  [
    'WITH gone AS (DELETE FROM car RETURNING *) SELECT * FROM gone',
    'WITH gone AS (DELETE FROM car RETURNING car.id, car.make, car.price) SELECT id, make, price FROM gone',
  ],
  [
    'UPDATE held SET inner_pair = x.inner_pair FROM (SELECT * FROM held) x',
    'UPDATE held SET inner_pair = x.inner_pair FROM (SELECT held.id, held.inner_pair FROM held) x',
  ],
  [
    'MERGE INTO car c USING (SELECT 1 AS n) s ON c.id = s.n WHEN MATCHED THEN DELETE RETURNING *',
    'MERGE INTO car c USING (SELECT 1 AS n) s ON c.id = s.n WHEN MATCHED THEN DELETE RETURNING s.n, c.id, c.make, c.price',
    17,
  ],
  [
    'UPDATE car SET price = 1 RETURNING old.*, new.price AS now',
    'UPDATE car SET price = 1 RETURNING old.id, old.make, old.price, new.price AS now',
    18,
  ],
  [
    'UPDATE car SET price = 1 RETURNING WITH (OLD AS o) *',
    'UPDATE car SET price = 1 RETURNING WITH (OLD AS o) id, make, price',
    18,
  ],
  // What cannot be written so stays.
  ['SELECT * FROM nothing', 'SELECT * FROM nothing'],
  [
    'SELECT a.id FROM car a WHERE EXISTS (SELECT * FROM (SELECT 1 AS x, 2 AS x) d)',
    'SELECT a.id FROM car a WHERE EXISTS (SELECT * FROM (SELECT 1 AS x, 2 AS x) d)',
  ],
  [
    'SELECT * FROM car WHERE EXISTS (SELECT * FROM (SELECT 1 AS x, 2 AS x) d)',
    'SELECT id, make, price FROM car WHERE EXISTS (SELECT * FROM (SELECT 1 AS x, 2 AS x) d)',
  ],
  ['EXPLAIN SELECT * FROM car', 'EXPLAIN SELECT * FROM car'],
];

describe.each(tested(servers))('stars on PostgreSQL %s', (server) => {
  let database: Analysed;
  beforeAll(async () => {
    database = await analysed(server, schema);
  });
  afterAll(() => database.close());

  async function expanded(statements: readonly Statement[], text: string) {
    const { queries, diagnostics } = await analyse(database.client, statements, {
      texts: new Map([['a.sql', text]]),
      lenientParameters: false,
      catalog: Promise.resolve(database.catalog),
    });
    expect(diagnostics).toEqual([]);
    return queries;
  }

  it('are the columns that they represent', async () => {
    const major = Number.parseInt(database.catalog.release, 10);
    const possible = cases.filter(([, , since = 14]) => since <= major);
    const text = possible.map(([sql], i) => `/* @name Q${i} */ ${sql};`).join('\n');
    const { statements, diagnostics } = readStatements('a.sql', text);
    expect(diagnostics).toEqual([]);
    const queries = await expanded(statements, text);
    expect(queries.map(({ statement }) => statement.sql.trim())).toEqual(
      possible.map(([, sql]) => sql.trim()),
    );
    expect(queries.map(({ statement }) => statement.body)).toEqual(statements.map(({ body }) => body));
  });

  it('leave the parameters where they are', async () => {
    const text = `/* @name A @param ids -> (...) @param o -> (a, b) */
      SELECT :x::int AS x, c.*, (2 + :x) AS y, o.* FROM car c JOIN other.car o (oid, colour) ON true
      WHERE c.id IN :ids AND (c.id, c.make) = :o AND c.id IN (SELECT x.id FROM (SELECT * FROM owner WHERE id = :x) x) LIMIT:n`;
    const { statements, diagnostics } = readStatements('a.sql', text);
    expect(diagnostics).toEqual([]);
    const [before] = statements;
    const [after] = (await expanded(statements, text)).map(({ statement }) => statement);
    if (before === undefined || after === undefined) throw new Error('no statement');
    expect(after.sql).toBe(
      `SELECT $1::int AS x, c.id, c.make, c.price, (2 + $1) AS y, o.oid, o.colour FROM car c JOIN other.car o (oid, colour) ON true
      WHERE c.id IN ($2) AND (c.id, c.make) = ($3, $4) AND c.id IN (SELECT x.id FROM (SELECT owner.id, owner.car_id, owner.name FROM owner WHERE id = $1) x) LIMIT $5`,
    );
    expect(after.parts.filter((part) => typeof part === 'number')).toEqual([0, 0, 1, 2, 0, 3]);
    const written = ['$1', '($2)', '($3, $4)', '$5'];
    expect(after.parts.map((part) => (typeof part === 'number' ? written[part] : part)).join('')).toBe(
      after.sql,
    );
    expect(parameterUses(after)).toEqual(parameterUses(before));
    expect(fileOffset(after, after.sql.indexOf('c.price'))).toBe(text.indexOf('c.*'));
    for (const word of ['AS y', 'FROM car', 'WHERE id', 'LIMIT']) {
      expect(fileOffset(after, after.sql.indexOf(word))).toBe(text.indexOf(word));
    }
  });
});
