/** The schema, with as many rows as the measurements need for an index to matter. */
export const ROWS = 300_000;

export const schema = `
CREATE TABLE cars (
  id integer PRIMARY KEY,
  make text NOT NULL,
  year integer NOT NULL,
  price integer NOT NULL
);
CREATE INDEX cars_make ON cars (make, year);
CREATE INDEX cars_price ON cars (price, id);
CREATE INDEX cars_year ON cars (year);
`;

export const rows = `
INSERT INTO cars
SELECT i, 'make ' || i % 500, 1990 + i / 500 % 35, 1000 + i::bigint * 7919 % 90000
FROM generate_series(1, ${ROWS}) AS i;
ANALYZE cars;
`;

/** The queries as nodrift generates functions for them. */
export const queries = `/*
  @name SearchCars :many
  @optional id, make, minYear, sort
*/
SELECT id, make, year, price FROM cars
WHERE id = :id AND make = :make AND year >= :minYear
ORDER BY CASE WHEN :sort = 'price' THEN price END, CASE WHEN :sort = '-year' THEN year END DESC NULLS LAST, id
LIMIT :limit! OFFSET :offset!;

/*
  @name PageOfCars :many
  @optional make, after
  @param after -> (price, id)
*/
SELECT id, make, year, price FROM cars
WHERE make = :make AND (price, id) > :after
ORDER BY price, id
LIMIT :limit!;
`;

/** The same with the guards that every call sends. */
export const guarded = {
  search: `SELECT id, make, year, price FROM cars
WHERE ($1::int IS NULL OR id = $1) AND ($2::text IS NULL OR make = $2) AND ($3::int IS NULL OR year >= $3)
ORDER BY CASE WHEN $4 = 'price' THEN price END, CASE WHEN $4 = '-year' THEN year END DESC NULLS LAST, id
LIMIT $5 OFFSET $6`,
  page: `SELECT id, make, year, price FROM cars
WHERE ($1::text IS NULL OR make = $1) AND ($2::int IS NULL OR (price, id) > ($2, $3::int))
ORDER BY price, id
LIMIT $4`,
} as const;
