/** A migration, and calls of modules that were generated before it. */
export interface ExecutedCase {
  readonly name: string;
  readonly schema: string;
  readonly migration: string;
  /** Who calls; a superuser if absent. */
  readonly role?: string;
  readonly queries: readonly ExecutedCall[];
}

export interface ExecutedCall {
  readonly sql: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly command?: string;
  /** The SQLSTATE, or the error of the runtime, that the call fails with after the migration. Where it does, `impact` must warn, and else it must not. */
  readonly fails?: string;
  /** Whether it warns all the same: other parameters or rows would fail, or something else is returned. */
  readonly isWarned?: true;
}

export const executedCases: readonly ExecutedCase[] = [
  {
    name: "a domain's CHECK, for a cast",
    schema: `CREATE DOMAIN d1 AS integer CHECK (VALUE < 100);`,
    migration: `ALTER DOMAIN d1 ADD CHECK (VALUE < 10)`,
    queries: [{ sql: `SELECT (:n::integer)::d1 AS n`, params: { n: 50 }, fails: '23514' }],
  },
  {
    name: "a domain's CHECK, for an array",
    schema: `CREATE DOMAIN d2 AS integer; CREATE TABLE t2 (a d2[]);`,
    migration: `ALTER DOMAIN d2 ADD CHECK (VALUE < 10) NOT VALID`,
    queries: [{ sql: `INSERT INTO t2 (a) VALUES (:a)`, params: { a: [50] }, fails: '23514' }],
  },
  {
    name: "a domain's CHECK, for a composite type",
    schema: `CREATE DOMAIN d3 AS integer; CREATE TYPE p3 AS (x d3, y text); CREATE TABLE t3 (p p3);`,
    migration: `ALTER DOMAIN d3 ADD CHECK (VALUE < 10) NOT VALID`,
    queries: [
      { sql: `INSERT INTO t3 (p) VALUES (:p)`, params: { p: { x: 50, y: 'a' } }, fails: '23514' },
      { sql: `SELECT (:p::p3).y AS y`, params: { p: { x: 50, y: 'a' } }, fails: '23514' },
    ],
  },
  {
    name: "a domain's CHECK, for a domain over it",
    schema: `CREATE DOMAIN d4 AS integer; CREATE DOMAIN e4 AS d4; CREATE TABLE t4 (a e4);`,
    migration: `ALTER DOMAIN d4 ADD CHECK (VALUE < 10)`,
    queries: [{ sql: `INSERT INTO t4 (a) VALUES (:a)`, params: { a: 50 }, fails: '23514' }],
  },
  {
    name: "a domain's CHECK, for an argument",
    schema: `CREATE DOMAIN d5 AS integer; CREATE OR REPLACE FUNCTION f5(x d5) RETURNS integer LANGUAGE plpgsql  AS $f$BEGIN RETURN x; END$f$;`,
    migration: `ALTER DOMAIN d5 ADD CHECK (VALUE < 10)`,
    queries: [{ sql: `SELECT f5(:n::integer) AS n`, params: { n: 50 }, fails: '23514' }],
  },
  {
    name: "a domain's CHECK, for a variable",
    schema: `CREATE DOMAIN d6 AS integer; CREATE OR REPLACE FUNCTION f6(x integer) RETURNS integer LANGUAGE plpgsql  AS $f$DECLARE v d6; BEGIN v := x; RETURN v; END$f$;`,
    migration: `ALTER DOMAIN d6 ADD CHECK (VALUE < 10)`,
    queries: [{ sql: `SELECT f6(:n) AS n`, params: { n: 50 }, fails: '23514' }],
  },
  {
    name: "a domain's NOT NULL",
    schema: `CREATE DOMAIN d7 AS integer; CREATE TABLE t7 (id integer, a d7);`,
    migration: `ALTER DOMAIN d7 SET NOT NULL`,
    queries: [
      { sql: `INSERT INTO t7 (id) VALUES (:id)`, params: { id: 1 }, fails: '23502' },
      { sql: `UPDATE t7 SET a = nullif(:x::integer, 3)`, params: { x: 3 }, isWarned: true },
      { sql: `SELECT nullif(:x::integer, 3)::d7 AS x`, params: { x: 3 }, fails: '23502' },
    ],
  },
  {
    name: 'a function is replaced',
    schema: `CREATE OR REPLACE FUNCTION f8(x integer) RETURNS integer LANGUAGE plpgsql  AS $f$BEGIN RETURN x; END$f$;`,
    migration: `CREATE OR REPLACE FUNCTION f8(x integer) RETURNS integer LANGUAGE plpgsql  AS $f$BEGIN RAISE check_violation; END$f$;`,
    queries: [{ sql: `SELECT f8(:n) AS n`, params: { n: 1 }, fails: '23514' }],
  },
  {
    name: 'a function of a view is replaced',
    schema: `CREATE OR REPLACE FUNCTION f9(x integer) RETURNS integer LANGUAGE plpgsql  AS $f$BEGIN RETURN x; END$f$; CREATE TABLE t9 (a integer); INSERT INTO t9 VALUES (1); CREATE VIEW v9 AS SELECT f9(a) AS a FROM t9;`,
    migration: `CREATE OR REPLACE FUNCTION f9(x integer) RETURNS integer LANGUAGE plpgsql  AS $f$BEGIN RAISE check_violation; END$f$;`,
    queries: [{ sql: `SELECT a FROM v9`, fails: '23514' }],
  },
  {
    name: 'a function of a CHECK is replaced',
    schema: `CREATE OR REPLACE FUNCTION f10(x integer) RETURNS boolean LANGUAGE plpgsql  AS $f$BEGIN RETURN true; END$f$; CREATE TABLE t10 (a integer CHECK (f10(a)));`,
    migration: `CREATE OR REPLACE FUNCTION f10(x integer) RETURNS boolean LANGUAGE plpgsql  AS $f$BEGIN RETURN x < 5; END$f$;`,
    queries: [{ sql: `INSERT INTO t10 (a) VALUES (:a)`, params: { a: 9 }, fails: '23514' }],
  },
  {
    name: 'a function gets a search_path',
    schema: `CREATE TABLE t11 (a integer); CREATE OR REPLACE FUNCTION f11() RETURNS bigint LANGUAGE plpgsql  AS $f$BEGIN RETURN (SELECT count(*) FROM t11); END$f$;`,
    migration: `ALTER FUNCTION f11() SET search_path = pg_catalog`,
    queries: [{ sql: `SELECT f11() AS n`, fails: '42P01' }],
  },
  {
    name: "a function has no more its owner's privileges",
    schema: `CREATE TABLE t12 (a integer); CREATE OR REPLACE FUNCTION f12() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS $f$BEGIN RETURN (SELECT count(*) FROM t12); END$f$;`,
    migration: `ALTER FUNCTION f12() SECURITY INVOKER`,
    role: 'nodrift_uses',
    queries: [{ sql: `SELECT f12() AS n`, fails: '42501' }],
  },
  {
    name: 'a function becomes STRICT',
    schema: `CREATE OR REPLACE FUNCTION f13(x integer) RETURNS integer LANGUAGE plpgsql  AS $f$BEGIN RETURN coalesce(x, 0); END$f$;`,
    migration: `ALTER FUNCTION f13(integer) STRICT`,
    queries: [
      {
        sql: `SELECT 1 / coalesce(f13(nullif(:n::integer, 1)) + 1, 0) AS n`,
        params: { n: 1 },
        fails: '22012',
      },
    ],
  },
  {
    name: 'a call means another function',
    schema: `CREATE OR REPLACE FUNCTION f14(x numeric) RETURNS integer LANGUAGE plpgsql  AS $f$BEGIN RETURN 1; END$f$;`,
    migration: `CREATE OR REPLACE FUNCTION f14(x integer) RETURNS integer LANGUAGE plpgsql  AS $f$BEGIN RAISE check_violation; END$f$;`,
    queries: [{ sql: `SELECT f14(:n::integer) AS n`, params: { n: 1 }, fails: '23514' }],
  },
  {
    name: 'a procedure is replaced',
    schema: `CREATE PROCEDURE p15(x integer) LANGUAGE plpgsql AS $$BEGIN NULL; END$$;`,
    migration: `CREATE OR REPLACE PROCEDURE p15(x integer) LANGUAGE plpgsql AS $$BEGIN RAISE check_violation; END$$;`,
    queries: [{ sql: `CALL p15(:n)`, params: { n: 1 }, fails: '23514' }],
  },
  {
    name: 'a text with * finds a new column',
    schema: `CREATE TABLE t16 (id integer, a integer); INSERT INTO t16 VALUES (1, 2); CREATE OR REPLACE FUNCTION f16() RETURNS TABLE (x integer, y integer) LANGUAGE plpgsql  AS $f$BEGIN RETURN QUERY SELECT * FROM t16; END$f$;`,
    migration: `ALTER TABLE t16 ADD COLUMN b integer`,
    queries: [{ sql: `SELECT x, y FROM f16()`, fails: '42804' }],
  },
  {
    name: 'a text finds another type',
    schema: `CREATE TABLE t17 (id integer, only17 integer); INSERT INTO t17 VALUES (1, 2); CREATE OR REPLACE FUNCTION f17() RETURNS TABLE (x integer) LANGUAGE plpgsql  AS $f$BEGIN RETURN QUERY SELECT only17 FROM t17; END$f$;`,
    migration: `ALTER TABLE t17 ALTER only17 TYPE bigint`,
    queries: [{ sql: `SELECT x FROM f17()`, fails: '42804' }],
  },
  {
    name: "a trigger's text copies all columns",
    schema: `CREATE TABLE t18 (id integer); CREATE TABLE l18 (id integer); CREATE OR REPLACE FUNCTION f18() RETURNS trigger LANGUAGE plpgsql  AS $f$BEGIN INSERT INTO l18 SELECT NEW.*; RETURN NEW; END$f$; CREATE TRIGGER x AFTER INSERT ON t18 FOR EACH ROW EXECUTE FUNCTION f18();`,
    migration: `ALTER TABLE t18 ADD COLUMN b integer`,
    queries: [{ sql: `INSERT INTO t18 (id) VALUES (:id)`, params: { id: 1 }, fails: '42601' }],
  },
  {
    name: 'a function of SQL in quotes with *',
    schema: `CREATE TABLE t19 (id integer, a integer); CREATE FUNCTION f19() RETURNS TABLE (x integer, y integer) LANGUAGE sql AS 'SELECT * FROM t19'; INSERT INTO t19 VALUES (1, 2);`,
    migration: `ALTER TABLE t19 ADD COLUMN b integer`,
    queries: [{ sql: `SELECT x, y FROM f19()`, fails: '42P13' }],
  },
  {
    name: 'a text names a type that is renamed',
    schema: `CREATE TYPE m20 AS ENUM ('a', 'b'); CREATE OR REPLACE FUNCTION f20() RETURNS text LANGUAGE plpgsql  AS $f$DECLARE m m20 := 'a'; BEGIN RETURN m::text; END$f$;`,
    migration: `ALTER TYPE m20 RENAME TO m20_new`,
    queries: [{ sql: `SELECT f20() AS x`, fails: '42704' }],
  },
  {
    name: "a text names an enum's label that is renamed",
    schema: `CREATE TYPE m21 AS ENUM ('a', 'b'); CREATE OR REPLACE FUNCTION f21() RETURNS text LANGUAGE plpgsql  AS $f$DECLARE m m21 := 'a'; BEGIN RETURN m::text; END$f$;`,
    migration: `ALTER TYPE m21 RENAME VALUE 'a' TO 'c'`,
    queries: [{ sql: `SELECT f21() AS x`, fails: '22P02' }],
  },
  {
    name: 'a table with a CHECK inherits from another',
    schema: `CREATE TABLE t22 (id integer, a integer); CREATE TABLE c22 (id integer, a integer CHECK (a < 5)); INSERT INTO c22 VALUES (1, 1);`,
    migration: `ALTER TABLE c22 INHERIT t22`,
    queries: [
      { sql: `UPDATE t22 SET a = :a`, params: { a: 9 }, fails: '23514' },
      { sql: `SELECT id FROM t22` },
      { sql: `DELETE FROM t22` },
    ],
  },
  {
    name: 'a partition with a CHECK is attached',
    schema: `CREATE TABLE t23 (k integer, a integer) PARTITION BY LIST (k); CREATE TABLE t23_d PARTITION OF t23 DEFAULT; CREATE TABLE t23_1 (k integer, a integer CHECK (a < 5));`,
    migration: `ALTER TABLE t23 ATTACH PARTITION t23_1 FOR VALUES IN (1)`,
    queries: [{ sql: `INSERT INTO t23 (k, a) VALUES (:k, :a)`, params: { k: 1, a: 9 }, fails: '23514' }],
  },
  {
    name: 'a partition with a trigger is attached',
    schema: `CREATE TABLE t24 (k integer, a integer) PARTITION BY LIST (k); CREATE TABLE t24_d PARTITION OF t24 DEFAULT; CREATE TABLE t24_1 (k integer, a integer); CREATE OR REPLACE FUNCTION f24() RETURNS trigger LANGUAGE plpgsql  AS $f$BEGIN RAISE check_violation; END$f$; CREATE TRIGGER x BEFORE INSERT ON t24_1 FOR EACH ROW EXECUTE FUNCTION f24();`,
    migration: `ALTER TABLE t24 ATTACH PARTITION t24_1 FOR VALUES IN (1)`,
    queries: [{ sql: `INSERT INTO t24 (k, a) VALUES (:k, :a)`, params: { k: 1, a: 9 }, fails: '23514' }],
  },
  {
    name: 'a partition with NOT NULL is attached',
    schema: `CREATE TABLE t25 (k integer, a integer) PARTITION BY LIST (k); CREATE TABLE t25_d PARTITION OF t25 DEFAULT; CREATE TABLE t25_1 (k integer, a integer NOT NULL);`,
    migration: `ALTER TABLE t25 ATTACH PARTITION t25_1 FOR VALUES IN (1)`,
    queries: [{ sql: `INSERT INTO t25 (k) VALUES (:k)`, params: { k: 1 }, fails: '23502' }],
  },
  {
    name: 'a table inherits no more',
    schema: `CREATE TABLE t26 (id integer); CREATE TABLE c26 () INHERITS (t26); INSERT INTO c26 VALUES (1);`,
    migration: `ALTER TABLE c26 NO INHERIT t26`,
    queries: [{ sql: `SELECT id FROM t26 LIMIT 1`, command: ':one', fails: 'NoRowError' }],
  },
  {
    name: 'a partition has other bounds',
    schema: `CREATE TABLE t27 (k integer) PARTITION BY LIST (k); CREATE TABLE t27_1 PARTITION OF t27 FOR VALUES IN (1);`,
    migration: `ALTER TABLE t27 DETACH PARTITION t27_1; ALTER TABLE t27 ATTACH PARTITION t27_1 FOR VALUES IN (7)`,
    queries: [{ sql: `INSERT INTO t27 (k) VALUES (:k)`, params: { k: 1 }, fails: '23514' }],
  },
  {
    name: 'an index over an expression',
    schema: `CREATE TABLE t28 (a integer);`,
    migration: `CREATE INDEX ON t28 ((10 / a))`,
    queries: [
      { sql: `INSERT INTO t28 (a) VALUES (:a)`, params: { a: 0 }, fails: '22012' },
      { sql: `UPDATE t28 SET a = :a`, params: { a: 0 }, isWarned: true },
    ],
  },
  {
    name: 'an index with a predicate',
    schema: `CREATE TABLE t29 (a integer);`,
    migration: `CREATE INDEX ON t29 (a) WHERE 10 / a > 1`,
    queries: [{ sql: `INSERT INTO t29 (a) VALUES (:a)`, params: { a: 0 }, fails: '22012' }],
  },
  {
    name: 'a table without a key is published',
    schema: `CREATE TABLE t31 (a integer); INSERT INTO t31 VALUES (1);`,
    migration: `CREATE PUBLICATION p31 FOR TABLE t31`,
    queries: [
      { sql: `UPDATE t31 SET a = :a`, params: { a: 0 }, fails: '55000' },
      { sql: `DELETE FROM t31`, fails: '55000' },
      { sql: `INSERT INTO t31 VALUES (:a)`, params: { a: 1 } },
    ],
  },
  {
    name: 'a published table loses its key',
    schema: `CREATE TABLE t32 (a integer PRIMARY KEY); INSERT INTO t32 VALUES (1); CREATE PUBLICATION p32 FOR TABLE t32;`,
    migration: `ALTER TABLE t32 DROP CONSTRAINT t32_pkey`,
    queries: [{ sql: `UPDATE t32 SET a = :a`, params: { a: 0 }, fails: '55000' }],
  },
  {
    name: 'two columns have different collations',
    schema: `CREATE TABLE t33 (a text COLLATE "C", b text COLLATE "C"); INSERT INTO t33 VALUES ('a', 'b');`,
    migration: `ALTER TABLE t33 ALTER b TYPE text COLLATE "POSIX"`,
    queries: [
      { sql: `SELECT a FROM t33 WHERE a < b`, fails: '42P22' },
      { sql: `SELECT a FROM t33 ORDER BY a || b`, fails: '42P21' },
    ],
  },
  {
    name: 'a nondeterministic collation',
    schema: `CREATE TABLE t34 (a text); INSERT INTO t34 VALUES ('ab'); CREATE COLLATION c34 (provider = icu, locale = 'und-u-ks-level2', deterministic = false);`,
    migration: `ALTER TABLE t34 ALTER a TYPE text COLLATE c34`,
    queries: [
      { sql: `SELECT a FROM t34 WHERE a LIKE :x`, params: { x: 'a%' }, isWarned: true },
      { sql: `SELECT a FROM t34 WHERE a ~ :x`, params: { x: 'a' }, fails: '0A000' },
      { sql: `SELECT a FROM t34 WHERE a = :x`, params: { x: 'AB' }, isWarned: true },
    ],
  },
  {
    name: 'a nondeterministic collation below a view',
    schema: `CREATE TABLE t35 (a text); INSERT INTO t35 VALUES ('ab'); CREATE COLLATION c35 (provider = icu, locale = 'und-u-ks-level2', deterministic = false); CREATE VIEW v35 AS SELECT a FROM t35 WHERE a ~ 'a';`,
    migration: `DROP VIEW v35; ALTER TABLE t35 ALTER a TYPE text COLLATE c35; CREATE VIEW v35 AS SELECT a FROM t35 WHERE a ~ 'a'`,
    queries: [{ sql: `SELECT a FROM v35`, fails: '0A000' }],
  },
  {
    name: 'another collation, for sorting',
    schema: `CREATE TABLE t36 (a text); INSERT INTO t36 VALUES ('a'), ('B');`,
    migration: `ALTER TABLE t36 ALTER a TYPE text COLLATE "en-x-icu"`,
    queries: [{ sql: `SELECT a FROM t36 ORDER BY a`, isWarned: true }],
  },
  {
    name: 'a virtual column has another expression',
    schema: `CREATE TABLE t37 (a integer, g integer GENERATED ALWAYS AS (10 / (a + 1)) VIRTUAL); INSERT INTO t37 VALUES (0);`,
    migration: `ALTER TABLE t37 ALTER g SET EXPRESSION AS (10 / a)`,
    queries: [
      { sql: `SELECT g FROM t37`, fails: '22012' },
      { sql: `INSERT INTO t37 (a) VALUES (:a)`, params: { a: 0 } },
    ],
  },
  {
    name: 'a column becomes a virtual one',
    schema: `CREATE TABLE t38 (a integer, g integer); INSERT INTO t38 VALUES (0, 1);`,
    migration: `ALTER TABLE t38 DROP g, ADD g integer GENERATED ALWAYS AS (10 / a) VIRTUAL`,
    queries: [{ sql: `SELECT g FROM t38`, fails: '22012' }],
  },
  {
    name: 'a trigger that fills a column in is disabled',
    schema: `CREATE TABLE t39 (id integer, a integer NOT NULL); CREATE OR REPLACE FUNCTION f39() RETURNS trigger LANGUAGE plpgsql  AS $f$BEGIN NEW.a := 1; RETURN NEW; END$f$; CREATE TRIGGER x BEFORE INSERT ON t39 FOR EACH ROW EXECUTE FUNCTION f39();`,
    migration: `ALTER TABLE t39 DISABLE TRIGGER x`,
    queries: [{ sql: `INSERT INTO t39 (id) VALUES (:id)`, params: { id: 1 }, fails: '23502' }],
  },
  {
    name: 'a trigger that fills a column in is for replicas only',
    schema: `CREATE TABLE t40 (id integer, a integer NOT NULL); CREATE OR REPLACE FUNCTION f40() RETURNS trigger LANGUAGE plpgsql  AS $f$BEGIN NEW.a := 1; RETURN NEW; END$f$; CREATE TRIGGER x BEFORE INSERT ON t40 FOR EACH ROW EXECUTE FUNCTION f40();`,
    migration: `ALTER TABLE t40 ENABLE REPLICA TRIGGER x`,
    queries: [{ sql: `INSERT INTO t40 (id) VALUES (:id)`, params: { id: 1 }, fails: '23502' }],
  },
  {
    name: 'a trigger is for all sessions again',
    schema: `CREATE TABLE t41 (id integer); CREATE OR REPLACE FUNCTION f41() RETURNS trigger LANGUAGE plpgsql  AS $f$BEGIN RAISE check_violation; END$f$; CREATE TRIGGER x BEFORE INSERT ON t41 FOR EACH ROW EXECUTE FUNCTION f41(); ALTER TABLE t41 ENABLE REPLICA TRIGGER x;`,
    migration: `ALTER TABLE t41 ENABLE TRIGGER x`,
    queries: [{ sql: `INSERT INTO t41 (id) VALUES (:id)`, params: { id: 1 }, fails: '23514' }],
  },
  {
    name: 'a cast has another function',
    schema: `CREATE TYPE x42 AS (a integer); CREATE OR REPLACE FUNCTION f42(x x42) RETURNS integer LANGUAGE plpgsql  AS $f$BEGIN RETURN x.a; END$f$; CREATE CAST (x42 AS integer) WITH FUNCTION f42(x42); CREATE TABLE t42 (a x42); INSERT INTO t42 VALUES (ROW(1));`,
    migration: `CREATE OR REPLACE FUNCTION f42b(x x42) RETURNS integer LANGUAGE plpgsql  AS $f$BEGIN RAISE check_violation; END$f$; DROP CAST (x42 AS integer); CREATE CAST (x42 AS integer) WITH FUNCTION f42b(x42)`,
    queries: [{ sql: `SELECT a::integer AS a FROM t42`, fails: '23514' }],
  },
  {
    name: 'an operator has another function',
    schema: `CREATE OR REPLACE FUNCTION f43(a integer, b text) RETURNS integer LANGUAGE plpgsql  AS $f$BEGIN RETURN a; END$f$; CREATE OR REPLACE FUNCTION f43b(a integer, b text) RETURNS integer LANGUAGE plpgsql  AS $f$BEGIN RAISE check_violation; END$f$; CREATE OPERATOR @@@ (LEFTARG = integer, RIGHTARG = text, FUNCTION = f43);`,
    migration: `DROP OPERATOR @@@ (integer, text); CREATE OPERATOR @@@ (LEFTARG = integer, RIGHTARG = text, FUNCTION = f43b)`,
    queries: [{ sql: `SELECT :a::integer @@@ :b::text AS n`, params: { a: 1, b: 'x' }, fails: '23514' }],
  },
  {
    name: 'an aggregate is replaced',
    schema: `CREATE OR REPLACE FUNCTION f44(a integer, b integer) RETURNS integer LANGUAGE plpgsql  AS $f$BEGIN RETURN b; END$f$; CREATE OR REPLACE FUNCTION f44b(a integer, b integer) RETURNS integer LANGUAGE plpgsql  AS $f$BEGIN RAISE check_violation; END$f$; CREATE AGGREGATE a44(integer) (SFUNC = f44, STYPE = integer);`,
    migration: `CREATE OR REPLACE AGGREGATE a44(integer) (SFUNC = f44b, STYPE = integer)`,
    queries: [
      { sql: `SELECT a44(n) AS n FROM generate_series(1, :n::integer) n`, params: { n: 2 }, fails: '23514' },
    ],
  },
  {
    name: 'a function of an aggregate is replaced',
    schema: `CREATE OR REPLACE FUNCTION f45(a integer, b integer) RETURNS integer LANGUAGE plpgsql  AS $f$BEGIN RETURN b; END$f$; CREATE AGGREGATE a45(integer) (SFUNC = f45, STYPE = integer);`,
    migration: `CREATE OR REPLACE FUNCTION f45(a integer, b integer) RETURNS integer LANGUAGE plpgsql  AS $f$BEGIN RAISE check_violation; END$f$;`,
    queries: [
      { sql: `SELECT a45(n) AS n FROM generate_series(1, :n::integer) n`, params: { n: 2 }, fails: '23514' },
    ],
  },
  {
    name: 'a foreign key is enforced',
    schema: `CREATE TABLE r46 (id integer PRIMARY KEY); CREATE TABLE t46 (a integer CONSTRAINT k46 REFERENCES r46 NOT ENFORCED);`,
    migration: `ALTER TABLE t46 ALTER CONSTRAINT k46 ENFORCED`,
    queries: [
      { sql: `INSERT INTO t46 (a) VALUES (:a)`, params: { a: 5 }, fails: '23503' },
      { sql: `DELETE FROM r46`, isWarned: true },
    ],
  },
  {
    name: 'a foreign key cannot be deferred any more',
    schema: `CREATE TABLE r47 (id integer PRIMARY KEY); CREATE TABLE t47 (a integer CONSTRAINT k47 REFERENCES r47 DEFERRABLE INITIALLY DEFERRED); CREATE TABLE h47 (x integer); CREATE OR REPLACE FUNCTION f47(n integer) RETURNS integer LANGUAGE plpgsql  AS $f$BEGIN INSERT INTO t47 VALUES (n); INSERT INTO r47 VALUES (n); RETURN n; END$f$;`,
    migration: `ALTER TABLE t47 ALTER CONSTRAINT k47 NOT DEFERRABLE`,
    queries: [{ sql: `SELECT f47(:n) AS n`, params: { n: 3 }, fails: '23503' }],
  },
  {
    name: 'a CHECK is enforced',
    schema: `CREATE TABLE t48 (a integer, CONSTRAINT k48 CHECK (a > 0) NOT ENFORCED);`,
    migration: `ALTER TABLE t48 DROP CONSTRAINT k48, ADD CONSTRAINT k48 CHECK (a > 0)`,
    queries: [{ sql: `INSERT INTO t48 (a) VALUES (:a)`, params: { a: -5 }, fails: '23514' }],
  },
  {
    name: 'a view reads with the privileges of who uses it',
    schema: `CREATE TABLE t49 (a integer); CREATE VIEW v49 AS SELECT a FROM t49; GRANT SELECT ON v49 TO nodrift_uses;`,
    migration: `ALTER VIEW v49 SET (security_invoker = true)`,
    role: 'nodrift_uses',
    queries: [{ sql: `SELECT a FROM v49`, fails: '42501' }],
  },
  {
    name: 'a view has another owner',
    schema: `CREATE TABLE t50 (a integer); CREATE VIEW v50 AS SELECT a FROM t50; GRANT SELECT ON v50 TO nodrift_uses;`,
    migration: `ALTER VIEW v50 OWNER TO nodrift_owns`,
    role: 'nodrift_uses',
    queries: [{ sql: `SELECT a FROM v50`, fails: '42501' }],
  },
  {
    name: "a view's owner loses a privilege",
    schema: `CREATE TABLE t51 (a integer); GRANT SELECT ON t51 TO nodrift_owns; CREATE VIEW v51 AS SELECT a FROM t51; ALTER VIEW v51 OWNER TO nodrift_owns; GRANT SELECT ON v51 TO nodrift_uses;`,
    migration: `REVOKE SELECT ON t51 FROM nodrift_owns`,
    role: 'nodrift_uses',
    queries: [{ sql: `SELECT a FROM v51`, fails: '42501' }],
  },
  {
    name: "row security is forced on a view's owner",
    schema: `CREATE TABLE t52 (a integer); INSERT INTO t52 VALUES (1); ALTER TABLE t52 OWNER TO nodrift_owns; ALTER TABLE t52 ENABLE ROW LEVEL SECURITY; GRANT SELECT ON t52 TO nodrift_owns; CREATE VIEW v52 AS SELECT a FROM t52; ALTER VIEW v52 OWNER TO nodrift_owns; GRANT SELECT ON v52 TO nodrift_uses;`,
    migration: `ALTER TABLE t52 FORCE ROW LEVEL SECURITY`,
    role: 'nodrift_uses',
    queries: [{ sql: `SELECT a FROM v52 LIMIT 1`, command: ':one', fails: 'NoRowError' }],
  },
  {
    name: 'FOR UPDATE needs the privilege to UPDATE',
    schema: `CREATE TABLE t53 (a integer); GRANT ALL ON t53 TO nodrift_uses;`,
    migration: `REVOKE UPDATE ON t53 FROM nodrift_uses`,
    role: 'nodrift_uses',
    queries: [{ sql: `SELECT a FROM t53 FOR UPDATE`, fails: '42501' }],
  },
  {
    name: 'TRUNCATE of a table that is referenced',
    schema: `CREATE TABLE t54 (a integer PRIMARY KEY); CREATE TABLE r54 (a integer);`,
    migration: `ALTER TABLE r54 ADD FOREIGN KEY (a) REFERENCES t54`,
    queries: [{ sql: `TRUNCATE t54`, fails: '0A000' }],
  },
  {
    name: 'the privilege to TRUNCATE',
    schema: `CREATE TABLE t55 (a integer PRIMARY KEY); GRANT ALL ON t55 TO nodrift_uses;`,
    migration: `REVOKE TRUNCATE ON t55 FROM nodrift_uses`,
    role: 'nodrift_uses',
    queries: [{ sql: `TRUNCATE t55`, fails: '42501' }],
  },
  {
    name: 'a trigger of TRUNCATE',
    schema: `CREATE TABLE t56 (a integer PRIMARY KEY); CREATE OR REPLACE FUNCTION f56() RETURNS trigger LANGUAGE plpgsql  AS $f$BEGIN RAISE check_violation; END$f$;`,
    migration: `CREATE TRIGGER x BEFORE TRUNCATE ON t56 EXECUTE FUNCTION f56()`,
    queries: [{ sql: `TRUNCATE t56`, fails: '23514' }],
  },
  {
    name: 'bit(n) of another length',
    schema: `CREATE TABLE t57 (a bit(3));`,
    migration: `ALTER TABLE t57 ALTER a TYPE bit(5)`,
    queries: [{ sql: `INSERT INTO t57 (a) VALUES (:a)`, params: { a: '101' }, fails: '22026' }],
  },
  {
    name: 'a shorter bit varying(n)',
    schema: `CREATE TABLE t58 (a bit varying(5));`,
    migration: `ALTER TABLE t58 ALTER a TYPE bit varying(2)`,
    queries: [{ sql: `INSERT INTO t58 (a) VALUES (:a)`, params: { a: '101' }, fails: '22001' }],
  },
  {
    name: 'a longer char(n)',
    schema: `CREATE TABLE t59 (a char(3)); INSERT INTO t59 VALUES ('abc');`,
    migration: `ALTER TABLE t59 ALTER a TYPE char(5)`,
    queries: [{ sql: `SELECT a FROM t59`, isWarned: true }],
  },
  {
    name: "an attribute's type takes less, for a cast",
    schema: `CREATE TYPE p60 AS (x text, y integer);`,
    migration: `ALTER TYPE p60 ALTER ATTRIBUTE x TYPE varchar(3)`,
    queries: [{ sql: `SELECT (:p::p60).y AS y`, params: { p: { x: 'abcdef', y: 1 } }, fails: '22001' }],
  },
  {
    name: "an attribute's type takes less, for a column",
    schema: `CREATE TYPE p61 AS (x varchar(9), y integer); CREATE TABLE t61 (p p61);`,
    migration: `ALTER TYPE p61 RENAME TO p61o; CREATE TYPE p61 AS (x varchar(3), y integer); ALTER TABLE t61 ALTER p TYPE p61 USING p::text::p61`,
    queries: [
      { sql: `INSERT INTO t61 (p) VALUES (:p)`, params: { p: { x: 'abcdef', y: 1 } }, fails: '22001' },
    ],
  },
  {
    name: 'a composite type has one more attribute',
    schema: `CREATE TYPE p62 AS (x text, y integer); CREATE TABLE t62 (p p62); INSERT INTO t62 VALUES (ROW('a', 1));`,
    migration: `ALTER TYPE p62 ADD ATTRIBUTE z integer`,
    queries: [
      { sql: `INSERT INTO t62 (p) VALUES (:p)`, params: { p: { x: 'abcdef', y: 1 } }, fails: '22P02' },
      { sql: `INSERT INTO t62 (p) VALUES (ROW(:a, :b))`, params: { a: 'a', b: 1 }, fails: '42846' },
      { sql: `SELECT p FROM t62`, fails: 'DecodeError' },
    ],
  },
  {
    name: "a view's columns have another order",
    schema: `CREATE TABLE t63 (a text, b text CHECK (b < 'm')); CREATE VIEW v63 AS SELECT a, b FROM t63;`,
    migration: `DROP VIEW v63; CREATE VIEW v63 AS SELECT b, a FROM t63`,
    queries: [{ sql: `INSERT INTO v63 VALUES (:x, :y)`, params: { x: 'z', y: 'a' }, fails: '23514' }],
  },
  {
    name: "a table's columns have another order",
    schema: `CREATE TABLE t64 (a integer, b integer CHECK (b < 5));`,
    migration: `DROP TABLE t64; CREATE TABLE t64 (b integer CHECK (b < 5), a integer)`,
    queries: [{ sql: `INSERT INTO t64 VALUES (:x, :y)`, params: { x: 9, y: 1 }, fails: '23514' }],
  },
  {
    name: 'GENERATED ALWAYS',
    schema: `CREATE TABLE t65 (id integer GENERATED BY DEFAULT AS IDENTITY, a integer);`,
    migration: `ALTER TABLE t65 ALTER id SET GENERATED ALWAYS`,
    queries: [
      { sql: `INSERT INTO t65 (id, a) VALUES (:x, :y)`, params: { x: 9, y: 1 }, fails: '428C9' },
      { sql: `INSERT INTO t65 (a) VALUES (:y)`, params: { y: 1 } },
      { sql: `UPDATE t65 SET id = :x`, params: { x: 1 }, fails: '428C9' },
    ],
  },
  {
    name: 'a column is no identity any more',
    schema: `CREATE TABLE t66 (id integer GENERATED BY DEFAULT AS IDENTITY, a integer);`,
    migration: `ALTER TABLE t66 ALTER id DROP IDENTITY`,
    queries: [{ sql: `INSERT INTO t66 (a) VALUES (:y)`, params: { y: 1 }, fails: '23502' }],
  },
  {
    name: 'a policy lets less through',
    schema: `CREATE TABLE t67 (a integer); INSERT INTO t67 VALUES (1); GRANT ALL ON t67 TO nodrift_uses; ALTER TABLE t67 ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t67 USING (true);`,
    migration: `ALTER POLICY p ON t67 USING (a > 5)`,
    role: 'nodrift_uses',
    queries: [
      { sql: `SELECT a FROM t67 LIMIT 1`, command: ':one', fails: 'NoRowError' },
      { sql: `INSERT INTO t67 VALUES (:a)`, params: { a: 1 }, fails: '42501' },
    ],
  },
  {
    name: "a policy's function is replaced",
    schema: `CREATE TABLE t68 (a integer); GRANT ALL ON t68 TO nodrift_uses; CREATE OR REPLACE FUNCTION f68(x integer) RETURNS boolean LANGUAGE plpgsql  AS $f$BEGIN RETURN true; END$f$; ALTER TABLE t68 ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t68 USING (f68(a));`,
    migration: `CREATE OR REPLACE FUNCTION f68(x integer) RETURNS boolean LANGUAGE plpgsql  AS $f$BEGIN RETURN false; END$f$;`,
    role: 'nodrift_uses',
    queries: [{ sql: `INSERT INTO t68 VALUES (:a)`, params: { a: 1 }, fails: '42501' }],
  },
  {
    name: 'a rule, for ON CONFLICT',
    schema: `CREATE TABLE t69 (a integer PRIMARY KEY);`,
    migration: `CREATE RULE x AS ON UPDATE TO t69 DO INSTEAD NOTHING`,
    queries: [
      {
        sql: `INSERT INTO t69 VALUES (:a) ON CONFLICT (a) DO UPDATE SET a = 1`,
        params: { a: 1 },
        fails: '0A000',
      },
    ],
  },
  {
    name: 'a rule, for MERGE',
    schema: `CREATE TABLE t70 (a integer PRIMARY KEY);`,
    migration: `CREATE RULE x AS ON DELETE TO t70 DO INSTEAD NOTHING`,
    queries: [
      {
        sql: `MERGE INTO t70 USING (SELECT :a::integer AS a) s ON s.a = t70.a WHEN NOT MATCHED THEN INSERT VALUES (s.a)`,
        params: { a: 1 },
        fails: '0A000',
      },
    ],
  },
  {
    name: "a default's function is replaced",
    schema: `CREATE OR REPLACE FUNCTION f71() RETURNS integer LANGUAGE plpgsql  AS $f$BEGIN RETURN 1; END$f$; CREATE TABLE t71 (id integer, a integer DEFAULT f71());`,
    migration: `CREATE OR REPLACE FUNCTION f71() RETURNS integer LANGUAGE plpgsql  AS $f$BEGIN RAISE check_violation; END$f$;`,
    queries: [{ sql: `INSERT INTO t71 (id) VALUES (:a)`, params: { a: 1 }, fails: '23514' }],
  },
  {
    name: 'the key of an ON CONFLICT is of some rows',
    schema: `CREATE TABLE t72 (a integer, b boolean); CREATE UNIQUE INDEX u72 ON t72 (a);`,
    migration: `DROP INDEX u72; CREATE UNIQUE INDEX u72 ON t72 (a) WHERE b`,
    queries: [
      { sql: `INSERT INTO t72 (a) VALUES (:a) ON CONFLICT (a) DO NOTHING`, params: { a: 1 }, fails: '42P10' },
    ],
  },
  {
    name: 'row security without a policy',
    schema: `CREATE TABLE t73 (a integer); GRANT ALL ON t73 TO nodrift_uses;`,
    migration: `ALTER TABLE t73 ENABLE ROW LEVEL SECURITY`,
    role: 'nodrift_uses',
    queries: [{ sql: `INSERT INTO t73 VALUES (:a)`, params: { a: 1 }, fails: '42501' }],
  },
  {
    name: 'a partial EXCLUDE',
    schema: `CREATE TABLE t74 (a integer, b integer);`,
    migration: `ALTER TABLE t74 ADD EXCLUDE (a WITH =) WHERE (b > 1)`,
    queries: [
      {
        sql: `INSERT INTO t74 SELECT 1, 2 FROM generate_series(1, :n::integer)`,
        params: { n: 2 },
        fails: '23P01',
      },
    ],
  },
  {
    name: "a trigger's function below a cascade is replaced",
    schema: `CREATE TABLE r75 (id integer PRIMARY KEY); CREATE TABLE t75 (a integer CONSTRAINT k75 REFERENCES r75 ON DELETE CASCADE); CREATE TABLE u75 (a integer); INSERT INTO r75 VALUES (1); INSERT INTO t75 VALUES (1); CREATE OR REPLACE FUNCTION f75() RETURNS trigger LANGUAGE plpgsql  AS $f$BEGIN RETURN OLD; END$f$; CREATE TRIGGER x BEFORE DELETE ON t75 FOR EACH ROW EXECUTE FUNCTION f75();`,
    migration: `CREATE OR REPLACE FUNCTION f75() RETURNS trigger LANGUAGE plpgsql  AS $f$BEGIN RAISE check_violation; END$f$;`,
    queries: [{ sql: `DELETE FROM r75`, fails: '23514' }],
  },
  {
    name: 'an array of shorter texts',
    schema: `CREATE TABLE t76 (a integer, n integer[]);`,
    migration: `ALTER TABLE t76 ALTER n TYPE varchar(1)[]`,
    queries: [
      {
        sql: `INSERT INTO t76 (a, n) VALUES (:a, ARRAY[:b::integer])`,
        params: { a: 1, b: 20 },
        fails: '22001',
      },
    ],
  },
  {
    name: 'an index that takes all values',
    schema: 'CREATE TABLE n1 (a text, b integer, c timestamptz)',
    migration: `CREATE INDEX ON n1 (lower(a)); CREATE INDEX ON n1 (b) WHERE c IS NULL; CREATE INDEX ON n1 (coalesce(a, ''::text)) WHERE a <> 'x';
      CREATE INDEX ON n1 (b)`,
    queries: [{ sql: 'INSERT INTO n1 VALUES (:a, :b, :c)', params: { a: 'a', b: 0, c: null } }],
  },
  {
    name: 'a function that is renamed within, or may do more',
    schema: `CREATE TABLE n2 (a integer); CREATE FUNCTION n2_parsed() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT sum(a) AS a FROM n2; END;
      CREATE FUNCTION n2_text() RETURNS integer LANGUAGE plpgsql STABLE AS 'BEGIN RETURN 1; END'`,
    migration: 'ALTER TABLE n2 RENAME a TO b; ALTER FUNCTION n2_text() VOLATILE',
    queries: [
      { sql: 'SELECT n2_text() AS n', isWarned: true },
      { sql: 'SELECT coalesce(n2_parsed(), 0) AS n' },
    ],
  },
  {
    name: 'a column that is called as a domain is',
    schema: 'CREATE DOMAIN n3_mail AS text; CREATE TABLE n3 (id integer, n3_mail text)',
    migration: "ALTER DOMAIN n3_mail ADD CHECK (VALUE ~ '@')",
    queries: [{ sql: 'INSERT INTO n3 (n3_mail) VALUES (:mail)', params: { mail: 'a' } }],
  },
  {
    name: 'a text without * and a new column',
    schema: `CREATE TABLE n4 (id integer, a integer);
      CREATE FUNCTION n4_sum() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT 2 * count(*) FROM n4); END'`,
    migration: 'ALTER TABLE n4 ADD COLUMN b integer',
    queries: [{ sql: 'SELECT n4_sum() AS n' }],
  },
  {
    name: "a text with a label's word, which is no label there",
    schema: `CREATE TYPE n29_kind AS ENUM ('count', 'b'); CREATE TABLE n29 (k n29_kind);
      CREATE FUNCTION n29_rows() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM n29); END'`,
    migration: "ALTER TYPE n29_kind RENAME VALUE 'count' TO 'total'",
    queries: [{ sql: 'SELECT n29_rows() AS n' }],
  },
  {
    name: 'a new partition, and one whose statements name it',
    schema: `CREATE TABLE n5 (k integer, a integer) PARTITION BY LIST (k); CREATE TABLE n5_0 PARTITION OF n5 FOR VALUES IN (0);
      CREATE TABLE n5_1 (k integer, a integer CHECK (a < 5))`,
    migration:
      'CREATE TABLE n5_2 PARTITION OF n5 FOR VALUES IN (2); ALTER TABLE n5 ATTACH PARTITION n5_1 FOR VALUES IN (1)',
    queries: [
      { sql: 'SELECT a FROM n5' },
      { sql: 'INSERT INTO n5_1 VALUES (:k, :a)', params: { k: 7, a: 1 }, fails: '23514' },
      { sql: 'UPDATE n5_1 SET a = :a', params: { a: 1 } },
    ],
  },
  {
    name: 'a function with the privileges of its owner loses none',
    schema: `CREATE SEQUENCE n8; GRANT USAGE ON SEQUENCE n8 TO nodrift_uses;
      CREATE FUNCTION n8_next() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN nextval($$n8$$); END'`,
    migration: 'REVOKE USAGE ON SEQUENCE n8 FROM nodrift_uses',
    role: 'nodrift_uses',
    queries: [{ sql: 'SELECT n8_next() AS n' }],
  },
  {
    name: "a partition's privileges are for those who name it",
    schema: `CREATE TABLE n9 (k integer) PARTITION BY LIST (k); CREATE TABLE n9_1 PARTITION OF n9 DEFAULT;
      GRANT ALL ON n9, n9_1 TO nodrift_uses`,
    migration: 'REVOKE ALL ON n9_1 FROM nodrift_uses',
    role: 'nodrift_uses',
    queries: [
      { sql: 'INSERT INTO n9 VALUES (:k)', params: { k: 1 } },
      { sql: 'INSERT INTO n9_1 VALUES (:k)', params: { k: 1 }, fails: '42501' },
    ],
  },
  {
    name: 'a renamed column is the same',
    schema: 'CREATE TABLE n6 (a integer, b integer)',
    migration: 'ALTER TABLE n6 RENAME a TO c',
    queries: [{ sql: 'INSERT INTO n6 VALUES (:a, :b)', params: { a: 1, b: 2 } }],
  },
  {
    name: 'a published table with a key',
    schema: 'CREATE TABLE n7 (a integer PRIMARY KEY)',
    migration: 'CREATE PUBLICATION n7 FOR TABLE n7',
    queries: [{ sql: 'UPDATE n7 SET a = :a', params: { a: 1 } }],
  },
];
