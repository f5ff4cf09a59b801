/*
  @name AddPlan :one
  Terms are given as the shortest and the longest, both included.
*/
INSERT INTO financing_plans (car_id, lender, annual_rate, down_payment_share, months, opening_fee_mxn, valid_until)
VALUES (
  :carId,
  :lender,
  :annualRate,
  :downPaymentShare,
  int4range(:minMonths!, :maxMonths!, '[]'),
  :openingFeeMxn,
  :validUntil
)
RETURNING id, months;

/*
  @name UpsertPlan :one
  @param plan -> (carId!, lender!, annualRate!, months!)
  A lender has one plan for each car: a new offer replaces the old one.
*/
INSERT INTO financing_plans (car_id, lender, annual_rate, months)
VALUES :plan
ON CONFLICT (car_id, lender) DO UPDATE
SET annual_rate = excluded.annual_rate, months = excluded.months
RETURNING id, car_id, lender, annual_rate, months;

/*
  @name ListPlans :many
  The plans of one car, the lowest rate first, each with its distance to the next better one.
*/
SELECT
  id,
  lender,
  annual_rate,
  months,
  opening_fee_mxn,
  valid_until,
  rank() OVER cheapest AS rank,
  annual_rate - lag(annual_rate) OVER cheapest AS above_next
FROM financing_plans
WHERE car_id = :carId!
WINDOW cheapest AS (ORDER BY annual_rate)
ORDER BY rank, id;

/*
  @name QuoteCars :many
  What the cars for sale cost a month over the given term, best offer first.
  Cars without a plan for that term are listed last, with nothing to pay named.
*/
SELECT
  car.id,
  car.make,
  car.model,
  car.price_mxn,
  plan.lender,
  plan.annual_rate,
  monthly_payment(car.price_mxn * (1 - plan.down_payment_share), plan.annual_rate, :term!) AS payment_mxn
FROM cars AS car
LEFT JOIN financing_plans AS plan ON plan.car_id = car.id AND plan.months @> :term!::integer
WHERE car.sold_at IS NULL
ORDER BY payment_mxn NULLS LAST, car.id;

/*
  @name ListCarsWithCheapestPlan :many
*/
SELECT id, make, model, year, price_mxn, plan_id, lender, annual_rate, months, lowest_payment_mxn
FROM cars_with_cheapest_plan
WHERE NOT sold
ORDER BY lowest_payment_mxn NULLS LAST, id;

/*
  @name ListCarsWithoutPlan :many
*/
SELECT car.id, car.make, car.model
FROM cars AS car
LEFT JOIN financing_plans AS plan ON plan.car_id = car.id
WHERE plan.id IS NULL
ORDER BY car.id;

/*
  @name GetCarWithPlans :maybe
  A car with everything that its page shows, as one JSON value.
*/
SELECT
  car.id,
  json_build_object(
    'make', car.make,
    'model', car.model,
    'year', car.year,
    'priceMxn', car.price_mxn,
    'features', car.features,
    'plans', coalesce(
      (
        SELECT json_agg(
          json_build_object(
            'lender', plan.lender,
            'annualRate', plan.annual_rate,
            'minMonths', lower(plan.months),
            'maxMonths', upper(plan.months) - 1,
            'validUntil', plan.valid_until
          )
          ORDER BY plan.annual_rate
        )
        FROM financing_plans AS plan
        WHERE plan.car_id = car.id
      ),
      '[]'
    )
  ) AS page
FROM cars AS car
WHERE car.id = :id!;

/*
  @name CompareLenders :many
  Each lender and the makes it finances, with a line for each lender's total and one for all.
  `make` is NULL in totals, `lender` too in the last line.
*/
SELECT
  plan.lender,
  car.make,
  count(*) AS plans,
  min(plan.annual_rate) AS lowest_rate,
  avg(plan.opening_fee_mxn) AS average_fee_mxn
FROM financing_plans AS plan
JOIN cars AS car ON car.id = plan.car_id
GROUP BY ROLLUP (plan.lender, car.make)
ORDER BY plan.lender NULLS LAST, car.make NULLS LAST;

/*
  @name DeleteExpiredPlans :execrows
*/
DELETE FROM financing_plans
WHERE valid_until < :today!;
