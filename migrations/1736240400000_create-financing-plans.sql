-- Up Migration

CREATE DOMAIN rate AS numeric(6,4) CHECK (VALUE >= 0 AND VALUE < 1);
COMMENT ON DOMAIN rate IS 'A share of one: 0.1250 is 12.5 percent.';

CREATE TABLE financing_plans (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  car_id text NOT NULL REFERENCES cars (id) ON UPDATE CASCADE ON DELETE CASCADE,
  lender text NOT NULL CHECK (lender <> ''),
  annual_rate rate NOT NULL,
  down_payment_share rate NOT NULL DEFAULT 0.2,
  months int4range NOT NULL CHECK (NOT isempty(months) AND NOT upper_inf(months) AND lower(months) >= 1),
  opening_fee_mxn numeric(10,2) CHECK (opening_fee_mxn >= 0),
  valid_until date,
  UNIQUE (car_id, lender)
);

CREATE INDEX financing_plans_annual_rate_idx ON financing_plans (annual_rate);
CREATE INDEX financing_plans_months_idx ON financing_plans USING gist (months);

COMMENT ON COLUMN financing_plans.annual_rate IS 'Nominal interest a year, as a share of one.';
COMMENT ON COLUMN financing_plans.months IS 'The terms on offer, in months.';
COMMENT ON COLUMN financing_plans.opening_fee_mxn IS 'NULL if the lender names its fee only in the contract.';

CREATE FUNCTION monthly_payment(principal numeric, annual_rate numeric, months integer) RETURNS numeric
  LANGUAGE sql IMMUTABLE STRICT
  RETURN CASE
    WHEN annual_rate = 0 THEN round(principal / months, 2)
    ELSE round(principal * (annual_rate / 12) / (1 - power(1 + annual_rate / 12, -months)), 2)
  END;
COMMENT ON FUNCTION monthly_payment(numeric, numeric, integer) IS 'The constant payment of an annuity loan.';

CREATE VIEW cars_with_cheapest_plan AS
  SELECT
    car.id,
    car.make,
    car.model,
    car.year,
    car.price_mxn,
    car.sold_at IS NOT NULL AS sold,
    plan.id AS plan_id,
    plan.lender,
    plan.annual_rate,
    plan.months,
    monthly_payment(car.price_mxn * (1 - plan.down_payment_share), plan.annual_rate, upper(plan.months) - 1)
      AS lowest_payment_mxn
  FROM cars AS car
  LEFT JOIN LATERAL (
    SELECT *
    FROM financing_plans AS p
    WHERE p.car_id = car.id
    ORDER BY p.annual_rate, p.id
    LIMIT 1
  ) AS plan ON true;

-- Down Migration

DROP VIEW cars_with_cheapest_plan;
DROP FUNCTION monthly_payment(numeric, numeric, integer);
DROP TABLE financing_plans;
DROP DOMAIN rate;
