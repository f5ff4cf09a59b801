-- A line comment before the first query.

-- @name LineHeader
-- params: a
SELECT :a::text AS a;

--@name WithoutBlank
SELECT 1 AS one;

-- @name LineHeaderWithParams :many
-- @param ids -> (...)
-- @param rows -> ((a!,
--   b)...)
-- params: ids(...) rows((a!, b)...)
SELECT * FROM cars WHERE id IN :ids UNION VALUES :rows;

/*
  Prose first, and https://example.com/a:b;c.
  @name ProseFirst :one
  Prose after it; a glob src/*.sql, it's "quoted", 50 % of $1, an @at sign and bob@example.com.
  params: id
*/
SELECT * FROM cars WHERE id = :id;

/* @name ProseOnTheLine :maybe Finds a car by its id.
   params: id! */
SELECT * FROM cars WHERE id = :id!;

/*@name NoBlanks*/SELECT 1 AS one;

/* @name Stars
   params: yes */
/****** :no ******/
SELECT :yes::text AS a /**/;

/**
 * @name Decorated :exec
 * @param rows -> ((a, b!)...)
 * Writes rows.
 *
 * @deprecated use something else
 * params: rows((a, b!)...)
 */
INSERT INTO t (a, b) VALUES :rows;

/* @name ParamBehindProse :execrows A list. @param ids -> (...)
   params: ids(...) */
DELETE FROM t WHERE id IN :ids;

/*
  @name OptionalFields
  @param row -> (a?, b!, c)
  params: row(a?, b!, c)
*/
INSERT INTO t (a, b, c) VALUES :row;

/* @name Commented
   params: a */
-- a line comment below the header
/* and a block */
SELECT :a::text AS a; -- trailing

/* @name LastWithoutSemicolon
   params: a */
SELECT :a::text AS a
-- the end
