/* @name Casts */
SELECT a::text, :a::text, :a::int[], :b :: text, CAST(:c AS int), (:d)::numeric(12,2)::text, x::pg_catalog.int4 FROM t;

/* @name NamedArguments */
SELECT make_interval(days := :days, hours=>:hours), f(a := 1, b:=:b);

/* @name Json */
SELECT data->'a'->>:key AS a, data#>>:path AS b, data @> :part::jsonb AS c, data ? :key2 AS d, data ?| :keys AS e,
  data ?& :keys AS f, :data::jsonb ? 'key' AS g, data @? '$.a[*] ? (@.b > 1)' AS h, data @@ '$.a > 1' AS i, data - :key3 AS j
FROM t;

/* @name Comparison */
SELECT * FROM t WHERE a<>:a AND b<=:b AND c>=:c AND d=:d AND e!=:e AND f ~* :f AND g !~ :g AND NOT h ~~ :h;

/* @name Arithmetic */
SELECT -:a::int AS a, @ :b::int AS b, |/:c::float8 AS c, :d%:e AS d, :f||:g AS e, :h^2 AS f, ~:i::int AS g;

/* @name Slices */
SELECT (ARRAY[1,2,3,4])[2:3] AS a, x[1:2][3:4] AS b, x[:one] AS c, ARRAY[:a, :b::int] AS d, ARRAY[[1,:c],[:d,2]] AS e FROM t;

/* @name Positioned */
SELECT position(:needle IN :haystack) AS a, extract(year FROM :day::date) AS b, substring(:text FROM :from::int FOR 2) AS c,
  overlay(:text PLACING 'x' FROM 2) AS d, trim(BOTH ' ' FROM :text) AS e;

/* @name Any */
SELECT * FROM t WHERE id = ANY(:ids) AND name = ALL (:names::text[]) AND make LIKE ANY(:patterns!);

/* @name Keywords */
SELECT CASE WHEN :a THEN :b ELSE :c END AS a, :d IS NULL AS b, :e IS NOT DISTINCT FROM :f AS c, NOT :g AS d
FROM t WHERE x BETWEEN SYMMETRIC :h AND :i;

/* @name RowComparison */
SELECT * FROM t WHERE (a, b) > (:a, :b) ORDER BY a, b FETCH FIRST :n ROWS ONLY;

/* @name NextToBrackets */
SELECT f(:a), (:b), ARRAY[:c], g(:a,:b), h( :c ) FROM t;

/* @name PunctuationBehind */
SELECT :a, :b,:c FROM t WHERE (x=:d)AND y=:e;

/* @name Names */
SELECT :_a, :a1, :A, :camelCase, :snake_case, :a, :select, :constructor;
