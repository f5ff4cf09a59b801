-- Up Migration

CREATE TABLE cars (
  id text PRIMARY KEY CHECK (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  make text NOT NULL CHECK (make <> ''),
  model text NOT NULL CHECK (model <> ''),
  year smallint NOT NULL CHECK (year BETWEEN 1950 AND 2100),
  body text NOT NULL CHECK (body IN ('sedan', 'hatchback', 'suv', 'pickup', 'coupe', 'van')),
  price_mxn numeric(12,2) NOT NULL CHECK (price_mxn > 0),
  mileage_km integer NOT NULL DEFAULT 0 CHECK (mileage_km >= 0),
  color text,
  features text[] NOT NULL DEFAULT '{}' CHECK (array_position(features, NULL) IS NULL),
  thumbnail bytea CHECK (octet_length(thumbnail) <= 65536),
  listed_on date NOT NULL DEFAULT CURRENT_DATE,
  sold_at timestamptz,
  search_text text NOT NULL GENERATED ALWAYS AS (lower(make || ' ' || model)) STORED
);

CREATE INDEX cars_make_idx ON cars (make);
CREATE INDEX cars_model_idx ON cars (model);
CREATE INDEX cars_year_idx ON cars (year);
CREATE INDEX cars_body_idx ON cars (body);
CREATE INDEX cars_price_mxn_idx ON cars (price_mxn);
CREATE INDEX cars_features_idx ON cars USING gin (features);

COMMENT ON TABLE cars IS 'Every car that the dealership has or had on offer.';
COMMENT ON COLUMN cars.id IS 'A slug that is part of the car''s web address, such as mazda-3-2021.';
COMMENT ON COLUMN cars.price_mxn IS 'Asking price in Mexican pesos, taxes included.';
COMMENT ON COLUMN cars.features IS 'Equipment as shown to buyers; never holds a NULL element.';
COMMENT ON COLUMN cars.sold_at IS 'NULL while the car is for sale.';

-- Down Migration

DROP TABLE cars;
