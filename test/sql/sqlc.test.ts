import { describe, expect, it } from 'vitest';
import { readStatements } from '../../src/sql/read.ts';
import { faults, statement, statements, written } from './support/read.ts';

const read = (sql: string) => statement(`-- name: Q :many\n${sql};`);

describe("sqlc's spelling", () => {
  it.each([
    ['-- name: GetCar :one'],
    ['--   name:  GetCar   :one  '],
    ['/* name: GetCar :one */'],
    ['-- Finds a car.\n-- name: GetCar :one'],
    ['-- name: GetCar :one\n-- Finds a car.'],
  ])('header %j', (header) => {
    const { name, command, documentation, sql } = statement(`${header}\nSELECT 1;`);
    expect({ name, command, sql }).toEqual({ name: 'GetCar', command: 'one', sql: 'SELECT 1' });
    expect(documentation).toBe(header.includes('Finds') ? 'Finds a car.' : '');
  });

  it('names the place', () => {
    const text = '\n--  name:  GetCar :one\nSELECT 1;';
    expect(statement(text)).toMatchObject({ offset: text.indexOf('GetCar'), line: 2, column: 12 });
  });

  it('is one of each header: both spellings may be in a file', () => {
    const text =
      '-- name: A :one\nSELECT @a, 1 @ :b;\n-- @name B\nSELECT :a, 1 @b;\n-- name: C :exec\nSELECT @c;';
    const { statements, diagnostics } = readStatements('q.sql', text);
    expect(statements.map(({ name, sql }) => [name, sql])).toEqual([
      ['B', 'SELECT $1, 1 @b'],
      ['C', 'SELECT $1'],
    ]);
    expect(diagnostics.map(({ message }) => message)).toEqual([
      'A ":name" parameter under a header in the spelling of sqlc.',
    ]);
  });

  it.each([
    ['SELECT @id, @Name_1', 'SELECT $1, $2', 'id Name_1'],
    ['SELECT @a+@b, (@c)', 'SELECT $1+$2, ($3)', 'a b c'],
    [
      'SELECT a=@a, b<>@b, c>=@c, d!=@d, e<=@e, f>@f',
      'SELECT a=$1, b<>$2, c>=$3, d!=$4, e<=$5, f>$6',
      'a b c d e f',
    ],
    ['SELECT a <@ b, a @> @c, a @@ b, a <@b, @ 1', 'SELECT a <@ b, a @> $1, a @@ b, a <@b, @ 1', 'c'],
    ['SELECT $1, $2, $1, $10', 'SELECT $1, $2, $1, $3', 'p1 p2 p10'],
    ['SELECT $2, $1', 'SELECT $1, $2', 'p2 p1'],
    [
      "SELECT sqlc.arg('a'), sqlc.arg(b), SQLC.x, sqlc . arg ( 'a' )::int",
      'SELECT $1, $2, SQLC.x, $1::int',
      'a b',
    ],
    ["SELECT sqlc.narg('a'), sqlc.narg(b)::text", 'SELECT $1, $2::text', 'a? b?'],
    [
      "SELECT 1 IN (sqlc.slice('ids')) AND 2 IN ( sqlc.slice(more) )",
      'SELECT 1 IN ($1) AND 2 IN ($2)',
      'ids(...) more(...)',
    ],
    [
      'SELECT \'@a\', "@b", $$ @c sqlc.arg(d) $$ -- @e\n, @f',
      'SELECT \'@a\', "@b", $$ @c sqlc.arg(d) $$ -- @e\n, $1',
      'f',
    ],
    ['SELECT x[1:2], x[a:b], x[:a], f(x := @a)', 'SELECT x[1:2], x[a:b], x[:a], f(x := $1)', 'a'],
  ])('%s', (sql, expected, params) => {
    const one = read(sql);
    expect(one.sql).toBe(expected);
    expect(one.params.map(written).join(' ')).toBe(params);
  });

  it('counts the parentheses of a slice as its own', () => {
    expect(read('SELECT x[1 IN (sqlc.slice(ids)) :hi]').sql).toBe('SELECT x[1 IN ($1) :hi]');
    expect(read('SELECT 1 IN (sqlc.slice(ids)) AND x[1:2] = @a')).toMatchObject({
      sql: 'SELECT 1 IN ($1) AND x[1:2] = $2',
      parts: ['SELECT 1 IN ', 0, ' AND x[1:2] = ', 1, ''],
    });
  });

  it.each([
    ['ANY(sqlc.slice(a))', 'ANY($1)'],
    ['ALL ( sqlc.slice(a) )', 'ALL ( $1 )'],
    ['ANY(sqlc.slice(a)::bigint[])', 'ANY($1::bigint[])'],
    ["(sqlc.slice('a') :: public.kind [])", '($1 :: public.kind [])'],
    ['ANY(sqlc.slice(a)::double precision[])', 'ANY($1::double precision[])'],
    ['ANY(sqlc.slice(a)::varchar(10)[3])', 'ANY($1::varchar(10)[3])'],
  ])('an array by sqlc.slice: %s', (sql, expected) => {
    expect(read(`SELECT 1 = ${sql}`)).toMatchObject({
      sql: `SELECT 1 = ${expected}`,
      params: [{ kind: 'scalar' }],
    });
  });

  it.each([
    ['SELECT sqlc.embed(t), @a FROM t', 'SELECT t, $1 FROM t', ['t']],
    ["SELECT sqlc.embed('T'),sqlc.embed(Other)FROM t", 'SELECT T,Other FROM t', ['t', 'other']],
    ['SELECT sqlc.embed("T") FROM "T"', 'SELECT "T" FROM "T"', ['T']],
  ])('rows by sqlc.embed: %s', (sql, expected, embedded) => {
    const one = read(sql);
    expect(one).toMatchObject({ sql: expected, embedded });
    expect(one.parts.map((part) => (typeof part === 'number' ? '$1' : part)).join('')).toBe(expected);
  });

  it(':execresult is :execrows', () => {
    expect(statement('-- name: A :execresult\nDELETE FROM a;')).toMatchObject({ command: 'execrows' });
  });

  it('a statement without a name is a warning, and an error beside headers with @name alone', () => {
    const nameless = 'CREATE TABLE a ();\n';
    const message = 'A statement without a header.';
    expect(
      readStatements('q.sql', `-- the tables\n\n${nameless}-- name: A :exec\nSELECT 1;\nSELECT 2;`),
    ).toMatchObject({
      statements: [{ name: 'A' }],
      diagnostics: [],
      warnings: [
        { line: 3, message: `${message} No function is made of it.` },
        { line: 6, message: 'A second statement under the header of A. No function is made of it.' },
      ],
    });
    expect(readStatements('q.sql', `${nameless}-- @name A\nSELECT 1;`)).toMatchObject({
      diagnostics: [{ line: 1, message }],
      warnings: [],
    });
  });

  it('does not read a comment that mentions a name as a header', () => {
    expect(statements('-- name: the name\n-- @name A\nSELECT 1 -- name: its name\n, 2;')).toHaveLength(1);
  });
});

describe("what is wrong in sqlc's spelling", () => {
  const inBatch = (command: string) =>
    `Write ${command}, and send the calls in one go: batch(db, items.map((item) => query.with(item))).`;
  const commands = 'The commands are :one, :maybe, :many, :exec and :execrows.';
  it.each([
    [
      '-- name: Get-Car :one\nSELECT 1;',
      '1:10 "Get-Car" is not a valid query name. | A name is letters, digits and _, and does not start with a digit.',
    ],
    ...(
      [
        ['batchexec', inBatch(':exec')],
        ['batchone', inBatch(':one')],
        ['batchmany', inBatch(':many')],
        ['copyfrom', 'Write :exec, and send the rows with COPY: copyFrom(db, query, rows).'],
        ['execlastid', 'Write RETURNING id, and :one.'],
      ] as const
    ).map(([word, hint]): [string, string] => [
      `-- name: A :${word}\nSELECT 1;`,
      `1:12 :${word} is a command of sqlc that nodrift lacks. | ${hint}`,
    ]),
    [
      '-- name: A :one\nSELECT 1;\n# name: B :one\nSELECT 2;',
      '3:1 A comment of PostgreSQL does not begin with "#". | Begin it with "--".',
    ],
    ['-- name: A :mny\nSELECT 1;', `1:12 Unknown command ":mny". | Did you mean ":many"? ${commands}`],
    [
      '-- name: A :one\nSELECT sqlc.args(a);',
      "2:8 Unknown use of sqlc.args. | Write sqlc.arg('name'), sqlc.narg('name'), sqlc.slice('name') or sqlc.embed(table).",
    ],
    [
      '-- name: A :one\nSELECT sqlc.arg();',
      "2:8 Unknown use of sqlc. | Write sqlc.arg('name'), sqlc.narg('name'), sqlc.slice('name') or sqlc.embed(table).",
    ],
    [
      '-- name: A :one\nSELECT 1 IN sqlc.slice(a);',
      "2:13 sqlc.slice('a') must stand alone in parentheses. | Write IN (sqlc.slice('a')), or = ANY (sqlc.slice('a')::text[]).",
    ],
    [
      '-- name: A :one\nSELECT 1 IN (sqlc.slice(a), 2);',
      "2:14 sqlc.slice('a') must stand alone in parentheses. | Write IN (sqlc.slice('a')), or = ANY (sqlc.slice('a')::text[]).",
    ],
    [
      '-- name: A :many\nSELECT 1 FROM sqlc.slice(a) AS r;',
      "2:15 sqlc.slice('a') is not a table. | Write FROM @a AS r, and in the header the columns of its rows: @param a -> ((id, price)...)",
    ],
    [
      '-- name: A :one\nSELECT 1 IN @a;',
      '2:13 IN @a needs a list, but the header does not declare one. | Add to the header: @param a -> (...)',
    ],
    [
      "-- name: A :one\n-- @param a -> (...)\nSELECT 1 = sqlc.arg('a');",
      '3:12 @a is a list by its @param, but is used here as one value. | Write IN @a, or use a parameter of another name for one value.',
    ],
    [
      '-- name: A :one\nSELECT 1 IN (sqlc.slice(a)) OR @a;',
      '2:32 a is a list by sqlc.slice, but is used here as one value. | Use a parameter of another name for one value.',
    ],
    [
      '-- name: A :one\nSELECT :a;',
      '2:8 A ":name" parameter under a header in the spelling of sqlc. | Write @name, or a header with @name instead of "name:".',
    ],
    [
      '-- name: A :one\nSELECT 1\n-- name: B :one\nSELECT 2;',
      '2:9 The statement of A does not end before the next header. | End it with ";".',
    ],
  ])('%j', (text, fault) => {
    expect(faults(text)).toEqual([fault]);
  });
});
