/* ignored */ /* and ignored */
/* @name BlockInside */
UPDATE books
/* ignored comment foo: bar's :no ; */
SET name = :name, rank = :rank WHERE id = :id;

/* @name LineInside */
UPDATE books
-- ignored comment foo: bar's :no ;
SET name = :name, rank = :rank WHERE id = :id;

/* @name LineFirst */
-- a :no comment
UPDATE books
-- another
SET name = :name WHERE id = :id
-- the last
;

/* a comment between queries, with @ and : and ; and 'quotes */
/* @name BlockFirst */
/* :no */
SELECT /* :no */ :yes::text/* :no */AS a /* -- */;

/* @name Urls */
SELECT 1 AS a -- see https://example.com/a:b?c=:no
WHERE :yes::bool;

/* @name DashDash */
SELECT 1 - -1 AS a, 2 --:no
 - :yes::int AS b;
