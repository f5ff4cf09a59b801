import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import type { AnalysedQuery } from '../../src/analysis/analysed-query.ts';
import type { Diagnostic } from '../../src/diagnostic.ts';
import { readStatements } from '../../src/sql/read.ts';
import { type Analysed, analysed } from '../support/analysed.ts';
import { majors } from '../support/postgres.ts';
import { tested } from '../support/tested.ts';

const schema = `
  CREATE TABLE t (a int, b text);
  CREATE TABLE "odd.table" ("from" int, "to stdin" text);
  CREATE TABLE audit (id int GENERATED ALWAYS AS IDENTITY, note text);
  CREATE MATERIALIZED VIEW stored AS SELECT 1 AS a;
  CREATE TYPE mood AS ENUM ('sad');
  CREATE PROCEDURE log_note(note text, INOUT id int) LANGUAGE sql AS
    'INSERT INTO audit (note) VALUES (note) RETURNING audit.id';
  CREATE PROCEDURE two(a int, OUT x int, OUT y text) LANGUAGE sql AS 'SELECT 1, NULL::text';
  CREATE PROCEDURE silent(a int, b bool DEFAULT true) LANGUAGE sql AS 'SELECT 1';
`;

type Rows = readonly [min: number, max: number | null];
const one: Rows = [1, 1];
const unknown: Rows = [0, null];

/** Statements that return rows, and how many. */
const returning: readonly (readonly [sql: string, rows: Rows])[] = [
  ["CALL log_note('x', NULL)", one],
  ['CALL log_note(:x, NULL)', one],
  ["CALL log_note(nullif('a)}', E'\\\\{\"('), NULL)", one],
  ["CALL log_note(CASE WHEN 'a' IN ('x', '(') AND NOT 'b' LIKE 'c%' THEN ')' END, id => NULL)", one],
  ["CALL log_note(CASE WHEN 1 BETWEEN 2 AND 3 OR 1 NOT BETWEEN SYMMETRIC 2 AND 3 THEN '{' END, 7)", one],
  ["CALL log_note('a' || lower(:x), NULL)", one],
  ["CALL log_note(('{a,NULL}'::text[])[1], CAST(NULL AS int))", one],
  [
    "CALL log_note(CASE WHEN 'a' SIMILAR TO 'b' OR 'a' ILIKE 'b' OR 1 = ANY (ARRAY[NULL, 1]) THEN U&'\\0028' END, 1)",
    one,
  ],
  ['CALL log_note(CASE WHEN 1 IS DISTINCT FROM NULL AND true IS NOT UNKNOWN THEN current_user END, 1)', one],
  ['CALL log_note(note => $${)"$$, id => NULL) /* ) } */', one],
  ['CALL two(1, NULL, NULL)', one],
  ['CALL two(:a, NULL, NULL)', one],
  ['SHOW search_path', one],
  ['SHOW TIME ZONE', one],
  ['SHOW TRANSACTION ISOLATION LEVEL', one],
  ['SHOW SESSION AUTHORIZATION', one],
  ['SHOW "DateStyle"', one],
  ['SHOW ALL', unknown],
  ['SHOW "ALL"', unknown],
  ["EXPLAIN SELECT * FROM t WHERE a = :a AND b IN (NULL, ')')", unknown],
  ['EXPLAIN (COSTS off) UPDATE t SET b = NULL', unknown],
  ['EXPLAIN (FORMAT json) SELECT * FROM t WHERE a = :a', one],
  ['EXPLAIN (FORMAT yaml) SELECT NULL AS x', unknown],
  ['EXPLAIN (COSTS off) CREATE TABLE made AS SELECT NULL::int AS x', unknown],
  ['EXPLAIN (COSTS off) DECLARE c CURSOR FOR SELECT NULL', unknown],
];

/** Statements that return none. */
const silent: readonly string[] = [
  'CALL silent(NULL)',
  'CALL silent(1, b => NULL)',
  "CREATE TEMP TABLE made (a int DEFAULT NULL, b text CHECK (b LIKE '(%' OR b IN ('{', '\"')), PRIMARY KEY (a))",
  "CREATE TABLE made (a bit(8) DEFAULT B'1', b bit DEFAULT B'(({', c bytea DEFAULT X'((')",
  'CREATE TABLE made (a numeric DEFAULT -1e400, b "char" DEFAULT \'{\', c int GENERATED ALWAYS AS (nullif(a, 1)) STORED)',
  'CREATE TABLE made (LIKE t INCLUDING ALL, x text DEFAULT \'<>\' COLLATE "C")',
  'CREATE TABLE made (a int) PARTITION BY RANGE ((coalesce(a, NULL)))',
  'CREATE TABLE made PARTITION OF t FOR VALUES IN (NULL, 1)',
  'CREATE TABLE made AS SELECT NULL AS x, :b::int AS y',
  'CREATE TABLE made AS EXECUTE prepared(NULL)',
  'SELECT 1 AS a, \'(\' AS "b)" INTO made',
  'CREATE MATERIALIZED VIEW made AS SELECT NULL AS a',
  'CREATE VIEW made AS SELECT NULL AS a WHERE 1 BETWEEN 0 AND 2',
  "CREATE UNIQUE INDEX ON t (nullif(a, 1)) WHERE b LIKE 'a\\%('",
  'CREATE SCHEMA made CREATE TABLE x (b int DEFAULT NULL)',
  "CREATE TYPE made AS ENUM ('(', '\"', '<>', '\\', ' ', '1')",
  "CREATE DOMAIN made AS text DEFAULT NULL CHECK (VALUE IN ('(', NULL))",
  'CREATE FUNCTION made(a int DEFAULT NULL) RETURNS int LANGUAGE sql RETURN nullif(a, 1)',
  "CREATE FUNCTION made() RETURNS int LANGUAGE sql AS $$ SELECT ')}' $$",
  "CREATE POLICY made ON t USING (a IN (1, NULL) AND b NOT LIKE '(')",
  'CREATE RULE made AS ON INSERT TO t WHERE NEW.a BETWEEN 1 AND 2 DO INSTEAD DELETE FROM t WHERE a = NULL',
  "CREATE TRIGGER made BEFORE INSERT ON t FOR EACH ROW WHEN (NEW.a IS DISTINCT FROM NULL) EXECUTE FUNCTION f('(', ')')",
  'CREATE SEQUENCE made INCREMENT -1 MINVALUE -9223372036854775808',
  'CREATE STATISTICS made ON (nullif(a, 1)), b FROM t',
  'CREATE EXTENSION made SCHEMA "a(" VERSION \'1.0\'',
  "CREATE DATABASE made TEMPLATE template0 ENCODING 'UTF8'",
  "CREATE ROLE \"a)\" PASSWORD '(' VALID UNTIL 'infinity'",
  "ALTER TABLE t ALTER a SET DEFAULT NULL, ADD CHECK (a IN (1, 2)), ALTER b TYPE int USING nullif(b, '(')::int",
  "ALTER SYSTEM SET work_mem = '('",
  "ALTER TYPE mood ADD VALUE '}' BEFORE 'sad'",
  'DROP TABLE IF EXISTS "a(b", t CASCADE',
  "COMMENT ON TABLE t IS '({'",
  'COMMENT ON COLUMN t.a IS NULL',
  'GRANT SELECT (a), UPDATE ON t TO "a(b" WITH GRANT OPTION',
  'REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC',
  'SET CONSTRAINTS ALL DEFERRED',
  "NOTIFY x, 'a)}'",
  'DECLARE c CURSOR FOR SELECT NULL WHERE :a IN (1, 2)',
  'MOVE NEXT FROM c',
  'CLOSE c',
  "DO $$ BEGIN PERFORM ')'; END $$",
  "DO LANGUAGE sql '('",
  'TRUNCATE t, audit RESTART IDENTITY CASCADE',
  'LOCK TABLE t IN SHARE MODE',
  'ANALYZE t',
  'REFRESH MATERIALIZED VIEW stored WITH NO DATA',
  "COPY t FROM '/tmp/x' WITH (FORMAT csv, NULL '', QUOTE '\"', DELIMITER '(')",
  "COPY t (a) FROM PROGRAM 'cat' WHERE b IS DISTINCT FROM NULL",
  'COPY "odd.table" ("from", "to stdin") TO \'/tmp/x\'',
  "COPY (SELECT NULL AS x FROM t WHERE a IN (1)) TO PROGRAM 'cat'",
  "SECURITY LABEL ON TABLE t IS '('",
  'IMPORT FOREIGN SCHEMA a LIMIT TO ("b(") FROM SERVER c INTO d OPTIONS (x \'(\')',
];

describe.each(tested([...majors, 'PGlite']))('utility statements on %s', (server) => {
  let on: Analysed;
  beforeAll(async () => {
    on = await analysed(server, schema);
  });
  afterAll(() => on.close());

  const optionsOf = (text: string) => ({
    texts: new Map([['q.sql', text]]),
    lenientParameters: false,
    catalog: Promise.resolve(on.catalog),
  });

  const analyseAll = async (statements: readonly string[]) => {
    const text = statements.map((sql, i) => `/* @name Q${i} @temporary */\n${sql};\n`).join('\n');
    const read = readStatements('q.sql', text);
    expect(read.diagnostics).toEqual([]);
    const { queries, diagnostics } = await analyse(on.client, read.statements, optionsOf(text));
    await on.client.query('SET debug_print_parse = off');
    return { queries, diagnostics };
  };

  it('are read, whatever is in them', async () => {
    const all = [...returning.map(([sql]) => sql), ...silent];
    expect(all.length).toBeGreaterThan(60);
    const { queries, diagnostics } = await analyseAll(all);
    expect(diagnostics.map(({ message }) => message)).toEqual([]);
    expect(queries.map(({ kind }) => kind)).toEqual(all.map(() => 'UTILITY'));
    const bounds = ({ rows, command }: AnalysedQuery) => [command, rows.min, rows.max];
    expect(queries.map(bounds)).toEqual([
      ...returning.map(([, rows]) => ['many', ...rows]),
      ...silent.map(() => ['exec', ...unknown]),
    ]);
  });

  it('return as many rows as is said, and no NULL where none is said', async () => {
    const { queries } = await analyseAll(returning.map(([sql]) => sql));
    for (const { statement, rows, columns } of queries) {
      const values = statement.params.map(() => '1');
      const found = await on.rows(statement.sql, values);
      expect(found.length, statement.sql).toBeGreaterThanOrEqual(rows.min);
      if (rows.max !== null) expect(found.length, statement.sql).toBeLessThanOrEqual(rows.max);
      for (const row of found) {
        row.forEach((value, i) => {
          if (columns[i]?.value.nullable === false) expect(value, statement.sql).not.toBeNull();
        });
      }
    }
    const proven = queries.filter(({ columns }) => columns.some(({ value }) => !value.nullable));
    expect(proven.map(({ statement }) => /^\w+/.exec(statement.sql)?.[0])).toEqual([
      ...Array<string>(5).fill('SHOW'),
      ...Array<string>(6).fill('EXPLAIN'),
    ]);
  });

  it('take :one where they return one row, by no proof of the author', async () => {
    const text = `/* @name Call :one */ CALL two(1, NULL, NULL);
/* @name Show :one */ SHOW work_mem;
/* @name Plan :one */ EXPLAIN (FORMAT json) SELECT 1;
/* @name All :one */ SHOW ALL;
/* @name Vouched :one! */ SHOW ALL;
/* @name Text :maybe */ EXPLAIN SELECT 1;
/* @name Nothing :one */ CALL silent(1);
/* @name Locked :many */ LOCK TABLE t;`;
    const { statements } = readStatements('q.sql', text);
    const { queries, diagnostics } = await analyse(on.client, statements, optionsOf(text));
    expect(queries.map(({ statement }) => statement.name)).toEqual(['Call', 'Show', 'Plan', 'Vouched']);
    expect(diagnostics.map(shown)).toMatchInlineSnapshot(`
      [
        "q.sql:4:14: All: it is marked :one, but nothing proves that it returns at most one row (Mark it :many, or :one! to assert it.)",
        "q.sql:6:15: Text: it is marked :maybe, but nothing proves that it returns at most one row (Mark it :many, or :maybe! to assert it.)",
        "q.sql:7:18: Nothing: it is marked :one, but Postgres does not describe any rows of the statement (Mark it :exec.)",
        "q.sql:8:17: Locked: it is marked :many, but Postgres does not describe any rows of the statement (Mark it :exec.)",
      ]
    `);
  });

  it('are refused where a query function cannot do what they say', async () => {
    const text = `/* @name Load */
COPY t FROM STDIN;
/* @name LoadWhere */
COPY t (a, b)
  FROM /* x */ stdin WITH (FORMAT csv) WHERE b LIKE 'a%';
/* @name Dump */
COPY "odd.table" ("from", "to stdin") TO STDOUT;
/* @name DumpQuery */
COPY (SELECT a FROM t) TO STDIN;
/* @name Fetch */
FETCH ALL FROM c;
/* @name View @temporary */
CREATE VIEW made AS SELECT :x::int AS x, :y::int AS y;`;
    const { statements } = readStatements('q.sql', text);
    const { queries, diagnostics } = await analyse(on.client, statements, optionsOf(text));
    expect(queries).toEqual([]);
    expect(diagnostics.map(shown)).toMatchInlineSnapshot(`
      [
        "q.sql:2:13: Load: COPY FROM STDIN reads its rows from the client, and a query function cannot send them (Write INSERT … VALUES (:a, :b), and send the rows with COPY: copyFrom(db, query, rows).)",
        "q.sql:5:16: LoadWhere: COPY FROM STDIN reads its rows from the client, and a query function cannot send them (Write INSERT … VALUES (:a, :b), and send the rows with COPY: copyFrom(db, query, rows).)",
        "q.sql:7:42: Dump: COPY TO STDOUT sends its rows to the client, and a query function does not get them (Write the query itself, and receive its rows with COPY: copyTo(db, query). Its \`iterate\` reads large results, too.)",
        "q.sql:9:27: DumpQuery: COPY TO STDOUT sends its rows to the client, and a query function does not get them (Write the query itself, and receive its rows with COPY: copyTo(db, query). Its \`iterate\` reads large results, too.)",
        "q.sql:11:1: Fetch: the columns of FETCH are only known while its cursor is open (Write the query of the cursor instead, and call its function's \`iterate\`, which fetches through a cursor.)",
        "q.sql:13:28: View: Postgres does not allow parameters in this statement, such as :x (Write the value itself, or call a function that runs the statement with EXECUTE format(…).)",
        "q.sql:13:42: View: Postgres does not allow parameters in this statement, such as :y (Write the value itself, or call a function that runs the statement with EXECUTE format(…).)",
      ]
    `);
  });

  it.each([
    ['$1', '-- name: Low :exec\n-- @temporary\nCREATE TEMP VIEW low AS SELECT $1::int AS x;'],
    ['@low', '-- name: Low :exec\n-- @temporary\nCREATE TEMP VIEW low AS SELECT @low::int AS x;'],
    [':low', '/* @name Low :exec @temporary */\nCREATE TEMP VIEW low AS SELECT :low::int AS x;'],
  ])('are refused with the parameter %s as it is written', async (written, text) => {
    const { statements } = readStatements('q.sql', text);
    const { diagnostics } = await analyse(on.client, statements, optionsOf(text));
    expect(diagnostics.map(({ message }) => message)).toEqual([
      `Low: Postgres does not allow parameters in this statement, such as ${written}`,
    ]);
  });
});

function shown({ file, line, column, message, hint }: Diagnostic): string {
  return `${file}:${line}:${column}: ${message} (${hint})`;
}
