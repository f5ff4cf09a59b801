/* @name Backslash
   params: yes */
SELECT '\' AS a, :yes::text AS b, 'c:\dir\' AS c, ':no' AS d;

/* @name BackslashLikeEscape
   params: yes */
SELECT a LIKE '%\%%' ESCAPE '\' AS a, :yes::text AS b FROM t;

/* @name ColonInIdentifier
   params: yes */
SELECT "a:no" AS "b;no", "it's" AS "say ""hi"" :no", :yes::text AS "--", U&"d\0061t :no" AS "/*" FROM t;

/* @name EscapeEnds
   params: yes */
SELECT E'\\' AS a, E'a\\\' :no' AS b, e'''\'' AS c, :yes::text AS d, 'e' AS e;

/* @name Continued
   params: yes */
SELECT E'a' -- and on
  '\' :no' AS a, 'a'
  '\' AS b, :yes::text AS c;

/* @name DollarTags
   params: yes */
SELECT $a$ $b$ :no $b$ $$ :no $a$ AS a, $$$$ AS b, :yes::text AS c, $ü$ :no $ü$ AS d, $_1$ :no $_1$ AS e;

/* @name DollarInWords
   params: yes */
SELECT a$b, a$b$c, x$1 FROM t WHERE a$b = :yes;

/* @name Nested
   params: yes */
SELECT /* a /* b :no */ c :no */ :yes::text AS a /* /* /* */ */ :no */;

/* @name OperatorsAndComments
   params: yes also */
SELECT 1 +/* :no */ :yes::int AS a, 2 *--:no
 :also AS b, 3 /-- :no
 1 AS c;

/* @name UnicodeWords
   params: größe */
SELECT größe, "größe" FROM t WHERE größe = :größe;
