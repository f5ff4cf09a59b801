/* @name NotEqual
   params: a */
SELECT 1 AS one WHERE :a != 5;

/* @name NotMatching
   params: a b */
SELECT 1 AS one WHERE :a !~ 'x' AND :b
  !~~ 'y';

/* @name NotEqualToAll
   params: a! b! */
SELECT 1 AS one WHERE :a! != ALL (:b!);
