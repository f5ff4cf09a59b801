/* @name Strings */
SELECT 'a :no b' AS a, 'it''s :no' AS b, '' AS c, '''' AS d, ':no' AS e, :yes::text AS f;

/* @name CommentMarksInStrings */
SELECT '-- :no /* :no' AS a, '*/' AS b, :yes::text AS c, ';' AS d;

/* @name OverLines */
SELECT 'first
:no
third' AS a, :yes::text AS b;

/* @name EscapeStrings */
SELECT E'tab\t :no' AS a, E'it\'s :no' AS b, :yes::text AS c;

/* @name BitAndNationalStrings */
SELECT B'1010' AS a, X'1FF' AS b, N':no' AS c, U&'d\0061t\+000061 :no' AS d, :yes::text AS e;

/* @name QuotedIdentifiers */
SELECT u."rank" AS "Rank!", u."select" AS "a?" FROM "Users" u WHERE u."rank" = :rank;

/* @name JsonInAString */
SELECT '{"a": 1, "b": [1, 2], "c":null}'::jsonb AS a, :yes::text AS b;

/* @name TimesInStrings */
SELECT '12:30'::time AS a, timestamp '2024-01-01 00:00:00' AS b, interval '1:2' AS c, :yes::text AS d;
