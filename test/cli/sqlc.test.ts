import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { InspectedQuery, Inspection } from '../../src/commands/inspection.ts';
import { makeProject } from '../support/project.ts';
import { nodrift } from './support/cli.ts';

const queries = `-- name: Embed :many
SELECT sqlc.embed(author), sqlc.embed(b), author.id FROM author LEFT JOIN book AS b ON b.author_id = author.id;

-- name: EmbedTwice :many
SELECT sqlc.embed(author), sqlc.embed('author') FROM author WHERE id = $1;

-- name: EmbedCollision :many
SELECT sqlc.embed(email) FROM email;

-- name: EmbedAlias :many
SELECT sqlc.embed(e) FROM email AS e;

-- name: Doubled :many
SELECT author.id, book.id, book.author_id AS id FROM author JOIN book ON book.author_id = author.id;

-- name: Star :many
SELECT * FROM author JOIN book ON book.author_id = author.id;

-- name: Taken :many
SELECT a.id, b.id, 1 AS id_2 FROM author a, author b;

-- name: Unnamed :one
SELECT 1 AS one, NOT EXISTS (SELECT 1 FROM author WHERE name = $1) AND true, 2 + 2;

-- name: AnySlice :many
SELECT id FROM author WHERE id = ANY(sqlc.slice(ids)::bigint[]) AND (sqlc.slice('names')::text[] IS NULL OR name = ANY (sqlc.slice('names')::text[]));

-- name: BareAny :many
SELECT id FROM author WHERE id = ANY(sqlc.slice(ids)) AND id IN (sqlc.slice(others));

-- name: Books :many
-- @param rows -> ((authorId, title)...)
SELECT id FROM book WHERE (author_id, title) IN @rows;

-- name: SliceBooks :many
-- @param rows -> ((authorId, title)...)
SELECT id FROM book WHERE (author_id, title) IN (sqlc.slice('rows'));

-- name: Retitle :execrows
-- @param rows -> ((id, title)...)
UPDATE book SET title = r.title FROM @rows AS r WHERE book.id = r.id;

-- name: Renamed :execresult
UPDATE book SET title = $2, author_id = $3 WHERE id = $1 AND author_id <> $3;

-- name: Between :many
SELECT id FROM book WHERE author_id >= $1 AND author_id < $2 LIMIT $3 OFFSET $4;

-- name: Added :one
INSERT INTO book (id, author_id, title) VALUES ($1, $2, $3) RETURNING *;

-- name: Computed :one
SELECT $1::int + 1 AS n;

-- name: FirstOne :one
SELECT title FROM book WHERE title = $1;

-- @name Positional :many
SELECT id FROM author WHERE name = $1 AND id > $2;
`;

const at = (name: string) => queries.slice(0, queries.indexOf(`${name} :`)).split('\n').length;

let inspection: Inspection;
let text: string;
let stderr: string;
beforeAll(async () => {
  using project = makeProject({
    'nodrift.config.json': JSON.stringify({
      camelCaseColumnNames: true,
      nodrift: { schema: './schema.sql' },
    }),
    'schema.sql': `CREATE TABLE author (id bigint PRIMARY KEY, name text NOT NULL, tags text[] NOT NULL DEFAULT '{}');
CREATE TABLE book (id bigint PRIMARY KEY, author_id bigint NOT NULL REFERENCES author, title text NOT NULL);
CREATE TABLE email (email text PRIMARY KEY);
`,
    'queries/q.sql': queries,
  });
  const ran = await nodrift(['inspect', '--json'], { cwd: project.root });
  inspection = JSON.parse(ran.stdout);
  const generated = await nodrift(['generate', '--keep-going'], { cwd: project.root });
  text = readFileSync(project.path('queries/q.queries.ts'), 'utf8');
  stderr = generated.stderr;
}, 120_000);

const of = (name: string): InspectedQuery => {
  const found = inspection.queries.find((query) => query.name === name);
  if (found === undefined) throw new Error(`${name}: ${JSON.stringify(inspection.errors)}`);
  return found;
};
const columns = (name: string) => of(name).columns.map((column) => `${column.name}: ${column.tsType}`);
const params = (name: string) => of(name).params.map((param) => `${param.name}: ${param.tsType}`);

describe("a project in sqlc's spelling", () => {
  test('sqlc.embed is a row as an object, null as a whole behind an outer join', () => {
    expect(columns('embed').map((column) => column.replaceAll(/\s+/g, ' '))).toEqual([
      'author: { id: bigint; name: string; tags: (string | null)[] }',
      'b: { id: bigint; authorId: bigint; title: string } | null',
      'id: bigint',
    ]);
    expect(of('embed').sql).toMatch(/^SELECT author, b, author\.id FROM/);
    expect(columns('embedTwice').map((column) => column.split(':')[0])).toEqual(['author', 'author_2']);
    expect(columns('embedAlias')).toEqual(['e: { email: string }']);
  });

  test('sqlc.embed of a table that has a column of its name is refused', () => {
    expect(inspection.errors).toEqual([
      expect.objectContaining({
        line: at('EmbedCollision') + 1,
        message: 'EmbedCollision: email is a column here, so sqlc.embed(email) cannot be the row',
        hint: 'Give the table an alias that no column has, and embed that.',
      }),
    ]);
  });

  test('columns of one name and without a name are named as sqlc does', () => {
    expect(columns('doubled')).toEqual(['id: bigint', 'id_2: bigint', 'id_3: bigint']);
    expect(columns('star').map((column) => column.split(':')[0])).toEqual([
      ...['id', 'name', 'tags', 'id_2', 'authorId', 'title'],
    ]);
    expect(columns('taken')).toEqual(['id: bigint', 'id_3: bigint', 'id_2: 1']);
    expect(columns('unnamed')).toEqual(['one: 1', 'column_2: boolean', 'column_3: number']);
  });

  test('sqlc.slice with a cast, or under ANY, is an array', () => {
    expect(params('anySlice')).toEqual([
      'ids: readonly (bigint | number)[]',
      'names: readonly string[] | null',
    ]);
    expect(params('bareAny')).toEqual([
      'ids: readonly (bigint | number)[]',
      'others: readonly (bigint | number)[]',
    ]);
    expect(of('bareAny').sql).toMatch(/ANY\(\$1\) AND id = ANY \(\$2::int8\[\]\)$/);
  });

  test('rows are declared by @param, and are in IN, in FROM and in sqlc.slice', () => {
    const rows = ['rows[].authorId: bigint | number', 'rows[].title: string'];
    expect(params('books')).toEqual(rows);
    expect(params('sliceBooks')).toEqual(rows);
    expect(params('retitle')).toEqual(['rows[].id: bigint | number', 'rows[].title: string']);
    const arrays = 'unnest($1::int8[], $2::text[])';
    expect(of('books').sql).toContain(`(author_id, title) IN (SELECT r.c1, r.c2 FROM ${arrays}`);
    expect(of('sliceBooks').sql).toBe(of('books').sql);
    expect(of('retitle').sql).toContain(`FROM (SELECT id, title FROM ${arrays} AS given (id, title)) AS r`);
  });

  test('$1 is named after the column that it meets', () => {
    expect(of('renamed')).toMatchObject({ command: 'execrows' });
    const names = (name: string) => of(name).params.map((param) => param.name);
    expect(names('renamed')).toEqual(['title', 'authorId', 'id']);
    expect(names('between')).toEqual(['authorId', 'authorId_2', 'limit', 'offset']);
    expect(names('added')).toEqual(['id', 'authorId', 'title']);
    expect(names('unnamed')).toEqual(['name']);
    expect(names('computed')).toEqual(['p1']);
    expect(names('positional')).toEqual(['name', 'id']);
    expect(text).toContain("{ name: 'authorId_2', codec:");
  });

  test('a :one that nothing proves is a warning', () => {
    expect(of('firstOne')).toMatchObject({ command: 'one', rows: { max: null } });
    expect(stderr).toContain(
      `queries/q.sql:${at('FirstOne')}:19: warning ND3006: FirstOne: it is marked :one, but nothing proves that it returns at most one row`,
    );
    expect(stderr).toContain('sqlc takes the first of several rows; the function throws TooManyRowsError');
  });
});
