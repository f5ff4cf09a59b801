/*
  @name ListSalesByMonth :many
  Every month between the two dates, also those in which nothing was sold, with the running total.
*/
WITH month AS (
  SELECT starts_on::date AS starts_on
  FROM generate_series(
    date_trunc('month', :from!::timestamp),
    date_trunc('month', :to!::timestamp),
    '1 month'
  ) AS starts_on
)
SELECT
  month.starts_on,
  count(car.id) AS sold,
  coalesce(sum(car.price_mxn), 0) AS revenue_mxn,
  sum(count(car.id)) OVER (ORDER BY month.starts_on) AS sold_so_far
FROM month
LEFT JOIN cars AS car
  ON car.sold_at >= month.starts_on AND car.sold_at < month.starts_on + interval '1 month'
GROUP BY month.starts_on
ORDER BY month.starts_on;

/*
  @name ListDearestCarPerMake :many
*/
SELECT DISTINCT ON (make) make, id, model, price_mxn
FROM cars
ORDER BY make, price_mxn DESC, id;

/*
  @name GetPriceQuartiles :one
  The prices that divide the cars for sale into quarters; NULL if there are none.
*/
SELECT
  percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY price_mxn::float8) AS quartiles,
  stddev(price_mxn) AS deviation_mxn
FROM cars
WHERE sold_at IS NULL;

/*
  @name CompareWithSegment :many
  Each car for sale next to the average of its body style, with its place in the list by price.
*/
SELECT
  id,
  body,
  price_mxn,
  round(avg(price_mxn) OVER segment, 2) AS segment_average_mxn,
  row_number() OVER (segment ORDER BY price_mxn, id) AS place,
  lead(id) OVER (segment ORDER BY price_mxn, id) AS next_dearer
FROM cars
WHERE sold_at IS NULL
WINDOW segment AS (PARTITION BY body)
ORDER BY body, place;
