import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cardinalityProblem } from '../../src/analysis/cardinality/problem.ts';
import { cardinality } from '../../src/analysis/cardinality.ts';
import { type Analysed, analysed, servers } from '../support/analysed.ts';
import { tested } from '../support/tested.ts';

// Data with duplicates, NULLs and equal-but-different values wherever no key forbids them.
const schema = `
  CREATE TABLE owner (id int PRIMARY KEY, email text UNIQUE, name text, pet text);
  INSERT INTO owner VALUES (1, 'a@x', 'Ann', 'cat'), (2, 'b@x', 'Ann', 'cat'), (3, NULL, 'Bob', NULL), (4, NULL, 'Bob', NULL);
  CREATE TABLE car (id bigint PRIMARY KEY, owner_id int REFERENCES owner, plate text, country text, price numeric,
    active boolean NOT NULL DEFAULT true, UNIQUE (plate, country));
  INSERT INTO car VALUES (1, 1, 'A', 'mx', 1.0), (2, 1, 'A', 'us', 1.00), (3, 2, 'B', 'mx', 2), (4, NULL, NULL, 'mx', 2),
    (5, NULL, NULL, 'mx', 2);
  CREATE UNIQUE INDEX car_active_owner ON car (owner_id) WHERE active AND owner_id = 99;
  CREATE TABLE person (id int PRIMARY KEY, mail text, ref text, org int NOT NULL, gone timestamptz, home boolean NOT NULL);
  CREATE UNIQUE INDEX ON person (mail) WHERE gone IS NULL;
  CREATE UNIQUE INDEX ON person (ref) WHERE ref IS NOT NULL;
  CREATE UNIQUE INDEX ON person (org) WHERE home AND org <> 9;
  INSERT INTO person VALUES (1, 'a', NULL, 1, NULL, true), (2, 'a', NULL, 1, now(), false), (3, 'a', 'r', 1, now(), false),
    (4, NULL, 's', 9, NULL, true), (5, NULL, NULL, 9, NULL, true);
  CREATE VIEW living AS SELECT * FROM person WHERE gone IS NULL;
  CREATE TABLE deferred (id int, code int UNIQUE DEFERRABLE);
  CREATE TABLE by_expression (code text);
  CREATE UNIQUE INDEX ON by_expression (lower(code), (1));
  INSERT INTO by_expression VALUES ('a'), ('b');
  CREATE TABLE parent (id int PRIMARY KEY, n int);
  CREATE TABLE child () INHERITS (parent);
  INSERT INTO parent VALUES (1, 1); INSERT INTO child VALUES (1, 1), (1, 2);
  CREATE TABLE split (id int, day int, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
  CREATE TABLE split_1 PARTITION OF split FOR VALUES FROM (0) TO (10);
  CREATE TABLE split_2 PARTITION OF split FOR VALUES FROM (10) TO (20);
  INSERT INTO split VALUES (1, 1), (1, 11), (2, 1);
  CREATE VIEW car_with_owner AS SELECT car.*, owner.name FROM car LEFT JOIN owner ON owner.id = car.owner_id;
  CREATE VIEW owner_total AS SELECT owner_id, sum(price) AS total FROM car GROUP BY owner_id;
  CREATE MATERIALIZED VIEW stored AS SELECT id, plate FROM car;
  CREATE UNIQUE INDEX ON stored (id);
  CREATE TABLE exact (n numeric PRIMARY KEY, t text);
  INSERT INTO exact VALUES (1.0, 'one'), (2, 'two');
  CREATE TABLE loose (n numeric);
  INSERT INTO loose VALUES (1.0), (1.00), (2.0);
  CREATE TABLE intercepted (id int PRIMARY KEY);
  CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
  CREATE TRIGGER skip BEFORE INSERT ON intercepted FOR EACH ROW EXECUTE FUNCTION skip();
  CREATE TABLE ruled (id int PRIMARY KEY);
  CREATE RULE twice AS ON INSERT TO ruled DO INSTEAD INSERT INTO owner SELECT generate_series(100, 102) RETURNING id;
  CREATE FUNCTION any_id() RETURNS int LANGUAGE sql VOLATILE AS 'SELECT (random() * 3)::int + 1';
  CREATE FUNCTION one_id(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1';
  CREATE FUNCTION ids() RETURNS SETOF int LANGUAGE sql AS 'VALUES (1), (2)';
  CREATE TABLE judged (k int, n int, t text);
  CREATE FUNCTION good(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 > 0';
  CREATE UNIQUE INDEX ON judged (k) WHERE good(n);
  CREATE UNIQUE INDEX ON judged (k) WHERE abs(n) = 7;
  CREATE FUNCTION folding(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1';
  CREATE UNIQUE INDEX ON judged (folding(t));
  CREATE UNIQUE INDEX ON judged (upper(t));
  INSERT INTO judged VALUES (1, 1), (1, -1);
  CREATE OR REPLACE FUNCTION good(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 < 2';
  CREATE COLLATION folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  CREATE TABLE spelled (word text UNIQUE, folded text COLLATE folded UNIQUE);
  INSERT INTO spelled VALUES ('a', 'x'), ('A', 'y');
  CREATE TABLE by_flag (one boolean PRIMARY KEY CHECK (one), theme text);
  INSERT INTO by_flag VALUES (true, 'dark');
  CREATE TABLE by_name (name varchar PRIMARY KEY CHECK (name = 'main' AND length(name) > 0), leader text);
  INSERT INTO by_name VALUES ('main', 'Ann');
  CREATE TABLE by_unset (name text UNIQUE CHECK (name = 'main'), flag boolean UNIQUE CHECK (flag IS TRUE), n int);
  INSERT INTO by_unset (n) SELECT 1 WHERE false; INSERT INTO by_unset VALUES ('main', true, 1);
  CREATE TABLE by_null (name text UNIQUE CHECK (name = 'main'), flag boolean UNIQUE CHECK (flag));
  INSERT INTO by_null VALUES (NULL, NULL), (NULL, NULL), ('main', true);
  CREATE TABLE by_few (kind text PRIMARY KEY CHECK (kind IN ('a', 'b')), n int);
  INSERT INTO by_few VALUES ('a', 1), ('b', 1);
  CREATE TABLE by_constant (n int);
  CREATE UNIQUE INDEX ON by_constant ((true));
  INSERT INTO by_constant VALUES (1);
  CREATE TABLE by_late (id int PRIMARY KEY, n int);
  INSERT INTO by_late VALUES (1, 1), (2, 2);
  ALTER TABLE by_late ADD CHECK (id = 1) NOT VALID;
  CREATE FUNCTION is_main(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
  CREATE TABLE by_function (name text PRIMARY KEY CHECK (is_main(name)));
  INSERT INTO by_function VALUES ('main'), ('other');
  CREATE TABLE placed (id int PRIMARY KEY, owner_id int NOT NULL, box int, shelf int, gone boolean);
  CREATE UNIQUE INDEX ON placed (owner_id, box) WHERE box IS NOT NULL AND shelf IS NULL;
  CREATE UNIQUE INDEX ON placed (owner_id) WHERE box IS NULL AND shelf IS NULL;
  CREATE UNIQUE INDEX ON placed (owner_id, box, shelf) WHERE shelf IS NOT NULL AND box IS NOT NULL;
  INSERT INTO placed VALUES (1, 1, NULL, NULL), (2, 1, 1, NULL), (3, 1, 1, 1), (4, 1, NULL, 1), (5, 1, NULL, 1);
  CREATE TABLE job (id bigint PRIMARY KEY, state text NOT NULL, n int);
  INSERT INTO job VALUES (1, 'on', 1), (2, 'on', 2), (3, 'off', 2);
  CREATE TABLE moved (id int PRIMARY KEY, n int);
  INSERT INTO moved VALUES (1, 1), (2, 1);
  CREATE FUNCTION move() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.id := NEW.id + 10; RETURN NEW; END';
  CREATE TRIGGER move BEFORE UPDATE ON moved FOR EACH ROW EXECUTE FUNCTION move();
  CREATE TABLE said (word text COLLATE folded);
  INSERT INTO said VALUES ('A');
`;

type Bound = readonly [min: number, max: number | null];
const cases: readonly (readonly [sql: string, bound: Bound, values?: readonly unknown[]])[] = [
  // Partial indexes, whose predicate the query meets.
  ["SELECT * FROM person WHERE mail = 'a' AND gone IS NULL", [0, 1]],
  ["SELECT * FROM person WHERE mail = 'a'", [0, null]],
  ["SELECT * FROM person WHERE mail = 'a' AND gone IS NOT NULL", [0, null]],
  ["SELECT * FROM person p WHERE mail = 'a' AND (gone IS NULL OR org = 1)", [0, null]],
  ["SELECT * FROM living WHERE mail = 'a'", [0, 1]],
  ["SELECT * FROM person p, person q WHERE p.mail = 'a' AND q.gone IS NULL AND p.id = 1", [0, null]],
  ["SELECT * FROM owner o LEFT JOIN person p ON p.mail = 'a' AND p.gone IS NULL WHERE o.id = 1", [0, 1]],
  ["SELECT * FROM owner o LEFT JOIN person p ON p.mail = 'a' WHERE o.id = 1 AND p.gone IS NULL", [0, 1]],
  ["SELECT * FROM person WHERE ref = 'r'", [0, 1]],
  ['SELECT * FROM person WHERE ref IS NULL', [0, null]],
  ["SELECT * FROM person WHERE ref IS NOT DISTINCT FROM 'r'", [0, null]],
  ["SELECT * FROM person WHERE ref IN ('r', 's')", [0, 2]],
  ['SELECT * FROM person WHERE org = 1 AND home AND org <> 9', [0, 1]],
  ['SELECT * FROM person WHERE org = 9 AND home', [0, null]],
  ['SELECT * FROM person WHERE org = 9 AND home AND org <> 8', [0, null]],
  ["UPDATE person SET home = home WHERE mail = 'a' AND gone IS NULL RETURNING id", [0, 1]],
  // a function of the user's may have been another one when the index was written
  ['SELECT * FROM judged WHERE k = 1 AND good(n) AND n < 9', [0, null]],
  ['SELECT * FROM judged WHERE k = 1 AND abs(n) = 7', [0, 1]],
  ["SELECT * FROM judged WHERE folding(t) = 'x'", [0, null]],
  ["SELECT * FROM judged WHERE upper(t) = 'X'", [0, 1]],
  // no FROM
  ['SELECT 1', [1, 1]],
  ['SELECT 1 WHERE $1 = 1', [0, 1], [2]],
  ['SELECT generate_series(1, 3)', [0, null]],
  ['VALUES (1), (2)', [2, 2]],
  // keys
  ['SELECT * FROM owner', [0, null]],
  ['SELECT * FROM owner WHERE id = $1', [0, 1], [1]],
  ['SELECT * FROM owner WHERE $1 = id', [0, 1], [1]],
  ['SELECT * FROM owner WHERE id = 1 AND name = $1', [0, 1], ['Ann']],
  ['SELECT * FROM owner WHERE id = 1 OR id = 2', [0, null]],
  ['SELECT * FROM owner WHERE id > $1', [0, null], [1]],
  ['SELECT * FROM owner WHERE name = $1', [0, null], ['Ann']],
  ['SELECT * FROM owner WHERE id = $1::bigint', [0, 1], ['1']],
  ['SELECT * FROM owner WHERE id::text = $1', [0, null], ['1']],
  ['SELECT * FROM owner WHERE email = $1', [0, 1], ['a@x']],
  ['SELECT * FROM owner WHERE email IS NULL', [0, null]],
  ['SELECT * FROM owner WHERE email IS NOT DISTINCT FROM $1', [0, null], [null]],
  ['SELECT * FROM owner WHERE id IS NOT DISTINCT FROM $1', [0, 1], [1]],
  ['SELECT * FROM owner WHERE id IN ($1, $2)', [0, 2], [1, 2]],
  ['SELECT * FROM owner WHERE id = ANY ($1)', [0, null], [[1, 2]]],
  ['SELECT * FROM owner WHERE id = ALL ($1)', [0, null], [[]]],
  ['SELECT * FROM owner WHERE id NOT IN (1, 2)', [0, null]],
  ['SELECT * FROM car WHERE plate = $1', [0, null], ['A']],
  ['SELECT * FROM car WHERE plate = $1 AND country = $2', [0, 1], ['A', 'mx']],
  ['SELECT * FROM car WHERE (plate, country) = ($1, $2)', [0, 1], ['A', 'mx']],
  ["SELECT * FROM car WHERE plate = $1 AND country IN ('mx', 'us')", [0, 2], ['A']],
  ['SELECT * FROM car WHERE owner_id = $1', [0, null], [1]],
  ['SELECT * FROM deferred WHERE code = 1', [0, null]],
  ["SELECT * FROM by_expression WHERE lower(code) = 'a'", [0, 1]],
  ["SELECT * FROM by_expression WHERE upper(code) = 'A'", [0, null]],
  ['SELECT * FROM by_expression JOIN owner ON lower(code) = name WHERE owner.id = 1', [0, 1]],
  ['SELECT * FROM parent WHERE id = 1', [0, null]],
  ['SELECT * FROM ONLY parent WHERE id = 1', [0, 1]],
  ['SELECT * FROM split WHERE id = 1', [0, null]],
  ['SELECT * FROM split WHERE id = 1 AND day = 1', [0, 1]],
  ['SELECT * FROM stored WHERE id = 1', [0, 1]],
  ["SELECT * FROM spelled WHERE word = 'a'", [0, 1]],
  ["SELECT * FROM spelled WHERE word = 'a' COLLATE folded", [0, null]],
  ['SELECT * FROM spelled JOIN said ON said.word = spelled.word LIMIT 9', [0, 9]],
  [
    'SELECT spelled.word FROM spelled, (SELECT max(word) AS w FROM said) s WHERE spelled.word = s.w',
    [0, null],
  ],
  ["SELECT * FROM spelled WHERE folded = 'x'", [0, 1]],
  ['SELECT * FROM spelled WHERE folded = \'x\' COLLATE "C"', [0, 1]],
  // what is constant
  ['SELECT * FROM owner WHERE id = one_id($1)', [0, 1], [1]],
  ['SELECT * FROM owner WHERE id = any_id()', [0, null]],
  ['SELECT * FROM owner WHERE id = (SELECT max(owner_id) FROM car)', [0, 1]],
  ['SELECT * FROM owner WHERE id = (SELECT max(owner_id) FROM car WHERE car.owner_id = owner.id)', [0, null]],
  ['SELECT * FROM owner WHERE id = id', [0, null]],
  ['SELECT (SELECT name FROM owner WHERE owner.id = car.owner_id) FROM car WHERE car.id = 1', [0, 1]],
  // joins
  ['SELECT * FROM car JOIN owner ON owner.id = car.owner_id', [0, null]],
  ['SELECT * FROM car JOIN owner ON owner.id = car.owner_id WHERE car.id = $1', [0, 1], [1]],
  ['SELECT * FROM car, owner WHERE owner.id = car.owner_id AND car.id = $1', [0, 1], [1]],
  ['SELECT * FROM car JOIN owner ON owner.id = car.owner_id WHERE owner.id = $1', [0, null], [1]],
  ['SELECT * FROM car LEFT JOIN owner ON owner.id = car.owner_id WHERE car.id = $1', [0, 1], [1]],
  ['SELECT * FROM owner RIGHT JOIN car ON owner.id = car.owner_id WHERE car.id = $1', [0, 1], [1]],
  ['SELECT * FROM car LEFT JOIN owner ON owner.name = car.plate WHERE car.id = $1', [0, null], [1]],
  ['SELECT * FROM owner LEFT JOIN car ON car.owner_id = owner.id WHERE owner.id = $1', [0, null], [1]],
  ['SELECT * FROM owner LEFT JOIN car ON car.owner_id = owner.id WHERE car.id = $1', [0, 1], [1]],
  ['SELECT * FROM owner LEFT JOIN car ON car.id = $1 AND car.owner_id = owner.id', [0, null], [1]],
  ['SELECT * FROM car LEFT JOIN owner ON car.id = $1', [0, null], [1]],
  ['SELECT * FROM (SELECT 1 AS a) x FULL JOIN (SELECT 2 AS a) y USING (a)', [1, 2]],
  ['SELECT * FROM (SELECT 1 AS a) x LEFT JOIN (SELECT 1 AS a LIMIT 0) y ON true', [1, 1]],
  ['SELECT * FROM car FULL JOIN owner ON owner.id = car.owner_id WHERE car.id = $1', [0, 1], [1]],
  ['SELECT * FROM car FULL JOIN owner ON owner.id = car.owner_id WHERE owner.id = $1', [0, null], [1]],
  ['SELECT * FROM car JOIN owner USING (id) WHERE id = $1', [0, 1], [1]],
  ['SELECT * FROM car LEFT JOIN owner USING (id) WHERE id = $1', [0, 1], [1]],
  ['SELECT * FROM loose JOIN exact ON exact.n = loose.n WHERE exact.n = 1', [0, null]],
  ['SELECT * FROM loose a, exact WHERE a.n = 1 AND exact.n = a.n', [0, null]],
  ['SELECT exact.* FROM exact JOIN (VALUES (1)) v (n) ON exact.n = v.n', [0, 1]],
  ['SELECT * FROM owner a JOIN owner b ON b.id = a.id WHERE a.id = $1', [0, 1], [1]],
  ['SELECT * FROM owner a JOIN owner b ON b.id = a.id + 1 WHERE a.id = $1', [0, 1], [1]],
  ['SELECT * FROM owner a JOIN owner b ON b.id = any_id() WHERE a.id = $1', [0, null], [1]],
  ['SELECT * FROM owner, (VALUES (1), (2)) v (n) WHERE owner.id = v.n', [0, 2]],
  ['SELECT * FROM owner, ids() i WHERE owner.id = i', [0, null]],
  ['SELECT * FROM owner, one_id($1) i WHERE owner.id = i', [0, 1], [1]],
  ['SELECT * FROM one_id(1)', [1, 1]],
  ['SELECT * FROM ROWS FROM (ids(), one_id(1))', [1, null]],
  ['SELECT * FROM ROWS FROM (ids(), ids())', [0, null]],
  ['SELECT * FROM (VALUES (1)) v FOR UPDATE', [1, 1]],
  ['SELECT * FROM (VALUES (1)) v, owner FOR UPDATE', [0, null]],
  ['WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT * FROM n', [1, null]],
  [
    'WITH RECURSIVE n (i) AS (VALUES (1), (2) UNION SELECT i + 1 FROM n WHERE i < 3) SELECT * FROM n',
    [1, null],
  ],
  [
    'WITH RECURSIVE n (i) AS (SELECT id FROM owner UNION ALL SELECT max FROM (SELECT max(id) FROM owner) m, n WHERE false) SELECT * FROM n',
    [0, null],
  ],
  [
    'WITH RECURSIVE n (i) AS (SELECT 1 WHERE $1 UNION ALL SELECT c FROM (SELECT count(*)::int AS c FROM (SELECT i FROM n) a) b) SELECT * FROM n LIMIT 3',
    [0, 3],
    [false],
  ],
  ['SELECT * FROM ids()', [0, null]],
  // subqueries, lateral, WITH, views
  ['SELECT * FROM (SELECT * FROM owner LIMIT 1) o', [0, 1]],
  ['SELECT * FROM (SELECT * FROM owner) o WHERE id = 1', [0, 1]],
  ['SELECT * FROM (SELECT id + 1 AS id FROM owner) o WHERE id = 1', [0, null]],
  ['SELECT * FROM owner o, LATERAL (SELECT o.id AS x) l WHERE o.id = l.x', [0, null]],
  [
    'SELECT * FROM owner o, LATERAL (SELECT * FROM car WHERE owner_id = o.id LIMIT 1) l WHERE o.id = 1',
    [0, 1],
  ],
  ['SELECT * FROM owner o, LATERAL one_id(o.id) l WHERE o.id = l', [0, null]],
  [
    'SELECT * FROM owner o LEFT JOIN LATERAL (SELECT count(*) FROM car WHERE owner_id = o.id) l ON true WHERE o.id = 1',
    [0, 1],
  ],
  ['WITH o AS (SELECT * FROM owner) SELECT * FROM o WHERE id = $1', [0, 1], [1]],
  ['WITH o AS (SELECT * FROM owner WHERE id = $1) SELECT * FROM o a, o b', [0, 1], [1]],
  [
    'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT * FROM r',
    [1, null],
  ],
  ['SELECT * FROM car_with_owner WHERE id = $1', [0, 1], [1]],
  ['SELECT * FROM car_with_owner', [0, null]],
  ['SELECT * FROM owner JOIN owner_total ON owner_id = owner.id WHERE owner.id = $1', [0, 1], [1]],
  ['SELECT * FROM owner LEFT JOIN owner_total ON owner_id = owner.id WHERE owner.id = $1', [0, 1], [1]],
  ['SELECT * FROM owner_total WHERE total = 2', [0, null]],
  // A subquery in FROM may be run again for each row of what it is joined with: with other values, or without rows that
  // the statement itself has changed meanwhile. A WITH query and a scalar subquery are run once.
  [
    'SELECT * FROM owner o LEFT JOIN (SELECT (random() * 4)::int AS r) s ON true WHERE o.id IS NOT DISTINCT FROM s.r',
    [0, null],
  ],
  ['SELECT * FROM (SELECT (random() * 4)::int AS r) s LEFT JOIN owner o ON o.id = s.r', [1, 1]],
  ['SELECT * FROM (SELECT id, random() AS r FROM owner WHERE id = 1) s JOIN car ON car.id = s.id', [0, 1]],
  [
    `UPDATE owner SET pet = '' FROM (SELECT id FROM owner WHERE pet <> '' LIMIT 1 FOR UPDATE SKIP LOCKED) n
      WHERE n.id = owner.id RETURNING owner.id`,
    [0, null],
  ],
  [
    `UPDATE owner SET pet = '' WHERE id IN (SELECT id FROM owner WHERE pet <> '' LIMIT 1 FOR UPDATE SKIP LOCKED)
      RETURNING id`,
    [0, null],
  ],
  [
    `UPDATE owner SET pet = '' WHERE id = (SELECT id FROM owner WHERE pet <> '' LIMIT 1 FOR UPDATE SKIP LOCKED)
      RETURNING id`,
    [0, 1],
  ],
  [
    `WITH n AS (SELECT id FROM owner WHERE pet <> '' LIMIT 1 FOR UPDATE SKIP LOCKED)
      UPDATE owner SET pet = '' WHERE id IN (SELECT id FROM n) RETURNING id`,
    [0, 1],
  ],
  [
    `WITH n AS (SELECT id FROM owner WHERE pet <> '' LIMIT 1 FOR UPDATE SKIP LOCKED)
      UPDATE owner SET pet = '' FROM n WHERE n.id = owner.id RETURNING owner.id`,
    [0, 1],
  ],
  [
    'UPDATE car SET price = 1 FROM (SELECT id FROM car WHERE id = 1 FOR UPDATE) n WHERE n.id = car.id RETURNING car.id',
    [0, 1],
  ],
  // IN subqueries
  ["SELECT * FROM owner WHERE id IN (SELECT owner_id FROM car WHERE plate = 'A' AND country = 'mx')", [0, 1]],
  ["SELECT * FROM owner WHERE id IN (SELECT owner_id FROM car WHERE plate = 'A')", [0, null]],
  ['SELECT * FROM owner WHERE id IN (SELECT owner_id FROM car LIMIT 2)', [0, 2]],
  ['SELECT * FROM owner WHERE id IN (SELECT owner_id FROM car WHERE owner_id = $1)', [0, 1], [1]],
  ['SELECT * FROM owner WHERE id IN (SELECT (random() * 4)::int)', [0, null]],
  ['SELECT * FROM owner WHERE id IN (SELECT car.id FROM car WHERE car.id = owner.id + 1)', [0, null]],
  ['SELECT * FROM owner WHERE id NOT IN (SELECT 1)', [0, null]],
  ['SELECT * FROM owner WHERE id > ANY (SELECT 1)', [0, null]],
  ['SELECT * FROM car WHERE (plate, country) IN (SELECT plate, country FROM car WHERE id = $1)', [0, 1], [1]],
  ['SELECT * FROM exact WHERE n IN (SELECT n FROM loose WHERE n = 1)', [0, 1]],
  ["SELECT * FROM spelled WHERE word IN (SELECT word FROM said WHERE word = 'a')", [0, null]],
  ['DELETE FROM car WHERE owner_id IN (SELECT 1) AND id IN (SELECT 1) RETURNING id', [0, 1]],
  [
    'WITH k AS (SELECT owner_id FROM car WHERE id = 1) SELECT * FROM owner WHERE id IN (SELECT owner_id FROM k)',
    [0, 1],
  ],
  [
    `WITH k AS (SELECT owner_id FROM car WHERE id = 1), l AS (SELECT owner_id FROM k)
      UPDATE owner SET pet = '' WHERE id IN (SELECT owner_id FROM l) RETURNING id`,
    [0, 1],
  ],
  [
    `WITH k AS (SELECT owner_id FROM car WHERE plate = 'A')
      UPDATE owner SET pet = '' WHERE id IN (SELECT owner_id FROM k) RETURNING id`,
    [0, null],
  ],
  // = ANY (ARRAY(…)), which is made once
  ['SELECT * FROM owner WHERE id = ANY (ARRAY(SELECT owner_id FROM car WHERE id = $1))', [0, 1], [1]],
  ['SELECT * FROM owner WHERE id = ANY (ARRAY(SELECT owner_id FROM car ORDER BY id LIMIT 2))', [0, 2]],
  ['SELECT * FROM owner WHERE id = ANY (ARRAY(SELECT owner_id FROM car))', [0, null]],
  ['SELECT * FROM owner WHERE id <> ANY (ARRAY(SELECT 1))', [0, null]],
  ['SELECT * FROM owner WHERE id = ALL (ARRAY(SELECT 1))', [0, null]],
  ['SELECT * FROM owner WHERE name = ANY (ARRAY(SELECT plate FROM car WHERE id = 1))', [0, null]],
  ['SELECT * FROM owner WHERE id = ANY (ARRAY(SELECT ARRAY[1, 2]))', [0, null]],
  ['SELECT * FROM owner WHERE id = ANY (ARRAY(SELECT owner.id + 1 - 1 LIMIT 1))', [0, null]],
  [
    'SELECT * FROM owner WHERE id = ANY (ARRAY(SELECT c.owner_id FROM car c WHERE c.owner_id = owner.id LIMIT 1))',
    [0, null],
  ],
  [
    `UPDATE owner SET pet = '' WHERE id = ANY (ARRAY(
      SELECT id FROM owner WHERE pet <> '' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)) RETURNING id`,
    [0, 1],
  ],
  [
    `WITH n AS (SELECT id FROM owner WHERE id = 1) UPDATE owner SET pet = '' WHERE id = ANY (ARRAY(SELECT id FROM n))
      RETURNING id`,
    [0, 1],
  ],
  // tables of a single row, by CHECK or by an index on a constant
  ['SELECT theme FROM by_flag', [0, 1]],
  ['SELECT * FROM by_flag, by_name, owner WHERE owner.id = 1', [0, 1]],
  ['SELECT leader FROM by_name', [0, 1]],
  ["UPDATE by_name SET leader = 'Bob' WHERE leader = $1 RETURNING *", [0, 1], ['Ann']],
  ['SELECT * FROM owner LEFT JOIN by_name ON leader = owner.name WHERE owner.id = 1', [0, 1]],
  ['SELECT * FROM by_unset', [0, 1]],
  ['SELECT * FROM by_null', [0, null]],
  ['SELECT * FROM by_null WHERE flag', [0, 1]],
  ['SELECT n FROM by_few', [0, 2]],
  ['SELECT n FROM by_constant', [0, 1]],
  ['SELECT n FROM by_late', [0, null]],
  ['SELECT name FROM by_function', [0, null]],
  // Partial indexes that cover both cases together.
  [
    'SELECT * FROM placed WHERE owner_id = 1 AND box IS NOT DISTINCT FROM $1 AND shelf IS NULL',
    [0, 1],
    [null],
  ],
  ['SELECT * FROM placed WHERE owner_id = 1 AND box IS NOT DISTINCT FROM $1 AND shelf IS NULL', [0, 1], [1]],
  ['SELECT * FROM placed WHERE owner_id = 1 AND box IS NOT DISTINCT FROM $1', [0, null], [null]],
  [
    'SELECT * FROM placed WHERE owner_id = 1 AND box = $1 AND shelf IS NOT DISTINCT FROM $2',
    [0, 1],
    [1, null],
  ],
  [
    'SELECT * FROM placed WHERE owner_id = 1 AND box IS NOT DISTINCT FROM $1 AND shelf IS NOT DISTINCT FROM $2',
    [0, null],
    [null, 1],
  ],
  ['SELECT * FROM placed WHERE owner_id = 1 AND shelf IS NULL', [0, null]],
  // Changed, otherwise as it is.
  [
    `WITH u AS (UPDATE job SET state = 'off' WHERE id = $1 AND state = 'on' RETURNING *)
      SELECT * FROM u UNION SELECT * FROM job WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM u)`,
    [0, 1],
    [1],
  ],
  [
    `WITH u AS (UPDATE job SET state = 'off' WHERE id = $1 AND state = 'on' RETURNING *)
      SELECT * FROM u UNION ALL SELECT * FROM job WHERE id = $1 AND id NOT IN (SELECT id FROM u)`,
    [0, 1],
    [1],
  ],
  [
    `WITH u AS (UPDATE job SET state = 'off' WHERE id = $1 AND state = 'on' RETURNING *)
      SELECT * FROM job WHERE id = $1 AND id <> ALL (SELECT id FROM u) UNION ALL SELECT * FROM u`,
    [0, 1],
    [1],
  ],
  [
    `WITH u AS (UPDATE job SET state = 'off', id = 9 WHERE id = $1 AND state = 'on' RETURNING *)
      SELECT * FROM u UNION ALL SELECT * FROM job WHERE id = $1 AND id NOT IN (SELECT id FROM u)`,
    [0, 2],
    [1],
  ],
  [
    `WITH u AS (UPDATE moved SET n = 2 WHERE id = $1 RETURNING *)
      SELECT * FROM u UNION ALL SELECT * FROM moved WHERE id = $1 AND id NOT IN (SELECT id FROM u)`,
    [0, 2],
    [1],
  ],
  [
    `WITH u AS (UPDATE job SET state = 'off' WHERE id = $1 AND state = 'on' RETURNING *)
      SELECT * FROM u UNION ALL SELECT * FROM job WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM u WHERE state = 'on')`,
    [0, 2],
    [1],
  ],
  [
    `WITH u AS (UPDATE job SET state = 'off' WHERE id = $1 AND state = 'on' RETURNING *)
      SELECT * FROM u UNION ALL SELECT * FROM job WHERE id = $2 AND id NOT IN (SELECT id FROM u)`,
    [0, 2],
    [1, 2],
  ],
  [
    `WITH u AS (UPDATE job SET state = 'off' WHERE id = $1 AND state = 'on' RETURNING *)
      SELECT * FROM u UNION ALL SELECT * FROM job WHERE id = $1`,
    [0, 2],
    [1],
  ],
  [
    `WITH i AS (INSERT INTO job VALUES ($1, 'on') ON CONFLICT DO NOTHING RETURNING *)
      SELECT * FROM i UNION ALL SELECT * FROM job WHERE id = $1 AND NOT EXISTS (SELECT FROM i)`,
    [0, 1],
    [1],
  ],
  [
    // Each of its two places takes a sample of its own.
    `WITH u AS NOT MATERIALIZED (SELECT * FROM job TABLESAMPLE bernoulli (50) WHERE id = $1)
      SELECT id FROM u UNION ALL SELECT id FROM job WHERE id = $1 AND NOT EXISTS (SELECT FROM u)`,
    [0, 2],
    [1],
  ],
  [
    `WITH u AS MATERIALIZED (SELECT * FROM job TABLESAMPLE bernoulli (50) WHERE id = $1)
      SELECT id FROM u UNION ALL SELECT id FROM job WHERE id = $1 AND NOT EXISTS (SELECT FROM u)`,
    [0, 1],
    [1],
  ],
  [
    `WITH u AS (SELECT 1 AS a WHERE $1 = 2) SELECT a FROM u
      UNION ALL SELECT count(*) FROM u WHERE NOT EXISTS (SELECT FROM u)`,
    [1, 2],
    [2],
  ],
  [
    `WITH locked AS (SELECT id FROM job WHERE id = $1 FOR UPDATE),
      upd AS (UPDATE job SET state = 'off' FROM locked WHERE job.id = locked.id RETURNING job.*) SELECT * FROM upd`,
    [0, 1],
    [1],
  ],
  // OFFSET skips rows that the condition around it omits.
  ['SELECT * FROM (SELECT * FROM owner ORDER BY id OFFSET 1) o WHERE id = 2', [0, 1]],
  // grouping, DISTINCT, LIMIT
  ['SELECT count(*) FROM owner', [1, 1]],
  ['SELECT count(*) FROM owner HAVING count(*) > 9', [0, 1]],
  ['SELECT 1 FROM owner HAVING true', [0, 1]],
  ['SELECT name, count(*) FROM owner GROUP BY name', [0, null]],
  ['SELECT name, count(*) FROM owner WHERE name = $1 GROUP BY name', [0, 1], ['Ann']],
  [
    `SELECT o.id, e.name, count(*) FROM owner o LEFT JOIN owner e ON e.email = o.pet LEFT JOIN car c ON c.owner_id = o.id
       WHERE o.id = $1 GROUP BY o.id, e.id`,
    [0, 1],
    [1],
  ],
  [
    `SELECT o.id, e.name, count(*) FROM owner o LEFT JOIN car c ON c.owner_id = o.id LEFT JOIN owner e ON e.email = o.pet
       WHERE o.id = $1 GROUP BY o.id, e.id`,
    [0, 1],
    [1],
  ],
  [
    `SELECT o.id, e.name, count(*) FROM car c RIGHT JOIN owner o ON c.owner_id = o.id LEFT JOIN owner e ON e.email = o.pet
       WHERE o.id = $1 GROUP BY o.id, e.id`,
    [0, 1],
    [1],
  ],
  [
    // In one row it has a partner, in the other it has none.
    `SELECT o.id, e.name, count(*) FROM owner o LEFT JOIN car c ON c.owner_id = o.id
       LEFT JOIN owner e ON e.id = o.id AND c.country = 'mx' WHERE o.id = $1 GROUP BY o.id, e.id`,
    [0, null],
    [1],
  ],
  [
    // Of the car that has no owner e is NULL.
    `SELECT o.id, e.name, count(*) FROM owner o LEFT JOIN car c ON c.owner_id = o.id
       LEFT JOIN owner e ON e.id = c.id WHERE o.id = $1 GROUP BY o.id, e.id`,
    [0, null],
    [1],
  ],
  ['SELECT count(*) FROM owner GROUP BY ()', [1, 1]],
  ['SELECT count(*) FROM owner GROUP BY ROLLUP (name)', [1, null]],
  ['SELECT count(*) FROM owner GROUP BY CUBE (name), GROUPING SETS ((), (email))', [1, null]],
  ['SELECT count(*) FROM owner GROUP BY ROLLUP (name), email', [0, null]],
  ['SELECT count(*) FROM owner GROUP BY GROUPING SETS ((name), (email))', [0, null]],
  ['SELECT name, count(*) FROM owner GROUP BY ROLLUP (name)', [1, null]],
  ['SELECT name, count(*) FROM owner WHERE name = $1 GROUP BY ROLLUP (name)', [1, null], ['Ann']],
  ['SELECT DISTINCT name FROM owner', [0, null]],
  ['SELECT DISTINCT name FROM owner WHERE name = $1', [0, 1], ['Ann']],
  ['SELECT DISTINCT n FROM loose WHERE n = 1', [0, 1]],
  ['SELECT DISTINCT n::text FROM loose WHERE n = 1', [0, null]],
  ['SELECT DISTINCT n FROM (VALUES (1), (1)) v (n)', [1, 2]],
  ['SELECT n FROM (VALUES (1), (1)) v (n) GROUP BY n', [1, 2]],
  ['SELECT DISTINCT 1 FROM owner', [0, 1]],
  ['SELECT DISTINCT count(*) FROM car GROUP BY country', [0, null]],
  ['SELECT DISTINCT row_number() OVER () FROM owner', [0, null]],
  ['SELECT DISTINCT (SELECT count(*) FROM car) FROM owner', [0, 1]],
  ['SELECT DISTINCT ON (name) * FROM owner WHERE name = $1', [0, 1], ['Ann']],
  ['SELECT DISTINCT word FROM said WHERE word = $1', [0, null], ['a']],
  ['SELECT * FROM owner LIMIT 1', [0, 1]],
  ['SELECT * FROM owner LIMIT $1', [0, null], [2]],
  ['SELECT * FROM owner LIMIT ALL', [0, null]],
  ['SELECT * FROM owner LIMIT 5 OFFSET 1', [0, 5]],
  ['SELECT * FROM owner ORDER BY name FETCH FIRST 1 ROW WITH TIES', [0, null]],
  ['SELECT * FROM owner ORDER BY name FETCH FIRST 1 ROW ONLY', [0, 1]],
  ['SELECT count(*) FROM owner LIMIT 0', [0, 0]],
  ['SELECT count(*) FROM owner OFFSET 1', [0, 0]],
  ['SELECT count(*) FROM owner OFFSET $1', [0, 1], [0]],
  ['VALUES (1), (2), (3) LIMIT 2', [2, 2]],
  ['SELECT * FROM owner WHERE id = 1 FOR UPDATE', [0, 1]],
  // set operations
  ['SELECT 1 UNION ALL SELECT 1', [2, 2]],
  ['SELECT 1 UNION SELECT 1', [1, 2]],
  ['SELECT id FROM owner WHERE id = 1 UNION ALL SELECT id FROM car WHERE id = 1', [0, 2]],
  ['SELECT id FROM owner UNION SELECT 1', [1, null]],
  ['SELECT id FROM owner INTERSECT SELECT 1', [0, 1]],
  ['SELECT 1 EXCEPT SELECT id FROM owner', [0, 1]],
  ['SELECT * FROM (SELECT id FROM owner UNION ALL SELECT id FROM car) u WHERE id = 1', [0, 2]],
  // writes
  ['INSERT INTO owner (id) VALUES ($1) RETURNING id', [1, 1], [50]],
  ['INSERT INTO owner (id) VALUES (50), (51) RETURNING id', [2, 2]],
  ['INSERT INTO owner (id) VALUES (1) ON CONFLICT DO NOTHING RETURNING id', [0, 1]],
  ["INSERT INTO owner (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET name = 'x' RETURNING id", [1, 1]],
  [
    "INSERT INTO owner (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET name = 'x' WHERE owner.name = 'y' RETURNING id",
    [0, 1],
  ],
  ['INSERT INTO owner (id) SELECT id + 50 FROM owner RETURNING id', [0, null]],
  ['INSERT INTO owner (id) SELECT id + 50 FROM owner WHERE id = 1 RETURNING id', [0, 1]],
  ['INSERT INTO owner (id) VALUES (generate_series(60, 62)) RETURNING id', [0, null]],
  ['INSERT INTO intercepted VALUES (1) RETURNING id', [0, 1]],
  ['INSERT INTO ruled VALUES (1) RETURNING id', [0, null]],
  ['INSERT INTO split VALUES (9, 9) RETURNING id', [1, 1]],
  ["UPDATE owner SET name = 'x' RETURNING id", [0, null]],
  ["UPDATE owner SET name = 'x' WHERE id = $1 RETURNING id", [0, 1], [1]],
  ['UPDATE owner SET name = plate FROM car WHERE owner.id = 1 RETURNING owner.id', [0, 1]],
  ['UPDATE owner SET name = plate FROM car WHERE owner.id = car.owner_id RETURNING owner.id', [0, null]],
  [
    'UPDATE owner SET name = plate FROM car WHERE owner.id = car.owner_id AND car.id = 1 RETURNING owner.id',
    [0, 1],
  ],
  ['UPDATE parent SET n = 5 WHERE id = 1 RETURNING id', [0, null]],
  ['DELETE FROM car WHERE id = 1 RETURNING id', [0, 1]],
  ['DELETE FROM car USING owner WHERE car.owner_id = owner.id AND owner.id = 1 RETURNING car.id', [0, null]],
  ['WITH n AS (INSERT INTO owner (id) VALUES (70) RETURNING *) SELECT * FROM n', [1, 1]],
  [
    'WITH n AS (INSERT INTO owner (id) VALUES (70) RETURNING *) SELECT * FROM n LEFT JOIN car ON car.id = n.id',
    [1, 1],
  ],
];

describe.each(tested(servers))('how many rows, on %s', (server) => {
  let database: Analysed;
  beforeAll(async () => {
    database = await analysed(server, schema);
    await database.prepare(cases.map(([sql]) => sql));
  });
  afterAll(() => database.close());

  it.each(cases.map(([sql, bound, values = []]) => ({ sql, bound, values })))(
    '$sql',
    async ({ sql, bound, values }) => {
      const [min, max] = bound;
      const { tree } = await database.tree(sql);
      expect(cardinality(tree, database.catalog, new Set())).toEqual({ min, max });
      const rows = await database.rows(sql, values);
      expect(rows.length).toBeGreaterThanOrEqual(min);
      expect(rows.length).toBeLessThanOrEqual(max ?? Number.POSITIVE_INFINITY);
    },
  );

  it('takes nothing for one value that is a list at run time', async () => {
    const bound = async (sql: string) =>
      cardinality((await database.tree(sql)).tree, database.catalog, new Set([1]));
    expect(await bound('SELECT * FROM owner WHERE id IN ($1)')).toEqual({ min: 0, max: null });
    expect(await bound('SELECT * FROM owner WHERE id IN ($1) AND email = $2')).toEqual({ min: 0, max: 1 });
    expect(await bound('SELECT * FROM owner WHERE id IN ($1, 2)')).toEqual({ min: 0, max: null });
    expect(await bound('INSERT INTO owner (id, name) VALUES ($1, $2) RETURNING id')).toEqual({
      min: 1,
      max: null,
    });
    expect(await bound('SELECT * FROM (VALUES ($1::int)) v')).toEqual({ min: 1, max: null });
  });

  it('says which key would prove at most one row', async () => {
    const problem = async (sql: string, command: 'one' | 'maybe' | 'many' = 'one') => {
      const { tree } = await database.tree(sql);
      const rows = cardinality(tree, database.catalog, new Set());
      return cardinalityProblem(command, rows, tree, database.catalog, new Set());
    };
    expect(await problem('SELECT * FROM owner WHERE id = $1')).toBeNull();
    expect(await problem('SELECT * FROM owner', 'many')).toBeNull();
    expect(await problem('SELECT * FROM owner WHERE name = $1')).toEqual([
      'it is marked :one, but nothing proves that it returns at most one row',
      'Compare every column of a unique key with = to one value: public.owner has owner_email_key (email), owner_pkey (id). Or add LIMIT 1, mark it :many, or :one! to assert it.',
    ]);
    const joined =
      'SELECT * FROM owner o LEFT JOIN car_with_owner c ON c.owner_id = o.id, loose WHERE o.id = 1';
    expect((await problem(joined, 'maybe'))?.[1]).toBe(
      'Compare every column of a unique key with = to one value: public.car has car_active_owner (owner_id; its index excludes rows that the query includes), car_pkey (id), car_plate_country_key (plate, country); public.loose has none. Or add LIMIT 1, mark it :many, or :maybe! to assert it.',
    );
    expect(await problem('VALUES (1), (2)')).toEqual([
      'it is marked :one, but it can return 2 rows',
      'Add LIMIT 1, mark it :many, or :one! to assert it.',
    ]);
    expect((await problem('UPDATE deferred SET id = 1 WHERE code = $1 RETURNING id'))?.[1]).toBe(
      'Compare every column of a unique key with = to one value: public.deferred has deferred_code_key (code; it is deferrable). Or mark it :many, or :one! to assert it.',
    );
  });

  it.each([
    [
      "SELECT * FROM car WHERE plate = 'A'",
      'car_plate_country_key (plate, country; country is not compared)',
    ],
    [
      "SELECT * FROM person WHERE mail = 'a'",
      'person_mail_idx (mail; its index excludes rows that the query includes)',
    ],
    [
      'SELECT * FROM spelled WHERE word = $1 COLLATE folded',
      'spelled_word_key (word; word is compared by another collation or operator)',
    ],
    ['SELECT * FROM owner WHERE id = ANY ($1)', 'owner_pkey (id; id is compared with several values)'],
    ['SELECT * FROM owner WHERE email IS NOT DISTINCT FROM $1', 'owner_email_key (email; email may be NULL)'],
    [
      'SELECT * FROM owner JOIN car ON owner.id = car.owner_id',
      'owner_pkey (id; id is compared with a value that differs from row to row)',
    ],
    ['SELECT * FROM parent WHERE id = 1', 'none that covers the tables that inherit from it'],
    ['SELECT * FROM by_expression', 'public.by_expression has none'],
  ])('says what a key lacks that the query compares already: %s', async (sql, said) => {
    const { tree } = await database.tree(sql);
    const rows = cardinality(tree, database.catalog, new Set());
    const [, hint] = cardinalityProblem('maybe', rows, tree, database.catalog, new Set()) ?? [];
    expect(hint).toContain(said);
  });

  it('WITHOUT OVERLAPS', async () => {
    if (server === 'PGlite' || database.catalog.version < 180000) return;
    await database.client.query(`CREATE EXTENSION btree_gist;
      CREATE TABLE stay (room int, during daterange, note text, PRIMARY KEY (room, during WITHOUT OVERLAPS));
      CREATE TABLE loan (item text, during datemultirange, UNIQUE (item, during WITHOUT OVERLAPS));
      INSERT INTO stay VALUES (1, '[2026-01-01,2026-01-05)'), (1, '[2026-01-05,2026-01-09)'), (2, '[2026-01-01,2026-01-05)');
      INSERT INTO loan VALUES (NULL, '{[2026-01-01,2026-01-05)}'), (NULL, '{[2026-01-01,2026-01-05)}'),
        ('a', NULL), ('a', NULL), ('a', '{[2026-01-01,2026-01-05)}')`);
    const { loadCatalog } = await import('../../src/analysis/catalog/load.ts');
    const catalog = await loadCatalog(database.client, []);
    const one: Bound = [0, 1];
    const many: Bound = [0, null];
    for (const [condition, [min, max], values] of [
      ['stay WHERE room = $1 AND during = $2', one, [1, '[2026-01-01,2026-01-05)']],
      ['stay WHERE room = $1 AND during @> $2::date', one, [1, '2026-01-05']],
      ['stay WHERE room = $1 AND $2::date <@ during', one, [1, '2026-01-05']],
      ['stay WHERE room = $1 AND during && $2', many, [1, '[2026-01-01,2026-01-09)']],
      ['stay WHERE room = $1 AND during @> $2::daterange', many, [1, 'empty']],
      ['stay WHERE during @> $1::date', many, ['2026-01-01']],
      ['stay WHERE room = $1 AND during @> lower(during)', many, [1]],
      ['stay WHERE room = $1', many, [1]],
      ['loan WHERE item = $1 AND during @> $2::date', one, ['a', '2026-01-01']],
      ['loan WHERE item IS NOT DISTINCT FROM $1 AND during @> $2::date', many, [null, '2026-01-01']],
      ['loan WHERE item = $1 AND during IS NOT DISTINCT FROM $2', many, ['a', null]],
      ['loan WHERE item = $1 AND during = $2', one, ['a', '{[2026-01-01,2026-01-05)}']],
    ] as const) {
      const { tree } = await database.tree(`SELECT * FROM ${condition}`);
      expect([condition, cardinality(tree, catalog, new Set())]).toEqual([condition, { min, max }]);
      const { length } = await database.rows(`SELECT * FROM ${condition}`, values);
      expect(length).toBeLessThanOrEqual(max ?? Number.POSITIVE_INFINITY);
    }
    const { tree } = await database.tree('SELECT * FROM stay WHERE room = $1');
    const [, hint] = cardinalityProblem('maybe', { min: 0, max: null }, tree, catalog, new Set()) ?? [];
    expect(hint).toContain('stay_pkey (room, during WITHOUT OVERLAPS; during is not compared)');
  });

  it('NULLS NOT DISTINCT', async () => {
    if (database.catalog.version < 150000) return;
    await database.client.query('CREATE TABLE IF NOT EXISTS scarce (code text UNIQUE NULLS NOT DISTINCT)');
    const { loadCatalog } = await import('../../src/analysis/catalog/load.ts');
    const catalog = await loadCatalog(database.client, []);
    for (const condition of ['code IS NULL', 'code IS NOT DISTINCT FROM $1', 'code = $1']) {
      const { tree } = await database.tree(`SELECT * FROM scarce WHERE ${condition}`);
      expect(cardinality(tree, catalog, new Set())).toEqual({ min: 0, max: 1 });
    }
  });

  it('MERGE', async () => {
    if (database.catalog.version < 170000) return;
    const bound = async (rest: string) =>
      cardinality((await database.tree(`MERGE INTO owner ${rest}`)).tree, database.catalog, new Set());
    const one = "USING (VALUES ($1::int)) v (id) ON owner.id = v.id WHEN MATCHED THEN UPDATE SET name = 'x'";
    expect(await bound(`${one} RETURNING owner.id`)).toEqual({ min: 0, max: 1 });
    expect(await bound(`${one.replace('owner.id = v.id', 'owner.id > v.id')} RETURNING 1 AS a`)).toEqual({
      min: 0,
      max: null,
    });
    expect(await bound(`${one} WHEN NOT MATCHED BY SOURCE THEN DELETE RETURNING owner.id`)).toEqual({
      min: 0,
      max: null,
    });
    expect(
      await bound(
        `USING car ON owner.id = car.owner_id AND car.id = 1 WHEN MATCHED THEN DELETE RETURNING 1 AS a`,
      ),
    ).toEqual({ min: 0, max: null });
  });
});
