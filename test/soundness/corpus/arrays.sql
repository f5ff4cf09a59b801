SELECT array_agg(ARRAY[id, 1]) AS a, array_agg(ARRAY[name, email]) AS b FROM customer;
SELECT array_agg(x.a) AS a, array_agg(x.a) FILTER (WHERE false) AS b FROM (SELECT array_agg(ARRAY[id]) AS a FROM customer GROUP BY id) x;
SELECT ARRAY(SELECT ARRAY[id, referrer] FROM customer) AS a, ARRAY(SELECT tags[1:1] FROM product WHERE tags <> '{}') AS b, ARRAY(SELECT ARRAY[[id]] FROM nothing) AS c;
SELECT ARRAY[ARRAY[1, 2], ARRAY[3, NULL]] AS a, '{{1},{2}}'::int[] AS b, '{}'::int[] AS c, NULL::int[] AS d, ARRAY[[[1]]] AS e, ARRAY[NULL::int[]] AS f;
SELECT coalesce(array_agg(ARRAY[id]), '{}') AS a, coalesce(array_agg(ARRAY[id]) FILTER (WHERE false), '{}') AS b FROM customer;
SELECT CASE WHEN id > 2 THEN ARRAY[[id]] WHEN id > 1 THEN ARRAY[id] END AS a, CASE WHEN id > 2 THEN ARRAY[[id]] END AS b FROM customer;
SELECT ARRAY[1] AS a UNION ALL SELECT ARRAY[[2]] UNION ALL SELECT NULL;
SELECT ARRAY[1, 2] || ARRAY[[3, 4]] AS a, ARRAY[[1, 2]] || ARRAY[[3, 4]] AS b, ARRAY[[1, 2]] || NULL AS c, '{}'::int[] || ARRAY[1] AS d, (ARRAY[[1, 2]])[1:1] AS e;
SELECT x.a[1:1] || '{}' AS a, x.a[1] AS b, x.a[1][1] AS c FROM (SELECT array_agg(ARRAY[id]) AS a FROM customer) x;
SELECT array_fill(0, ARRAY[2, 2]) AS a, array_fill(0, '{2,2,2}') AS b, array_fill(0, '{}') AS c, array_replace(ARRAY[[1]], 1, 2) AS d, array_fill(0, $1::int[]) AS e;
SELECT ARRAY[[1, 2]]::text[] AS a, ARRAY[[1, 2]]::numeric(4, 1)[] AS b, GREATEST(ARRAY[[1]], ARRAY[2]) AS c, nullif(ARRAY[[1]], '{}') AS d;
SELECT lag(a) OVER w AS a, lag(a, 1, '{}') OVER w AS b, lag(a, 1, ARRAY[7]) OVER w AS c, nth_value(a, 2) OVER w AS d, first_value(a) OVER w AS e, array_agg(a) OVER w AS f
  FROM (SELECT id, ARRAY[[id]] AS a FROM customer) x WINDOW w AS (ORDER BY id);
SELECT max(a) AS a, min(a) AS b, mode() WITHIN GROUP (ORDER BY a) AS c FROM (SELECT ARRAY[[id]] AS a FROM customer) x;
WITH RECURSIVE r(a, n) AS (SELECT ARRAY[1], 1 UNION ALL SELECT ARRAY[[2]], n + 1 FROM r WHERE n < 3) SELECT a FROM r;
SELECT x.a, y.b FROM customer c LEFT JOIN (SELECT id, ARRAY[[id]] AS a FROM customer WHERE id < 3) x USING (id) LEFT JOIN LATERAL (SELECT array_agg(ARRAY[c.id, p.id]) AS b FROM product p) y ON true;
SELECT to_json(ARRAY[[1, 2]]) AS a, json_agg(a) AS b, to_jsonb(array_agg(a)) AS c, json_build_array(array_agg(ARRAY[a])) AS d FROM (SELECT ARRAY[[id, referrer]] AS a FROM customer) x;
SELECT array_remove(array_agg(email), NULL) AS a, array_remove(array_agg(email), 'x') AS b FROM customer GROUP BY id;
SELECT any_value(a) AS a FROM (SELECT ARRAY[[id]] AS a FROM customer) x -- version 16;
SELECT array_remove(notes, NULL) AS a, array_remove(notes, 'x') AS b, array_replace(array_remove(notes, NULL), 'x', 'y') AS c, array_replace(array_remove(notes, NULL), 'x', NULL) AS d, array_remove(notes, NULL) || array_remove(notes, NULL) AS e, array_remove(notes, NULL) || notes AS f, trim_array(array_remove(notes, NULL), 0) AS g, string_to_array(code, ',') AS h FROM product;
SELECT array_shuffle(array_remove(notes, NULL)) AS a, array_sample(ARRAY[1, 2], 2) AS b, array_shuffle(ARRAY[1, NULL]) AS c FROM product -- version 16;
SELECT array_sort(array_remove(notes, NULL)) AS a, array_reverse(ARRAY[1, 2]) AS b, array_sort(ARRAY[2, NULL, 1], true) AS c, array_sort(ARRAY[2, 1], true, false) AS d FROM product -- version 18
