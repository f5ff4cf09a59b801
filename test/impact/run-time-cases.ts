/** A migration, and what it does to queries that Postgres goes on accepting. */
export interface RunTimeCase {
  readonly name: string;
  readonly schema: string;
  readonly queries: string;
  readonly migration: string;
  /** `Query severity: kind subject before -> after`. */
  readonly impact: readonly string[];
}

export const runTimeCases: readonly RunTimeCase[] = [
  {
    name: 'a CHECK that is not satisfied by the defaults of an INSERT',
    schema: 'CREATE TABLE c1 (id integer, a integer, b integer DEFAULT -1, c integer DEFAULT 5)',
    queries: '/* @name C1Add */ INSERT INTO c1 (id) VALUES (:id);',
    migration: `ALTER TABLE c1 ADD CONSTRAINT c1_null CHECK (a > 0), ADD CONSTRAINT c1_not_null CHECK (a IS NOT NULL),
      ADD CONSTRAINT c1_default CHECK (b > 0), ADD CONSTRAINT c1_fits CHECK (c > 0), ADD CONSTRAINT c1_throws CHECK (1 / (c - 5) > 0)`,
    impact: [
      'C1Add may break: check c1_default of c1 none -> CHECK ((b > 0))',
      'C1Add may break: check c1_not_null of c1 none -> CHECK ((a IS NOT NULL))',
      'C1Add may break: check c1_throws of c1 none -> CHECK (((1 / (c - 5)) > 0))',
    ],
  },
  {
    name: 'a CHECK NOT VALID on rows that an UPDATE of another column finds',
    schema: 'CREATE TABLE c2 (id integer, a integer, b integer)',
    queries: '/* @name C2Set */ UPDATE c2 SET a = :a;',
    migration:
      'ALTER TABLE c2 ADD CONSTRAINT c2_old CHECK (b IS NOT NULL) NOT VALID, ADD CONSTRAINT c2_new CHECK (b IS NOT NULL)',
    impact: ['C2Set may break: check c2_old of c2 none -> CHECK ((b IS NOT NULL)) NOT VALID'],
  },
  {
    name: 'a key over a column that INSERTs leave to a default',
    schema:
      'CREATE TABLE c3 (id integer, a integer DEFAULT 1, b integer); CREATE TABLE c3_to (id integer PRIMARY KEY)',
    queries: '/* @name C3Add */ INSERT INTO c3 (id) VALUES (:id);',
    migration: `ALTER TABLE c3 ADD CONSTRAINT c3_a UNIQUE (a), ADD CONSTRAINT c3_b UNIQUE (b), ADD CONSTRAINT c3_ab UNIQUE (a, b),
      ADD CONSTRAINT c3_nulls UNIQUE NULLS NOT DISTINCT (b), ADD FOREIGN KEY (a) REFERENCES c3_to, ADD FOREIGN KEY (b) REFERENCES c3_to`,
    impact: [
      'C3Add may break: foreign key c3_a_fkey of c3 none -> FOREIGN KEY (a) REFERENCES c3_to(id)',
      'C3Add may break: unique c3_a of c3 none -> UNIQUE (a)',
      'C3Add may break: unique c3_nulls of c3 none -> UNIQUE (b) NULLS NOT DISTINCT',
    ],
  },
  {
    name: 'what a foreign key deletes or updates has a trigger, a key or a NOT NULL',
    schema: `CREATE TABLE c4 (id integer PRIMARY KEY);
      CREATE TABLE c4_gone (id integer PRIMARY KEY, of integer REFERENCES c4 ON DELETE CASCADE);
      CREATE TABLE c4_kept (id integer, of integer REFERENCES c4_gone ON DELETE SET NULL);
      CREATE FUNCTION c4_fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION $$no$$; END'`,
    queries: '/* @name C4Delete */ DELETE FROM c4; /* @name C4Add */ INSERT INTO c4 VALUES (:id);',
    migration: `CREATE TRIGGER c4_no BEFORE DELETE ON c4_gone FOR EACH ROW EXECUTE FUNCTION c4_fail();
      ALTER TABLE c4_kept ALTER COLUMN of SET NOT NULL`,
    impact: [
      'C4Delete may break: trigger c4_no of c4_gone none -> CREATE TRIGGER c4_no BEFORE DELETE ON public.c4_gone FOR EACH ROW EXECUTE FUNCTION c4_fail()',
      'C4Delete may break: required column c4_kept.of NULL allowed -> NOT NULL',
    ],
  },
  {
    name: 'a partition has a rule of its own',
    schema: `CREATE TABLE c5 (k integer, a integer) PARTITION BY LIST (k); CREATE TABLE c5_1 PARTITION OF c5 FOR VALUES IN (1);
      CREATE TABLE c5_2 PARTITION OF c5 DEFAULT`,
    queries: `/* @name C5Add */ INSERT INTO c5 VALUES (:k, :a); /* @name C5Set */ UPDATE c5 SET a = :a;
      /* @name C5Direct */ INSERT INTO c5_2 VALUES (:k, :a);`,
    migration: `ALTER TABLE c5_1 ADD CONSTRAINT c5_check CHECK (a > 0); ALTER TABLE c5 ADD CONSTRAINT c5_all CHECK (a < 9);
      ALTER TABLE c5_1 ADD CONSTRAINT c5_k UNIQUE (k)`,
    impact: [
      'C5Add may break: check c5_all of c5 none -> CHECK ((a < 9))',
      'C5Add may break: check c5_check of c5_1 none -> CHECK ((a > 0))',
      'C5Add may break: unique c5_k of c5_1 none -> UNIQUE (k)',
      'C5Set may break: check c5_all of c5 none -> CHECK ((a < 9))',
      'C5Set may break: check c5_check of c5_1 none -> CHECK ((a > 0))',
      'C5Direct may break: check c5_all of c5_2 none -> CHECK ((a < 9))',
    ],
  },
  {
    name: 'a rule for the event of a statement, or of a foreign key',
    schema: `CREATE TABLE c6 (id integer PRIMARY KEY, a integer);
      CREATE TABLE c6_of (id integer REFERENCES c6 ON UPDATE CASCADE)`,
    queries:
      '/* @name C6Set */ UPDATE c6 SET id = :to; /* @name C6Delete */ DELETE FROM c6; /* @name C6Other */ UPDATE c6 SET a = :a;',
    migration:
      'CREATE RULE c6_keep AS ON DELETE TO c6 DO INSTEAD NOTHING; CREATE RULE c6_stay AS ON UPDATE TO c6_of DO INSTEAD NOTHING',
    impact: [
      'C6Set may break: rule c6_stay of c6_of none -> CREATE RULE c6_stay AS\n    ON UPDATE TO public.c6_of DO INSTEAD NOTHING;',
      'C6Delete may break: rule c6_keep of c6 none -> CREATE RULE c6_keep AS\n    ON DELETE TO public.c6 DO INSTEAD NOTHING;',
    ],
  },
  {
    name: 'a type of another name takes less',
    schema:
      'CREATE TABLE c7 (t text, n integer, j json, v varchar(9), b bigint, s smallint, x text[], m name)',
    queries: `/* @name C7Set */ UPDATE c7 SET t = :t, n = :n, j = :j, v = :v, x = :x, m = :m; /* @name C7Copy */ UPDATE c7 SET s = n::bigint, b = n;`,
    migration: `ALTER TABLE c7 ALTER t TYPE varchar(5), ALTER n TYPE numeric(5,2), ALTER j TYPE jsonb, ALTER v TYPE text,
      ALTER b TYPE smallint, ALTER x TYPE varchar(3)[], ALTER m TYPE varchar(64)`,
    impact: [
      'C7Set may break: column type c7.t text -> character varying(5)',
      'C7Set may break: column type c7.n integer -> numeric(5,2)',
      'C7Set may break: column type c7.j json -> jsonb',
      'C7Set may break: column type c7.x text[] -> character varying(3)[]',
      'C7Set compatible: parameter :t text | null -> varchar | null',
      'C7Set compatible: parameter :n int4 | null -> numeric | null',
      'C7Set compatible: parameter :j json | null -> jsonb | null',
      'C7Set compatible: parameter :v varchar | null -> text | null',
      'C7Set compatible: parameter :x text[] | null -> varchar[] | null',
      'C7Set compatible: parameter :m name | null -> varchar | null',
      'C7Copy may break: column type c7.b bigint -> smallint',
    ],
  },
  {
    name: 'a key under which more values are equal',
    schema: `CREATE TABLE c8 (a text UNIQUE, b text, c text UNIQUE, d integer UNIQUE);
      CREATE COLLATION c8_caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`,
    queries: '/* @name C8Add */ INSERT INTO c8 VALUES (:a, :b, :c, :d);',
    migration: `ALTER TABLE c8 ALTER a TYPE text COLLATE c8_caseless, ALTER b TYPE text COLLATE c8_caseless,
      ALTER c TYPE varchar, ALTER d TYPE bigint`,
    impact: [
      'C8Add may break: unique c8_a_key of c8 none -> UNIQUE (a)',
      'C8Add compatible: parameter :c text | null -> varchar | null',
      'C8Add compatible: parameter :d int4 | null -> int8 | null',
    ],
  },
  {
    name: 'a materialised view without data',
    schema: `CREATE TABLE c9 (id integer); CREATE MATERIALIZED VIEW c9_m AS SELECT * FROM c9; CREATE VIEW c9_v AS SELECT * FROM c9_m`,
    queries: '/* @name C9Read */ SELECT id FROM c9_v;',
    migration: 'REFRESH MATERIALIZED VIEW c9_m WITH NO DATA',
    impact: ['C9Read breaks: materialized view c9_m none -> WITH NO DATA'],
  },
  {
    name: 'a key of ON CONFLICT that can be deferred',
    schema: 'CREATE TABLE c10 (id integer CONSTRAINT c10_key UNIQUE, a integer UNIQUE)',
    queries: `/* @name C10Any */ INSERT INTO c10 VALUES (:id, :a) ON CONFLICT DO NOTHING;
      /* @name C10Id */ INSERT INTO c10 VALUES (:id, :a) ON CONFLICT (id) DO NOTHING;
      /* @name C10A */ INSERT INTO c10 VALUES (:id, :a) ON CONFLICT (a) DO NOTHING;`,
    migration: 'ALTER TABLE c10 DROP CONSTRAINT c10_key, ADD CONSTRAINT c10_key UNIQUE (id) DEFERRABLE',
    impact: [
      'C10Any breaks: query accepted -> ON CONFLICT does not support deferrable unique constraints as arbiters',
      'C10Id breaks: query accepted -> ON CONFLICT does not support deferrable unique constraints as arbiters',
    ],
  },
  {
    name: 'a view that refuses rows that it does not show',
    schema: `CREATE TABLE c11 (id integer); CREATE VIEW c11_v AS SELECT * FROM c11 WHERE id > 0;
      CREATE VIEW c11_w AS SELECT * FROM c11 WHERE id > 0 WITH CHECK OPTION`,
    queries: `/* @name C11Add */ INSERT INTO c11_v VALUES (:id); /* @name C11More */ INSERT INTO c11_w VALUES (:id);
      /* @name C11Delete */ DELETE FROM c11_v;`,
    migration: `CREATE OR REPLACE VIEW c11_v AS SELECT * FROM c11 WHERE id > 0 WITH CHECK OPTION;
      CREATE OR REPLACE VIEW c11_w AS SELECT * FROM c11 WHERE id > 9 WITH CHECK OPTION`,
    impact: [
      'C11Add may break: check option c11_v none -> WITH CASCADED CHECK OPTION',
      'C11More may break: check option c11_w WITH CASCADED CHECK OPTION -> WITH CASCADED CHECK OPTION',
    ],
  },
  {
    name: 'a generated column that cannot always be computed',
    schema: 'CREATE TABLE c12 (a integer, b integer, c integer)',
    queries:
      '/* @name C12Add */ INSERT INTO c12 (a) VALUES (:a); /* @name C12B */ UPDATE c12 SET b = :b; /* @name C12C */ UPDATE c12 SET c = :c;',
    migration: `ALTER TABLE c12 ADD part integer GENERATED ALWAYS AS (10 / b) STORED, ADD copy integer GENERATED ALWAYS AS (a) STORED`,
    impact: [
      'C12Add may break: generated column c12.part none -> (10 / b)',
      'C12B may break: generated column c12.part none -> (10 / b)',
    ],
  },
  {
    name: 'a partitioned table loses the partition for all other rows',
    schema: `CREATE TABLE c13 (k integer, a integer) PARTITION BY LIST (k); CREATE TABLE c13_1 PARTITION OF c13 FOR VALUES IN (1);
      CREATE TABLE c13_2 PARTITION OF c13 DEFAULT`,
    queries:
      '/* @name C13Add */ INSERT INTO c13 VALUES (:k, :a); /* @name C13Set */ UPDATE c13 SET a = :a; /* @name C13Move */ UPDATE c13 SET k = :k;',
    migration: 'DROP TABLE c13_2',
    impact: [
      'C13Add may break: partition c13 none -> without a DEFAULT partition',
      'C13Add may break: partition c13_2 of c13 DEFAULT -> none',
      'C13Set may break: partition c13_2 of c13 DEFAULT -> none',
      'C13Move may break: partition c13 none -> without a DEFAULT partition',
      'C13Move may break: partition c13_2 of c13 DEFAULT -> none',
    ],
  },
  {
    name: 'a name of the query that means a new column',
    schema:
      'CREATE TABLE c14_users (id integer, age integer); CREATE TABLE c14_orders (id integer, of integer, total integer)',
    queries: `/* @name C14Captured */ SELECT id, (SELECT max(o.total) FROM c14_orders o WHERE of = u.id AND age > 3) AS best FROM c14_users u;
      /* @name C14Star */ SELECT * FROM c14_orders;`,
    migration: 'ALTER TABLE c14_orders ADD COLUMN age integer',
    impact: [
      'C14Captured may break: reads age c14_users.age -> c14_orders.age',
      'C14Captured compatible: reads c14_users (age) -> c14_orders (age)',
    ],
  },
  {
    name: 'an enum whose labels have another order',
    schema: `CREATE TYPE c15_old AS ENUM ('low', 'mid', 'high'); CREATE TABLE c15 (id integer, level c15_old NOT NULL)`,
    queries: `/* @name C15Top */ SELECT max(level) AS top FROM c15; /* @name C15Sorted */ SELECT id FROM c15 ORDER BY level;
      /* @name C15Plain */ SELECT id FROM c15 WHERE level = 'low';`,
    migration: `CREATE TYPE c15_new AS ENUM ('high', 'mid', 'low'); ALTER TABLE c15 ALTER level TYPE c15_new USING level::text::c15_new`,
    impact: [
      'C15Top may break: order c15.level low < mid < high -> high < mid < low',
      'C15Top compatible: column top c15_old | null -> c15_new | null',
      'C15Sorted may break: order c15.level low < mid < high -> high < mid < low',
    ],
  },
  {
    name: 'a function whose text names what is gone',
    schema: `CREATE TABLE c16 (id integer, amount integer); CREATE TABLE c16_log (what text);
      CREATE FUNCTION c16_sum() RETURNS bigint LANGUAGE plpgsql AS $$BEGIN\n  RETURN (SELECT sum(amount) FROM c16);\nEND$$;
      CREATE FUNCTION c16_twice() RETURNS bigint LANGUAGE sql AS 'SELECT 2 * c16_sum()';
      CREATE FUNCTION c16_note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO c16_log VALUES (1); RETURN NEW; END';
      CREATE TRIGGER c16_noted AFTER INSERT ON c16 FOR EACH ROW EXECUTE FUNCTION c16_note()`,
    queries: `/* @name C16Sum */ SELECT c16_twice() AS twice; /* @name C16Add */ INSERT INTO c16 (id) VALUES (:id);
      /* @name C16Read */ SELECT id FROM c16;`,
    migration: 'ALTER TABLE c16 RENAME COLUMN amount TO total; DROP TABLE c16_log',
    impact: [
      'C16Sum may break: function c16_sum() c16.amount -> none',
      'C16Add may break: function c16_note() c16_log -> none',
    ],
  },
  {
    name: 'attributes of a composite type are renamed',
    schema: `CREATE TYPE c17_pair AS (x integer, y integer); CREATE TABLE c17 (p c17_pair)`,
    queries: '/* @name C17Read */ SELECT p FROM c17;',
    migration: 'ALTER TYPE c17_pair RENAME ATTRIBUTE x TO z CASCADE',
    impact: [
      'C17Read may break: column p c17_pair (x int4 | null, y int4 | null) | null -> c17_pair (z int4 | null, y int4 | null) | null',
    ],
  },
  {
    name: 'a table takes the name of another that roles had privileges on',
    schema:
      'CREATE TABLE c18 (id integer, a integer); GRANT SELECT ON c18 TO PUBLIC; GRANT UPDATE (a) ON c18 TO PUBLIC',
    queries: '/* @name C18Read */ SELECT id FROM c18; /* @name C18Set */ UPDATE c18 SET a = :a;',
    migration:
      'CREATE TABLE c18_new (LIKE c18); ALTER TABLE c18 RENAME TO c18_old; ALTER TABLE c18_new RENAME TO c18',
    impact: [
      'C18Read may break: privilege PUBLIC of c18 SELECT -> none',
      'C18Set may break: privilege PUBLIC of c18 UPDATE -> none',
    ],
  },
  {
    name: 'a function whose text names what another schema still has',
    schema: `CREATE SCHEMA c19; CREATE TABLE c19.t (id integer, a integer); CREATE SCHEMA c19_other;
      CREATE TABLE c19_other.t (id integer, a integer);
      CREATE FUNCTION c19.tally() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM c19.t); END';
      CREATE FUNCTION c19.tallies() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT sum(c19.tally()) FROM c19_other.t); END';
      CREATE FUNCTION c19_other.tally() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM c19_other.t); END';
      CREATE FUNCTION c19_other.tallied() RETURNS bigint LANGUAGE plpgsql AS $$DECLARE n bigint;
        BEGIN EXECUTE format('SELECT count(*) FROM %I.t', 'c19') INTO n; RETURN n; END$$`,
    queries: `/* @name C19Gone */ SELECT c19.tally() AS n; /* @name C19Total */ SELECT c19.tallies() AS n;
      /* @name C19Other */ SELECT c19_other.tally() AS n; /* @name C19Dynamic */ SELECT c19_other.tallied() AS n;`,
    migration: 'ALTER TABLE c19.t RENAME TO renamed',
    impact: [
      'C19Gone may break: function c19.tally() c19.t -> none',
      'C19Total may break: function c19.tally() c19.t -> none',
      'C19Dynamic may break: function c19_other.tallied() c19.t -> none',
    ],
  },
  {
    name: 'what a function does inside meets a new demand of a table',
    schema: `CREATE TABLE c20 (id integer, a integer); GRANT SELECT, DELETE ON c20 TO PUBLIC; CREATE TABLE c20_other (id integer);
      CREATE FUNCTION c20_count() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM c20); END';
      CREATE FUNCTION c20_parsed() RETURNS bigint BEGIN ATOMIC SELECT c20_count(); END;
      CREATE FUNCTION c20_owner() RETURNS bigint SECURITY DEFINER LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM c20); END';
      CREATE FUNCTION c20_add() RETURNS void LANGUAGE plpgsql AS 'BEGIN INSERT INTO c20 VALUES (1, 2); END';
      CREATE VIEW c20_v AS SELECT c20_parsed() AS n; ALTER TABLE c20_other ADD CHECK (c20_count() >= 0)`,
    queries: `/* @name C20View */ SELECT n FROM c20_v; /* @name C20Owner */ SELECT c20_owner() AS n;
      /* @name C20Add */ SELECT c20_add() AS done; /* @name C20Check */ INSERT INTO c20_other VALUES (:id);`,
    migration: `CREATE TABLE c20_new (LIKE c20, CHECK (a > 0)); ALTER TABLE c20 RENAME TO c20_old; ALTER TABLE c20_new RENAME TO c20`,
    impact: [
      'C20View may break: privilege PUBLIC of c20 SELECT -> none',
      'C20Add may break: check c20_new_a_check of c20 none -> CHECK ((a > 0))',
      'C20Check may break: privilege PUBLIC of c20 SELECT -> none',
    ],
  },
  {
    name: 'privileges on a schema, a function and sequences are revoked',
    schema: `DO $$BEGIN CREATE ROLE nodrift_app; EXCEPTION WHEN duplicate_object THEN NULL; END$$;
      CREATE SCHEMA c21; GRANT USAGE ON SCHEMA c21 TO nodrift_app; CREATE TABLE c21.own (id serial, a integer); CREATE TABLE c21_own (id integer);
      CREATE VIEW c21_v AS SELECT id FROM c21.own; CREATE SEQUENCE c21_s; CREATE SEQUENCE c21_u;
      GRANT USAGE, SELECT ON SEQUENCE c21_s, c21.own_id_seq TO nodrift_app; GRANT UPDATE ON SEQUENCE c21_u TO nodrift_app;
      CREATE FUNCTION c21_f(integer) RETURNS integer LANGUAGE sql RETURN $1;
      CREATE FUNCTION c21_f(text) RETURNS integer LANGUAGE sql RETURN 1;
      CREATE FUNCTION c21_g() RETURNS integer LANGUAGE plpgsql AS 'BEGIN RETURN c21_f(nextval($$c21_s$$)::integer); END';
      CREATE FUNCTION c21_trigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER c21_fired BEFORE INSERT ON c21_own FOR EACH ROW EXECUTE FUNCTION c21_trigger()`,
    queries: `/* @name C21Add */ INSERT INTO c21.own (a) VALUES (:a); /* @name C21Given */ INSERT INTO c21.own (id, a) VALUES (:id, :a);
      /* @name C21View */ SELECT id FROM c21_v; /* @name C21Own */ INSERT INTO c21_own VALUES (:id);
      /* @name C21Number */ SELECT c21_f(1) AS n; /* @name C21Text */ SELECT c21_f('a'::text) AS n; /* @name C21Inside */ SELECT c21_g() AS n;
      /* @name C21Draw */ SELECT nextval('c21_s') AS n; /* @name C21Last */ SELECT last_value FROM c21_s; /* @name C21Set */ SELECT setval('c21_u', 1) AS n;`,
    migration: `REVOKE USAGE ON SCHEMA c21 FROM nodrift_app; REVOKE ALL ON SEQUENCE c21_s, c21_u, c21.own_id_seq FROM nodrift_app;
      REVOKE EXECUTE ON FUNCTION c21_f(integer), c21_trigger() FROM PUBLIC`,
    impact: [
      'C21Add may break: privilege nodrift_app of schema c21 USAGE -> none',
      'C21Add may break: privilege nodrift_app of sequence c21.own_id_seq USAGE -> none',
      'C21Given may break: privilege nodrift_app of schema c21 USAGE -> none',
      'C21Number may break: privilege PUBLIC of function c21_f(integer) EXECUTE -> none',
      'C21Inside may break: privilege PUBLIC of function c21_f(integer) EXECUTE -> none',
      'C21Inside may break: privilege nodrift_app of sequence c21_s USAGE -> none',
      'C21Draw may break: privilege nodrift_app of sequence c21_s USAGE -> none',
      'C21Last may break: privilege nodrift_app of sequence c21_s SELECT -> none',
      'C21Set may break: privilege nodrift_app of sequence c21_u UPDATE -> none',
    ],
  },
  {
    name: 'a new column draws from a sequence that those who insert have no privilege on',
    schema: `DO $$BEGIN CREATE ROLE nodrift_app; EXCEPTION WHEN duplicate_object THEN NULL; END$$;
      CREATE TABLE c22 (id integer); GRANT INSERT ON c22 TO nodrift_app`,
    queries: '/* @name C22Add */ INSERT INTO c22 (id) VALUES (:id);',
    migration:
      'ALTER TABLE c22 ADD COLUMN n serial, ADD COLUMN m serial, ADD COLUMN o integer GENERATED ALWAYS AS IDENTITY, ADD COLUMN p serial; GRANT USAGE ON SEQUENCE c22_m_seq TO nodrift_app; GRANT SELECT ON SEQUENCE c22_p_seq TO nodrift_app',
    impact: [
      'C22Add may break: privilege nodrift_app of sequence c22_n_seq none -> no USAGE',
      'C22Add may break: privilege nodrift_app of sequence c22_p_seq none -> no USAGE',
    ],
  },
  {
    name: 'a function of the same name in another schema, or with other arguments',
    schema: `CREATE TABLE c23 (id integer, a integer, b integer); CREATE SCHEMA c23_other; CREATE TABLE c23_other.log (id integer);
      CREATE FUNCTION c23_f(integer) RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT sum(a) FROM c23); END';
      CREATE FUNCTION c23_f(text) RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM c23); END';
      CREATE FUNCTION c23_other.c23_f(integer) RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
      CREATE VIEW c23_v AS SELECT c23_f('a'::text) AS n; ALTER TABLE c23 ALTER b SET DEFAULT c23_other.c23_f(1)`,
    queries: `/* @name C23Number */ SELECT c23_f(1) AS n; /* @name C23Text */ SELECT c23_f('a'::text) AS n; /* @name C23View */ SELECT n FROM c23_v;
      /* @name C23Other */ SELECT c23_other.c23_f(1) AS n; /* @name C23Add */ INSERT INTO c23 (id) VALUES (:id);`,
    migration: 'ALTER TABLE c23 DROP COLUMN a',
    impact: ['C23Number may break: function c23_f() c23.a -> none'],
  },
  {
    name: 'a sequence ends earlier',
    schema: `CREATE SEQUENCE c24_max; CREATE SEQUENCE c24_cycle CYCLE; CREATE SEQUENCE c24_step; CREATE SEQUENCE c24_more AS smallint;
      CREATE TABLE c24 (id bigint GENERATED BY DEFAULT AS IDENTITY, n bigserial, a integer);
      CREATE FUNCTION c24_f() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN nextval($$c24_cycle$$); END'`,
    queries: `/* @name C24Max */ SELECT nextval('c24_max') AS n; /* @name C24Cycle */ SELECT c24_f() AS n; /* @name C24Step */ SELECT nextval('c24_step') AS n;
      /* @name C24More */ SELECT nextval('c24_more') AS n; /* @name C24Add */ INSERT INTO c24 (a) VALUES (:a);
      /* @name C24Given */ INSERT INTO c24 (id, n) VALUES (:id, :n);`,
    migration: `ALTER SEQUENCE c24_max MAXVALUE 1000; ALTER SEQUENCE c24_cycle NO CYCLE; ALTER SEQUENCE c24_step INCREMENT BY 10;
      ALTER SEQUENCE c24_more AS bigint; ALTER SEQUENCE c24_id_seq AS integer; ALTER SEQUENCE c24_n_seq AS smallint`,
    impact: [
      'C24Max may break: sequence c24_max bigint INCREMENT 1 MINVALUE 1 MAXVALUE 9223372036854775807 -> bigint INCREMENT 1 MINVALUE 1 MAXVALUE 1000',
      'C24Cycle may break: sequence c24_cycle bigint INCREMENT 1 MINVALUE 1 MAXVALUE 9223372036854775807 CYCLE -> bigint INCREMENT 1 MINVALUE 1 MAXVALUE 9223372036854775807',
      'C24Step may break: sequence c24_step bigint INCREMENT 1 MINVALUE 1 MAXVALUE 9223372036854775807 -> bigint INCREMENT 10 MINVALUE 1 MAXVALUE 9223372036854775807',
      'C24Add may break: sequence c24_id_seq bigint INCREMENT 1 MINVALUE 1 MAXVALUE 9223372036854775807 -> integer INCREMENT 1 MINVALUE 1 MAXVALUE 2147483647',
      'C24Add may break: sequence c24_n_seq bigint INCREMENT 1 MINVALUE 1 MAXVALUE 9223372036854775807 -> smallint INCREMENT 1 MINVALUE 1 MAXVALUE 32767',
    ],
  },
  {
    name: 'a key that is made again NOT VALID, beside one that is dropped',
    schema: `CREATE TABLE c25 (id integer PRIMARY KEY, name text NOT NULL); CREATE TABLE c25_of (id integer, to_id integer NOT NULL CONSTRAINT c25_key REFERENCES c25);
      CREATE TABLE c25_too (id integer, to_id integer NOT NULL CONSTRAINT c25_key REFERENCES c25);
      CREATE TABLE c25_n (a integer NOT NULL)`,
    queries: `/* @name C25Of */ SELECT o.id, c.name FROM c25_of o LEFT JOIN c25 c ON c.id = o.to_id;
      /* @name C25Too */ SELECT o.id, c.name FROM c25_too o LEFT JOIN c25 c ON c.id = o.to_id; /* @name C25N */ SELECT a FROM c25_n;`,
    migration: `ALTER TABLE c25_of DROP CONSTRAINT c25_key, ADD CONSTRAINT c25_key FOREIGN KEY (to_id) REFERENCES c25 NOT VALID;
      ALTER TABLE c25_too DROP CONSTRAINT c25_key;
      ALTER TABLE c25_n ALTER a DROP NOT NULL, ADD CONSTRAINT c25_n NOT NULL a NOT VALID`,
    impact: [
      'C25Of may break: column name text -> text | null',
      'C25Too breaks: column name text -> text | null',
      'C25N may break: column a int4 -> int4 | null',
    ],
  },
  {
    name: 'a required column of a table whose INSERTs a rule rewrites',
    schema: `CREATE TABLE c26 (id integer); CREATE RULE c26_not AS ON INSERT TO c26 DO INSTEAD NOTHING;
      CREATE TABLE c26_u (id integer); CREATE RULE c26_not AS ON UPDATE TO c26_u DO INSTEAD NOTHING`,
    queries:
      '/* @name C26Add */ INSERT INTO c26 (id) VALUES (:id); /* @name C26U */ INSERT INTO c26_u (id) VALUES (:id);',
    migration:
      'ALTER TABLE c26 ADD COLUMN a integer NOT NULL; ALTER TABLE c26_u ADD COLUMN a integer NOT NULL',
    impact: [
      'C26Add may break: required column c26.a none -> NOT NULL without a default',
      'C26U breaks: required column c26_u.a none -> NOT NULL without a default',
    ],
  },
  {
    name: 'fields of rows and JSON that hold more, or other, numbers',
    schema: `CREATE TABLE c27 (id integer, r real, n numeric(10,2) NOT NULL, u uuid)`,
    queries: `/* @name C27Rows */ SELECT ROW(c.r, c.u) AS made FROM c27 c; /* @name C27Json */ SELECT json_build_object('n', n) AS made FROM c27;
      /* @name C27Plain */ SELECT u FROM c27;`,
    migration: 'ALTER TABLE c27 ALTER r TYPE numeric, ALTER n TYPE numeric, ALTER u TYPE text',
    impact: [
      'C27Rows may break: column made record ( float4 | null,  uuid | null) -> record ( numeric | null,  text | null)',
      "C27Json may break: column made json {n: number | 'NaN'} -> json {n: number | 'NaN' | 'Infinity' | '-Infinity'}",
      'C27Plain breaks: column u uuid | null -> text | null',
    ],
  },
  {
    name: 'a key that goes is the arbiter of an ON CONFLICT',
    schema: `CREATE TABLE c90 (id integer UNIQUE, a integer UNIQUE, EXCLUDE (a WITH =)); CREATE TABLE c91 (t char(5) UNIQUE)`,
    queries: `/* @name C90Any */ INSERT INTO c90 VALUES (:id, :a) ON CONFLICT DO NOTHING;
      /* @name C90Id */ INSERT INTO c90 VALUES (:id, :a) ON CONFLICT (id) DO NOTHING;
      /* @name C90Name */ INSERT INTO c90 VALUES (:id, :a) ON CONFLICT ON CONSTRAINT c90_id_key DO NOTHING;
      /* @name C90Plain */ INSERT INTO c90 VALUES (:id, :a);
      /* @name C91Any */ INSERT INTO c91 VALUES (:t) ON CONFLICT (t) DO UPDATE SET t = excluded.t;`,
    migration: `ALTER TABLE c90 DROP CONSTRAINT c90_a_key, DROP CONSTRAINT c90_a_excl;
      ALTER TABLE c91 ALTER t TYPE text`,
    impact: [
      'C90Any may break: exclusion c90_a_excl of c90 EXCLUDE USING btree (a WITH =) -> none',
      'C90Any may break: unique c90_a_key of c90 UNIQUE (a) -> none',
      'C91Any may break: unique c91_t_key of c91 UNIQUE (t) -> none',
      'C91Any compatible: parameter :t bpchar | null -> text | null',
    ],
  },
  {
    name: 'a role is no member any more of one that has privileges, or that a policy names',
    schema: `${roles('c92_reader', 'c92_writer', 'c92_app', 'c92_other')};
      GRANT c92_reader, c92_writer TO c92_app; GRANT c92_app TO c92_other;
      CREATE TABLE c92 (id integer, a integer); CREATE TABLE c92_too (id integer); CREATE SEQUENCE c92_s;
      CREATE TABLE c92_rows (id integer); ALTER TABLE c92_rows ENABLE ROW LEVEL SECURITY;
      CREATE POLICY c92_p ON c92_rows TO c92_reader USING (true);
      GRANT SELECT ON c92, c92_too TO c92_reader; GRANT INSERT ON c92 TO c92_writer; GRANT SELECT ON c92_too TO c92_app;
      GRANT USAGE ON SEQUENCE c92_s TO c92_reader`,
    queries: `/* @name C92Read */ SELECT id FROM c92; /* @name C92Own */ SELECT id FROM c92_too;
      /* @name C92Add */ INSERT INTO c92 VALUES (:id); /* @name C92Draw */ SELECT nextval('c92_s') AS n;
      /* @name C92Rows */ SELECT id FROM c92_rows;`,
    migration: 'REVOKE c92_reader FROM c92_app',
    impact: [
      'C92Read may break: privilege c92_app of c92 SELECT -> none',
      'C92Read may break: privilege c92_other of c92 SELECT -> none',
      'C92Draw may break: privilege c92_app of sequence c92_s USAGE -> none',
      'C92Draw may break: privilege c92_other of sequence c92_s USAGE -> none',
      'C92Rows may break: policy c92_p of c92_rows permissive USING true -> permissive USING true',
    ],
  },
  {
    name: 'what one role loses and another gets, or all have',
    schema: `${roles('c94_a', 'c94_b')}; CREATE TABLE c94 (id integer); GRANT SELECT ON c94 TO c94_a;
      CREATE TABLE c94_all (id integer); GRANT SELECT ON c94_all TO c94_a, PUBLIC`,
    queries: '/* @name C94Read */ SELECT id FROM c94; /* @name C94All */ SELECT id FROM c94_all;',
    migration: 'REVOKE SELECT ON c94, c94_all FROM c94_a; GRANT SELECT ON c94 TO c94_b',
    impact: ['C94Read may break: privilege c94_a of c94 SELECT -> none'],
  },
  {
    name: 'a sequence stands elsewhere',
    schema: `CREATE TABLE c95 (id serial PRIMARY KEY, n integer GENERATED BY DEFAULT AS IDENTITY UNIQUE, m serial, x integer);
      CREATE SEQUENCE c95_a; CREATE SEQUENCE c95_b; CREATE SEQUENCE c95_c; CREATE SEQUENCE c95_d;
      CREATE TABLE c95_e (id serial PRIMARY KEY); CREATE TABLE c95_f (id serial PRIMARY KEY);
      CREATE FUNCTION c95_draw() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN nextval($$c95_a$$); END'`,
    queries: `/* @name C95Add */ INSERT INTO c95 (x) VALUES (:x); /* @name C95Put */ INSERT INTO c95 (id, n, m) VALUES (:a, :b, :c);
      /* @name C95Own */ INSERT INTO c95 (id, n, m) VALUES (nextval('c95_b'), :b, :c);
      /* @name C95Draw */ SELECT c95_draw() AS n; /* @name C95Calm */ SELECT nextval('c95_c') AS n;
      /* @name C95Empty */ SELECT nextval('c95_d') AS n; /* @name C95Serial */ INSERT INTO c95_e DEFAULT VALUES;
      /* @name C95Gone */ INSERT INTO c95_f DEFAULT VALUES;`,
    migration: `ALTER SEQUENCE c95_id_seq RESTART; ALTER TABLE c95 ALTER n RESTART WITH 5; SELECT setval('c95_m_seq', 7);
      SELECT setval('c95_a'::regclass, 9), setval('c95_b', 9, false); ALTER SEQUENCE c95_c CACHE 5;
      SELECT setval('c95_d', (SELECT max(x) FROM c95));
      SELECT setval(pg_get_serial_sequence('c95_e', 'id'), (SELECT max(id) FROM c95_e));
      TRUNCATE c95_f RESTART IDENTITY`,
    impact: [
      'C95Add may break: sequence c95_id_seq none -> RESTART or setval()',
      'C95Add may break: sequence c95_n_seq none -> RESTART or setval()',
      'C95Add may break: sequence c95_m_seq none -> RESTART or setval()',
      'C95Own may break: sequence c95_b none -> RESTART or setval()',
      'C95Draw may break: sequence c95_a none -> RESTART or setval()',
      'C95Empty may break: sequence c95_d none -> RESTART or setval()',
      'C95Serial may break: sequence c95_e_id_seq none -> RESTART or setval()',
    ],
  },
  {
    name: 'a partition has a NOT NULL of its own',
    schema: `CREATE TABLE c96 (k integer, a integer) PARTITION BY LIST (k); CREATE TABLE c96_1 PARTITION OF c96 DEFAULT`,
    queries: '/* @name C96Add */ INSERT INTO c96 (k) VALUES (:k); /* @name C96Set */ UPDATE c96 SET k = :k;',
    migration: 'ALTER TABLE c96_1 ALTER a SET NOT NULL',
    impact: [
      'C96Add may break: required column c96_1.a NULL allowed -> NOT NULL',
      // A row that moves is inserted there.
      'C96Set may break: required column c96_1.a NULL allowed -> NOT NULL',
    ],
  },
  {
    name: 'a required column that a BEFORE trigger may fill in, and another default',
    schema: `CREATE TABLE c97 (id integer, d integer DEFAULT 1, e integer DEFAULT 1);
      CREATE FUNCTION c97_fill() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER c97_t BEFORE INSERT ON c97 FOR EACH ROW EXECUTE FUNCTION c97_fill()`,
    queries: '/* @name C97Add */ INSERT INTO c97 (id) VALUES (:id);',
    migration: 'ALTER TABLE c97 ADD b integer NOT NULL, ALTER d SET DEFAULT 2, ALTER e DROP DEFAULT',
    impact: [
      'C97Add may break: default c97.d 1 -> 2',
      'C97Add may break: default c97.e 1 -> none',
      'C97Add may break: required column c97.b none -> NOT NULL without a default',
    ],
  },
  {
    name: 'a CHECK that lists what a parameter can be',
    schema: 'CREATE TABLE c98 (s text, t text)',
    queries: '/* @name C98Add */ INSERT INTO c98 (s) VALUES (:s);',
    migration: "ALTER TABLE c98 ADD CHECK (s IN ('a', 'b')), ADD CHECK (t IS NULL)",
    impact: ["C98Add may break: parameter :s text | null -> 'a' | 'b' | null"],
  },
  {
    name: 'a table without a key is published, or loses its key',
    schema: `CREATE TABLE c100 (a integer); CREATE TABLE c100_key (a integer PRIMARY KEY); CREATE TABLE c100_full (a integer);
      CREATE TABLE c100_of (a integer REFERENCES c100_key ON DELETE CASCADE); ALTER TABLE c100_full REPLICA IDENTITY FULL`,
    queries: `/* @name C100Set */ UPDATE c100 SET a = :a; /* @name C100Add */ INSERT INTO c100 VALUES (:a);
      /* @name C100Key */ UPDATE c100_key SET a = :a; /* @name C100Full */ DELETE FROM c100_full;
      /* @name C100Cascade */ DELETE FROM c100_key;`,
    migration: 'CREATE PUBLICATION c100 FOR TABLE c100, c100_key, c100_full, c100_of',
    impact: [
      'C100Set breaks: publication c100 none -> published without a replica identity',
      'C100Cascade may break: publication c100_of none -> published without a replica identity',
    ],
  },
  {
    name: 'what an inheriting table demands is nothing to an INSERT into its parent',
    schema: 'CREATE TABLE c99 (a integer); CREATE TABLE c99_child () INHERITS (c99)',
    queries: '/* @name C99Add */ INSERT INTO c99 VALUES (:a); /* @name C99Set */ UPDATE c99 SET a = :a;',
    migration: 'ALTER TABLE c99_child ADD CONSTRAINT c99_more CHECK (a > 0)',
    impact: ['C99Set may break: check c99_more of c99_child none -> CHECK ((a > 0))'],
  },
];

/** Roles are of the server; what these tables' roles had goes with the tables. */
export function roles(...names: readonly string[]): string {
  const create = (name: string) =>
    `BEGIN CREATE ROLE ${name}; EXCEPTION WHEN duplicate_object THEN NULL; END;`;
  return `DO $$BEGIN ${names.map(create).join(' ')} END$$`;
}
