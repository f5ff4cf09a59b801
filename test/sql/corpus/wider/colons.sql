/* @name SliceOfParameters
   params: a b */
SELECT x[:a : :b] AS a, x[:a: :b] AS b, x[ :a : :b ] AS c, x[:a:] AS d FROM t;

/* @name SliceOfColumns
   params: a */
SELECT x[lo:hi] AS a, x[lo :hi] AS b, x[(1):hi] AS c, x[y[1]:hi] AS d, x["lo":hi] AS e, x[f(:a):hi] AS f, x[1:hi] AS g FROM t;

/* @name SliceOfExpressions
   params: a b c */
SELECT x[lo + :a : hi - :b] AS a, x[CASE WHEN :c THEN 1 ELSE :a END : 2] AS b, x[: :a] AS c, x[:] AS d FROM t;

/* @name ArrayConstructors
   params: a b c */
SELECT ARRAY[lo, :a] AS a, array[[lo, :b], [hi, :c]] AS b, ARRAY [:a] AS c, (ARRAY[lo, :a])[1:hi] AS d FROM t;

/* @name NoBlankBefore
   params: yes n m */
SELECT * FROM t WHERE x=1 AND:yes LIMIT:n OFFSET:m;

/* @name Optional
   params: a? b? c? d? e? */
SELECT * FROM t WHERE a = :a? AND (:b? IS NULL OR b=:b?) AND c = :c?::int AND f(:d?,:e?);

/* @name QuestionOperators
   params: data key */
SELECT :data?:key AS a, :data? 'x' AS b, :data?'x' AS c, :data ?:key AS d, :data?|ARRAY['a'] AS e, :data?&:key AS f, :data ? $$a$$ AS g;

/* @name Named
   params: a b */
SELECT f(x:=:a), f(x := :a), f(x=>:b);

/* @name Marks
   params: a! b! c! */
SELECT :a!::int, :b! <> 1, (:c!), :b!-1;
