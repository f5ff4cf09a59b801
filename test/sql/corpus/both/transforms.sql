/*
  @name ByIds
  @param ids -> (...)
*/
SELECT * FROM cars WHERE id IN :ids;

/*
  @name ByIdsRequired
  @param ids -> (...)
*/
SELECT * FROM cars WHERE id IN :ids! AND parent_id NOT IN :ids;

/*
  @name InParentheses
  @param ids -> (...)
*/
SELECT * FROM cars WHERE id IN (:ids);

/*
  @name InsertOne
  @param car -> (id!, make, model!)
*/
INSERT INTO cars (id, make, model) VALUES :car;

/*
  @name InsertMany
  @param cars -> ((id!, make!, model)...)
*/
INSERT INTO cars (id, make, model)
VALUES :cars RETURNING id AS "id!";

/*
  @name OneLine @param a -> (...) @param b -> (x, y!) */
SELECT * FROM t WHERE a IN :a AND (x, y) = :b;

/*
  @name   Spread  @param   rows
     ->
     (
       ( first ,
         second ! ,
         third
       ) ...
     )
  @param ids->(...)@param one->(a)
*/
INSERT INTO t (first, second, third) VALUES :rows ON CONFLICT (first) DO UPDATE SET second = 1 WHERE t.third IN :ids AND t.one IN :one;

/*
  @name TrailingComma
  @param row -> (a, b!,)
  @param rows -> ((a, b,)...)
*/
INSERT INTO t (a, b) VALUES :row, :rows;

/*
  @name UsedTwice
  @param ids -> (...)
*/
SELECT * FROM a WHERE id IN :ids UNION ALL SELECT * FROM b WHERE id IN :ids;

/*
  @name PairsInParentheses
  @param pairs -> ((a, b)...)
*/
SELECT * FROM t WHERE (a, b) IN (:pairs);

/*
  @name DeclaredInAnotherOrder
  @param second -> (...)
  @param first -> (...)
*/
SELECT * FROM t WHERE a IN :first AND b = :between AND c IN :second;
