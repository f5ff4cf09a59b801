/* @name Umlauts */
SELECT 'größe :no' AS a, :a::text AS b /* ümlaut */;

/* @name Astral */
SELECT '😀 :no 😀' AS a, :a::text AS b, '👩‍👩‍👧' AS c, :b::text AS d;

/* @name BehindAstral */
SELECT :a::text AS a WHERE :b = '日本';
