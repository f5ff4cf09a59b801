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
];
