/* A comment before the first query: PgTyped allows block comments here. */

/* @name AllCars */
SELECT * FROM cars;

/* @name CarById */
SELECT * FROM cars WHERE id = :id;

/*
  @name CarByIdRequired
*/
SELECT * FROM cars WHERE id = :id! OR parent_id = :id;

/* @name _private1 */ SELECT 1 AS one;

/* @name TwoOnOneLine */ SELECT :a::text AS a; /* @name SecondOnOneLine */ SELECT :b::text AS b;

/*
  @name
    NameOnTheNextLine
*/
SELECT 1 AS one;

/* @name ManyUses */
SELECT :a::int + :b::int - :a * :c::int / :b AS sum
FROM cars
WHERE year BETWEEN :a AND :c AND :b! IS NOT NULL;

/* @name Clause */
SELECT make FROM cars GROUP BY make HAVING count(*) > :atLeast ORDER BY make LIMIT :limit OFFSET :offset;

/* @name Update */
UPDATE cars SET make = :make, model = COALESCE(:model, model), price_mxn = :price::numeric(12, 2) WHERE id = :id RETURNING *;

/* @name Delete */
DELETE FROM cars WHERE id = :id;

/* @name With */
WITH cheap AS (SELECT * FROM cars WHERE price_mxn < :most), dear AS (SELECT * FROM cars WHERE price_mxn > :least!)
SELECT cheap.id, dear.id AS dear_id FROM cheap CROSS JOIN dear WHERE cheap.make = :make;

/* @name Merge */
MERGE INTO cars c USING (SELECT :id::text AS id, :make::text AS make) n ON c.id = n.id
WHEN MATCHED AND c.make <> n.make THEN UPDATE SET make = n.make
WHEN NOT MATCHED THEN INSERT (id, make) VALUES (n.id, n.make);

/* @name Upsert */
INSERT INTO cars (id, make) VALUES (:id!, :make!)
ON CONFLICT (id) DO UPDATE SET make = EXCLUDED.make WHERE cars.make IS DISTINCT FROM :make RETURNING (xmax = 0) AS inserted;

/* @name Window */
SELECT id, lag(price_mxn, :by::int, :default::numeric) OVER (PARTITION BY make ORDER BY year ROWS BETWEEN :rows PRECEDING AND CURRENT ROW)
FROM cars;

/* @name Lateral */
SELECT c.id, p.rate FROM cars c LEFT JOIN LATERAL (SELECT rate FROM plans WHERE plans.car_id = c.id AND rate < :most ORDER BY rate LIMIT 1) p ON true;

/* @name Call */
CALL advance(:job, next => :next);
