import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describe as describeStatements } from '../../src/analysis/wire.ts';
import { readStatements } from '../../src/sql/read.ts';
import { type Analysed, analysed } from '../support/analysed.ts';

/** What is refused, and what the hint says to use instead. */
const refused: readonly (readonly [instead: RegExp, statements: readonly string[]])[] = [
  [
    /^Call `transaction\(db/,
    [
      'BEGIN ISOLATION LEVEL SERIALIZABLE',
      'START TRANSACTION READ ONLY',
      'COMMIT',
      'end',
      'ROLLBACK',
      'ROLLBACK TO SAVEPOINT "a("',
      'ABORT',
      'SAVEPOINT "a}"',
      'RELEASE a',
      "PREPARE TRANSACTION 'a'",
      "COMMIT PREPARED '('",
      "ROLLBACK PREPARED '('",
      '/* first */ BEGIN -- then',
    ],
  ],
  [
    /^Give `transaction` its options/,
    ['SET TRANSACTION READ ONLY', 'SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY'],
  ],
  [
    /`SELECT set_config\('name', :value, true\)`/,
    [
      "SET search_path TO a, 'b\"c', \"d e\", '('",
      "SET LOCAL my.setting = ''",
      "SET TIME ZONE INTERVAL '-08:00' HOUR TO MINUTE",
      'SET work_mem TO DEFAULT',
      'SET ROLE NONE',
      'SET SESSION AUTHORIZATION DEFAULT',
      'RESET ALL',
      'DISCARD TEMP',
    ],
  ],
  [/`listen\(db, channel\)`/, ['LISTEN "a("', 'UNLISTEN *']],
  [
    /^Write the statement itself/,
    ['PREPARE p AS SELECT NULL, nullif(1, 2)', 'EXECUTE p(NULL, 1 IN (1, 2))', 'DEALLOCATE ALL'],
  ],
  [
    /^Run it with psql/,
    ['VACUUM (ANALYZE, VERBOSE) t (a, b)', 'REINDEX TABLE t', 'CLUSTER t', 'CHECKPOINT', "LOAD '('"],
  ],
  [
    /^Write it into a migration\. If it is about a temporary table, write @temporary/,
    [
      'CREATE TABLE made (a int)',
      'CREATE TEMP TABLE made (a int)',
      'CREATE TABLE made AS SELECT 1 AS a',
      'CREATE OR REPLACE VIEW made AS SELECT 1 AS a',
      'CREATE INDEX ON t (a)',
      'ALTER TABLE t ADD c int',
      'ALTER SYSTEM SET work_mem = 1',
      'DROP TABLE t',
      "COMMENT ON TABLE t IS ''",
      'GRANT SELECT ON t TO PUBLIC',
      'REVOKE ALL ON t FROM PUBLIC',
      'REASSIGN OWNED BY a TO b',
      "SECURITY LABEL ON TABLE t IS '('",
      'IMPORT FOREIGN SCHEMA a FROM SERVER b INTO c',
    ],
  ],
  [
    /^Write INSERT INTO … SELECT/,
    [
      'SELECT 1 AS a INTO made',
      'WITH x AS (SELECT 1 AS a) SELECT a INTO TEMP made FROM x',
      'SELECT 1 AS into INTO made',
    ],
  ],
];

/** What can be a query, although it begins or reads like one of those. */
const accepted: readonly string[] = [
  'SELECT 1 AS into',
  'SELECT x.into FROM (SELECT 1 AS into) x',
  'SELECT "into" FROM (SELECT 1 AS "into") x',
  'WITH x AS (INSERT INTO t VALUES (1) RETURNING a) SELECT a FROM x',
  'WITH x AS (SELECT 1 AS a) INSERT INTO t SELECT a FROM x',
  'INSERT INTO t VALUES (1)',
  'MERGE INTO t USING (SELECT 1 AS a) s ON t.a = s.a WHEN NOT MATCHED THEN INSERT VALUES (1)',
  'SET CONSTRAINTS ALL DEFERRED',
  "NOTIFY x, 'a)}'",
  'ANALYZE t',
  'TRUNCATE t',
  'LOCK TABLE t IN SHARE MODE',
  'SHOW work_mem',
  'EXPLAIN SELECT 1',
  "DO $$ BEGIN PERFORM ')'; END $$",
];

const read = (sql: string, words = '') =>
  readStatements('q.sql', `/* @name Q ${words} */ ${sql};`).diagnostics;

describe('commands that can never be right as a query', () => {
  let on: Analysed;
  beforeAll(async () => {
    on = await analysed('PGlite', 'CREATE TABLE t (a int, b text)');
  });
  afterAll(() => on.close());

  it('are those of Postgres, which takes them', async () => {
    const all = [...refused.flatMap(([, statements]) => statements), ...accepted];
    const errors: string[] = [];
    await describeStatements(on.client, all, (described) => {
      if (!described.ok) errors.push(described.error.message);
    });
    await on.client.query('SET debug_print_parse = off');
    expect(errors).toEqual([]);
  });

  it.each(refused.flatMap(([instead, all]) => all.map((sql) => [sql, instead] as const)))(
    '%s: refused, with what to use instead',
    (sql, instead) => {
      const [problem, ...others] = read(sql);
      expect(others).toEqual([]);
      expect(problem?.message).toMatch(/^Q cannot be a query: [A-Z]+( [A-Z]+)* [a-z]/);
      expect(problem?.hint).toMatch(instead);
    },
  );

  it('are refused where they are', () => {
    const text = '-- name: Start :exec\n\n  BEGIN;\n';
    expect(readStatements('q.sql', text).diagnostics).toMatchObject([{ line: 3, column: 3 }]);
  });

  it.each(accepted)('but not %s', (sql) => {
    expect(read(sql)).toEqual([]);
  });
});

describe('@temporary', () => {
  it.each(['CREATE TEMP TABLE made (a int)', 'DROP TABLE made', 'SELECT 1 AS a INTO TEMP made'])(
    'lets %s be a query',
    (sql) => {
      expect(read(sql, ':exec @temporary')).toEqual([]);
      const sqlc = `-- name: Make :exec\n-- @temporary\n${sql};`;
      expect(readStatements('q.sql', sqlc).diagnostics).toEqual([]);
    },
  );

  it('lets nothing else be one', () => {
    expect(read('BEGIN', '@temporary')).toHaveLength(1);
  });

  it('is not a text of the documentation', () => {
    const text = '/* @name Q :exec @temporary\n Makes it. */ CREATE TEMP TABLE made (a int);';
    expect(readStatements('q.sql', text).statements[0]?.documentation).toBe('Makes it.');
    const sqlc = '-- name: Q :exec\n-- @temporary\n-- Makes it.\nCREATE TEMP TABLE made (a int);';
    expect(readStatements('q.sql', sqlc).statements[0]?.documentation).toBe('Makes it.');
  });
});
