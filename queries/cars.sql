/*
  @name GetCar :maybe
  Finds one car by its id.
*/
SELECT id, make, model, year, body, price_mxn, mileage_km, color, features, listed_on, sold_at
FROM cars
WHERE id = :id!;

/*
  @name GetCarsByIds :many
  @param ids -> (...)
  The cars of a comparison; ids that name no car are passed over.
*/
SELECT id, make, model, year, price_mxn
FROM cars
WHERE id IN :ids!
ORDER BY id;

/*
  @name SearchCars :many
  @optional make, text, body, minYear, maxPriceMxn, features
  @param limit!
  @param offset!
  One page of the cars for sale, cheapest first. Every filter can be omitted.
  `total` counts the cars on all pages.
*/
SELECT
  id,
  make,
  model,
  year,
  price_mxn,
  mileage_km,
  color,
  count(*) OVER () AS total
FROM cars
WHERE sold_at IS NULL
  AND make = :make
  AND strpos(search_text, lower(:text)) > 0
  AND body = :body
  AND year >= :minYear
  AND price_mxn <= :maxPriceMxn
  AND features @> :features
ORDER BY price_mxn, id
LIMIT :limit OFFSET :offset;

/*
  @name CountCarsForSale :one
*/
SELECT count(*) AS total
FROM cars
WHERE sold_at IS NULL;

/*
  @name SummarizeMakes :many
  What each make has to offer, the largest first.
*/
SELECT
  make,
  count(*) AS cars,
  min(price_mxn) AS cheapest_mxn,
  max(price_mxn) AS dearest_mxn,
  round(avg(price_mxn), 2) AS average_mxn,
  avg(mileage_km)::float8 AS average_mileage_km,
  array_agg(DISTINCT model ORDER BY model) AS models
FROM cars
WHERE sold_at IS NULL
GROUP BY make
HAVING count(*) >= :minCars!
ORDER BY cars DESC, make;

/*
  @name PriceRange :one
  Over all cars for sale; NULL if there are none.
*/
SELECT min(price_mxn) AS cheapest_mxn, max(price_mxn) AS dearest_mxn
FROM cars
WHERE sold_at IS NULL;

/*
  @name ListFeatures :many
  Every piece of equipment and how many cars have it.
*/
SELECT feature, count(*) AS cars
FROM cars
CROSS JOIN LATERAL unnest(features) AS feature
WHERE sold_at IS NULL
GROUP BY feature
ORDER BY cars DESC, feature;

/*
  @name AddCar :one
  @param car -> (id!, make!, model!, year!, body!, priceMxn!, mileageKm!, color, features!)
*/
INSERT INTO cars (id, make, model, year, body, price_mxn, mileage_km, color, features)
VALUES :car
RETURNING id, listed_on, search_text;

/*
  @name AddCars :execrows
  @param cars -> ((id!, make!, model!, year!, body!, priceMxn!, color)...)
  Takes in a delivery of new cars in one statement.
*/
INSERT INTO cars (id, make, model, year, body, price_mxn, color)
VALUES :cars;

/*
  @name UpsertCar :one
  @param car -> (id!, make!, model!, year!, body!, priceMxn!, mileageKm!)
  Adds the car or, if its id is known, takes over price and mileage. `inserted` tells which.
*/
INSERT INTO cars AS car (id, make, model, year, body, price_mxn, mileage_km)
VALUES :car
ON CONFLICT (id) DO UPDATE
SET price_mxn = excluded.price_mxn,
    mileage_km = greatest(car.mileage_km, excluded.mileage_km)
RETURNING car.id, car.price_mxn, car.mileage_km, car.xmax = 0 AS "inserted!";

/*
  @name ChangePrice :maybe
  The old price is in the result, so that a buyer can be told of the difference.
*/
WITH before AS (
  SELECT id, price_mxn
  FROM cars
  WHERE id = :id! AND sold_at IS NULL
  FOR UPDATE
)
UPDATE cars AS car
SET price_mxn = :priceMxn!
FROM before
WHERE car.id = before.id
RETURNING car.id, before.price_mxn AS old_price_mxn, car.price_mxn AS new_price_mxn;

/*
  @name SellCar :execrows
  Zero if there is no such car, or somebody else has bought it meanwhile.
*/
UPDATE cars
SET sold_at = :soldAt!
WHERE id = :id! AND sold_at IS NULL;

/*
  @name SetThumbnail :exec
*/
UPDATE cars
SET thumbnail = :thumbnail
WHERE id = :id!;

/*
  @name GetThumbnail :maybe
*/
SELECT thumbnail, octet_length(thumbnail) AS bytes
FROM cars
WHERE id = :id!;

/*
  @name DeleteCar :maybe
*/
DELETE FROM cars
WHERE id = :id!
RETURNING id, make, model;
