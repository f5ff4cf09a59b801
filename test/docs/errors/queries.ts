import type { ErrorCode } from '../../../src/error-codes.ts';

/** A query file that is refused, and the same file mended. */
export interface QueryExample {
  readonly code: ErrorCode;
  readonly wrong: string | Uint8Array;
  readonly right: string;
  /** What the page shows instead of a file that cannot be shown, and the mend in words. */
  readonly words?: readonly [wrong: string, right: string];
}

/** The migration that all of them are analysed with. */
export const migration = `CREATE TABLE cars (
  id int PRIMARY KEY,
  make text NOT NULL,
  price int,
  listed_at timestamptz NOT NULL DEFAULT now()
);
`;

const all = '/* @name AllCars :many */\nSELECT id, make FROM cars;\n';
const ofId = (parameter: string) => `SELECT make FROM cars WHERE id = ${parameter};\n`;
const wrong = (code: ErrorCode, broken: string, mended: string): QueryExample => ({
  code,
  wrong: broken,
  right: mended,
});

export const queryExamples: readonly QueryExample[] = [
  {
    code: 'ND2001',
    wrong: Buffer.from("/* @name Bmw :many */\nSELECT id FROM cars WHERE make = 'M\u00fcnchen';\n", 'latin1'),
    right: "/* @name Bmw :many */\nSELECT id FROM cars WHERE make = 'M\u00fcnchen';\n",
    words: ['The file is saved as Latin-1, and has an umlaut.', 'Save it as UTF-8.'],
  },
  wrong('ND2002', '-- SELECT id FROM cars\n', all),
  wrong('ND2003', 'SELECT id, make FROM cars;\n', all),
  wrong(
    'ND2004',
    `${all}SELECT price FROM cars;\n`,
    `${all}/* @name Prices :many */\nSELECT price FROM cars;\n`,
  ),
  wrong('ND2005', `${all}\n${all}`, `${all}\n/* @name Prices :many */\nSELECT price FROM cars;\n`),
  wrong('ND2006', '/* @name Prices :many */\n\n/* @name AllCars :many */\nSELECT id FROM cars;\n', all),
  wrong(
    'ND2007',
    '/* @name AllCars :many */\nSELECT id FROM cars\n\n/* @name Prices :many */\nSELECT price FROM cars;\n',
    '/* @name AllCars :many */\nSELECT id FROM cars;\n\n/* @name Prices :many */\nSELECT price FROM cars;\n',
  ),
  wrong(
    'ND2008',
    "/* @name Bmw :many */\nSELECT id FROM cars WHERE make = 'BMW;\n",
    "/* @name Bmw :many */\nSELECT id FROM cars WHERE make = 'BMW';\n",
  ),
  {
    code: 'ND2009',
    wrong: "/* @name A :many */ SELECT 'a;\n".repeat(500),
    right: all,
    words: ["500 queries, each with a ' that is not closed.", 'Close the first ones.'],
  },
  {
    code: 'ND2010',
    wrong: "/* @name Bmw :many */\nSELECT id FROM cars WHERE make = 'BMW\0';\n",
    right: "/* @name Bmw :many */\nSELECT id FROM cars WHERE make = 'BMW';\n",
    words: ['A string has the character U+0000.', 'Remove it.'],
  },
  wrong('ND2011', `/* @name get-car :maybe */\n${ofId(':id')}`, `/* @name GetCar :maybe */\n${ofId(':id')}`),
  wrong('ND2012', '/* @name AllCars :all */\nSELECT id, make FROM cars;\n', all),
  wrong('ND2013', '/* @nmae AllCars :many */\nSELECT id, make FROM cars;\n', all),
  wrong('ND2014', '/*\n  @name AllCars :many\n  @name Cars :many\n*/\nSELECT id, make FROM cars;\n', all),
  wrong(
    'ND2015',
    '/* @param ids -> (...) */\nSELECT make FROM cars WHERE id IN :ids;\n',
    '/*\n  @name CarsOf :many\n  @param ids -> (...)\n*/\nSELECT make FROM cars WHERE id IN :ids;\n',
  ),
  wrong(
    'ND2016',
    '/*\n  @name CarsOf :many\n  @param ids -> (...)\n  @param ids -> (...)\n*/\nSELECT make FROM cars WHERE id IN :ids;\n',
    '/*\n  @name CarsOf :many\n  @param ids -> (...)\n*/\nSELECT make FROM cars WHERE id IN :ids;\n',
  ),
  wrong(
    'ND2017',
    '/*\n  @name CarsOf :many\n  @param ids (...)\n*/\nSELECT make FROM cars WHERE id IN :ids;\n',
    '/*\n  @name CarsOf :many\n  @param ids -> (...)\n*/\nSELECT make FROM cars WHERE id IN :ids;\n',
  ),
  wrong(
    'ND2018',
    `/* @name GetCar :maybe */\n${ofId(':__proto__')}`,
    `/* @name GetCar :maybe */\n${ofId(':id')}`,
  ),
  wrong(
    'ND2019',
    '/* @name Cars :many */\nSELECT id FROM cars WHERE make = :make! OR :make?::text IS NULL;\n',
    '/* @name Cars :many */\nSELECT id FROM cars WHERE make = :make? OR :make?::text IS NULL;\n',
  ),
  wrong(
    'ND2020',
    '/*\n  @name AddCar :exec\n  @param car -> (id, make)\n*/\nINSERT INTO cars (id, make) VALUES :car?;\n',
    '/*\n  @name AddCar :exec\n  @param car -> (id, make)\n*/\nINSERT INTO cars (id, make) VALUES :car;\n',
  ),
  wrong(
    'ND2021',
    '/*\n  @name CarsOf :many\n  @param ids -> (...)\n*/\nSELECT make FROM cars WHERE id = :ids;\n',
    '/*\n  @name CarsOf :many\n  @param ids -> (...)\n*/\nSELECT make FROM cars WHERE id IN :ids;\n',
  ),
  wrong(
    'ND2022',
    '/* @name CarsOf :many */\nSELECT make FROM cars WHERE id IN :ids;\n',
    '/*\n  @name CarsOf :many\n  @param ids -> (...)\n*/\nSELECT make FROM cars WHERE id IN :ids;\n',
  ),
  wrong(
    'ND2023',
    '/* @name Find :many */\nSELECT id FROM cars WHERE make = :make AND price < $1;\n',
    '/* @name Find :many */\nSELECT id FROM cars WHERE make = :make AND price < :price;\n',
  ),
  wrong(
    'ND2024',
    '/* @name Others :many */\nSELECT id FROM cars WHERE :make!= make;\n',
    '/* @name Others :many */\nSELECT id FROM cars WHERE :make <> make;\n',
  ),
  wrong(
    'ND2026',
    "-- name: GetCar :one\nSELECT make FROM cars WHERE id = sqlc.argument('id') LIMIT 1;\n",
    "-- name: GetCar :maybe\nSELECT make FROM cars WHERE id = sqlc.arg('id') LIMIT 1;\n",
  ),
  wrong(
    'ND2027',
    "-- name: CarsOf :many\nSELECT make FROM cars WHERE id IN (sqlc.slice('ids'), 1);\n",
    "-- name: CarsOf :many\nSELECT make FROM cars WHERE id IN (sqlc.slice('ids')) OR id = 1;\n",
  ),
  wrong('ND2028', `-- name: GetCar :maybe\n${ofId(':id')}`, `-- name: GetCar :maybe\n${ofId('@id')}`),
  wrong(
    'ND2029',
    '/* @name NoWaiting :exec */\nSET lock_timeout = 100;\n',
    "/* @name NoWaiting :exec */\nSELECT set_config('lock_timeout', :limit!, true);\n",
  ),
  wrong(
    'ND2030',
    '/*\n  @name CarsOf :many\n  @param ids -> (...)\n*/\nSELECT make FROM cars;\n',
    '/*\n  @name CarsOf :many\n  @param ids -> (...)\n*/\nSELECT make FROM cars WHERE id IN :ids;\n',
  ),
  wrong('ND2031', `# all of them\n${all}`, `-- all of them\n${all}`),
  wrong(
    'ND2032',
    '/*\n  @name CarsOf :many\n  @optional :make\n*/\nSELECT id FROM cars WHERE make = :make;\n',
    '/*\n  @name CarsOf :many\n  @optional make\n*/\nSELECT id FROM cars WHERE make = :make;\n',
  ),
  wrong(
    'ND2033',
    '/*\n  @name CarsOf :many\n  @optional maker\n*/\nSELECT id FROM cars WHERE make = :make;\n',
    '/*\n  @name CarsOf :many\n  @optional make\n*/\nSELECT id FROM cars WHERE make = :make;\n',
  ),
  wrong(
    'ND2034',
    '/*\n  @name AllCars :many\n  @unscoped\n*/\nSELECT id, make FROM cars;\n',
    '/* @name AllCars :many */\nSELECT id, make FROM cars;\n',
  ),
  wrong(
    'ND2035',
    '/*\n  @name Remove :execrows\n  @param rows -> ((id)...)\n*/\nDELETE FROM cars USING :rows WHERE cars.id = rows.id;\n',
    '/*\n  @name Remove :execrows\n  @param rows -> ((id)...)\n*/\nDELETE FROM cars USING :rows AS r WHERE cars.id = r.id;\n',
  ),
  wrong('ND3001', '/* @name AllCars :many */\nSELECT id, mkae FROM cars;\n', all),
  {
    code: 'ND3002',
    wrong: `/* @name Many :many */\n${'SELECT 1 AS id UNION ALL\n'.repeat(12_000)}SELECT 1 AS id;\n`,
    right: '/* @name Many :many */\nSELECT id FROM cars WHERE id = ANY (:ids::int[]);\n',
    words: ['12 000 SELECTs with UNION ALL between them.', 'Nest it less deeply, with VALUES or = ANY.'],
  },
  wrong(
    'ND3003',
    '/* @name Rename :one */\nUPDATE cars SET make = :make WHERE id = :id;\n',
    '/* @name Rename :maybe */\nUPDATE cars SET make = :make WHERE id = :id RETURNING id;\n',
  ),
  wrong(
    'ND3004',
    '/* @name Prices :many */\nSELECT price * 2 FROM cars;\n',
    '/* @name Prices :many */\nSELECT price * 2 AS double FROM cars;\n',
  ),
  wrong(
    'ND3005',
    '/* @name Pairs :many */\nSELECT a.id, b.id FROM cars a JOIN cars b ON b.price = a.price;\n',
    '/* @name Pairs :many */\nSELECT a.id, b.id AS other FROM cars a JOIN cars b ON b.price = a.price;\n',
  ),
  wrong(
    'ND3006',
    '/* @name CarOfMake :maybe */\nSELECT id FROM cars WHERE make = :make;\n',
    '/* @name CarOfMake :maybe */\nSELECT id FROM cars WHERE make = :make ORDER BY id LIMIT 1;\n',
  ),
  wrong(
    'ND3026',
    '/* @name SortedCars :many */\nSELECT id, make FROM cars ORDER BY :sort;\n',
    "/* @name SortedCars :many */\nSELECT id, make FROM cars\nORDER BY CASE WHEN :sort = 'make' THEN make END, id;\n",
  ),
  wrong('ND3007', '/* @name Next :many */\nFETCH 10 FROM open_cars;\n', all),
  wrong(
    'ND3008',
    '/*\n  @name Cheap :exec\n  @temporary\n*/\nCREATE TEMPORARY VIEW cheap AS SELECT id FROM cars WHERE price < :price;\n',
    '/*\n  @name Cheap :exec\n  @temporary\n*/\nCREATE TEMPORARY VIEW cheap AS SELECT id FROM cars WHERE price < 1000;\n',
  ),
  wrong(
    'ND3009',
    '/* @name Load :exec */\nCOPY cars FROM STDIN;\n',
    '/*\n  @name Load :exec\n  @param cars -> ((id, make)...)\n*/\nINSERT INTO cars (id, make) VALUES :cars;\n',
  ),
  wrong('ND3011', `/* @name _ :maybe */\n${ofId(':id')}`, `/* @name GetCar :maybe */\n${ofId(':id')}`),
  wrong(
    'ND3012',
    '/* @name get_car :maybe */\nSELECT id FROM cars WHERE id = :id;\n\n/* @name GetCar :maybe */\nSELECT make FROM cars WHERE id = :id;\n',
    '/* @name car_id :maybe */\nSELECT id FROM cars WHERE id = :id;\n\n/* @name GetCar :maybe */\nSELECT make FROM cars WHERE id = :id;\n',
  ),
  wrong(
    'ND3015',
    '-- name: AllCars :many\nSELECT sqlc.embed(make) FROM cars make;\n',
    '-- name: AllCars :many\nSELECT sqlc.embed(car) FROM cars car;\n',
  ),
  wrong(
    'ND3016',
    '/* @name SearchCars :many @optional make */\nSELECT id, :make AS searched FROM cars;\n',
    '/* @name SearchCars :many @optional make */\nSELECT id FROM cars WHERE make = :make;\n',
  ),
  wrong(
    'ND3017',
    '/* @name AnyCars :many @optional least */\nSELECT 1 AS found FROM cars HAVING count(*) > :least;\n',
    '/* @name AnyCars :many @optional least */\nSELECT count(*) AS found FROM cars HAVING count(*) > :least;\n',
  ),
  wrong(
    'ND3018',
    '/* @name Makes :many */\nSELECT make.make, car.id AS "cars[].id"\nFROM cars make JOIN cars car ON car.make = make.make;\n',
    '/* @name Makes :many */\nSELECT make.make, car.id AS "cars[].id"\nFROM (SELECT DISTINCT make FROM cars) make JOIN cars car ON car.make = make.make;\n',
  ),
  wrong(
    'ND3019',
    '/*\n  @name PageOfCars :many\n  @optional after\n  @param after -> (make)\n*/\nSELECT id, make FROM cars WHERE make > :after ORDER BY make LIMIT 20;\n',
    '/*\n  @name PageOfCars :many\n  @optional after\n  @param after -> (make, id)\n*/\nSELECT id, make FROM cars WHERE (make, id) > :after ORDER BY make, id LIMIT 20;\n',
  ),
  wrong(
    'ND3022',
    '/*\n  @name NewCars :many\n  @optional after\n  @param after -> (listed_at, id)\n*/\nSELECT id, listed_at FROM cars\nWHERE (listed_at, id) < :after ORDER BY listed_at DESC, id DESC LIMIT 20;\n',
    '/*\n  @name NewCars :many\n  @optional after\n  @param after -> (id)\n*/\nSELECT id, listed_at FROM cars\nWHERE id < :after ORDER BY id DESC LIMIT 20;\n',
  ),
  wrong(
    'ND3021',
    '/* @name SetMake :execrows @param make? */\nUPDATE cars SET make = :make WHERE id = :id;\n',
    '/* @name SetMake :execrows @optional make */\nUPDATE cars SET make = :make WHERE id = :id;\n',
  ),
  wrong(
    'ND3024',
    '/*\n  @name Notes :many\n  @param rows -> ((id, note)...)\n*/\nSELECT cars.id, r.note FROM cars JOIN :rows AS r ON r.id = cars.id\nWHERE r.note IS NOT NULL;\n',
    '/*\n  @name Notes :many\n  @param rows -> ((id, note)...)\n*/\nSELECT cars.id, r.note::text AS note FROM cars JOIN :rows AS r ON r.id = cars.id\nWHERE r.note IS NOT NULL;\n',
  ),
  wrong(
    'ND3025',
    '/*\n  @name Unchanged :many\n  @param rows -> ((car)...)\n*/\nSELECT cars.id FROM cars JOIN :rows AS r ON cars = r.car;\n',
    '/*\n  @name Unchanged :many\n  @param rows -> ((car)...)\n*/\nSELECT cars.id FROM cars JOIN :rows AS r ON cars = r.car::cars;\n',
  ),
  wrong(
    'ND3027',
    '/* @name GetCar :maybe\n@load */\nSELECT id, make FROM cars WHERE id = :id FOR UPDATE;\n',
    '/* @name GetCar :maybe\n@load */\nSELECT id, make FROM cars WHERE id = :id;\n',
  ),
];
