import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Pool } from 'pg';
import postgres from 'postgres';
import {
  array,
  type Connection,
  copyFrom,
  exec,
  int4,
  numeric,
  text,
  transaction,
} from '../../src/runtime/index.ts';

export interface Car {
  readonly id: number;
  readonly make: string;
  readonly year: number;
  readonly price: string;
}

/** A way to write rows, all or none, over a connection of its own. */
export interface Way {
  readonly name: string;
  write(cars: Iterable<Car>): Promise<unknown>;
  close(): Promise<unknown>;
}

export const schema =
  'CREATE TABLE cars (id int PRIMARY KEY, make text NOT NULL, year int NOT NULL, price numeric(12,2) NOT NULL)';

/** Made one after the other, so that none of the ways finds all of them in memory. */
export function* cars(count: number): Generator<Car> {
  for (let id = 1; id <= count; id++) {
    yield { id, make: `make\t${id % 9} \\ ä`, year: 2000 + (id % 25), price: `${id}.50` };
  }
}

/** The same rows, made by the server. */
export const sameCars = `SELECT id, E'make\\t' || id % 9 || E' \\\\ ä' AS make, 2000 + id % 25 AS year,
  (id || '.50')::numeric(12,2) AS price FROM generate_series(1, $1::int) AS id`;

// Of 65 535 parameters that a statement can have, four for each row. Much larger lists are parsed no faster.
const LIST = 1000;
const ARRAYS = 10_000;
const LINES = 1000;

// As `nodrift generate` prints them.
const file = 'queries/cars.sql';
const columns = [
  ['id', int4],
  ['make', text],
  ['year', int4],
  ['price', numeric],
] as const;
const addCar = exec<Car>({
  name: 'addCar',
  file,
  sql: 'INSERT INTO cars (id, make, year, price) VALUES ($1, $2, $3, $4)',
  params: columns.map(([name, codec]) => ({ name, codec })),
  columns: [],
});
const addCars = exec<{ cars: readonly Car[] }>({
  name: 'addCars',
  file,
  sql: ['INSERT INTO cars (id, make, year, price) VALUES ', 0],
  params: [{ name: 'cars', rows: columns }],
  columns: [],
});
const addArrays = exec<{ id: number[]; make: string[]; year: number[]; price: string[] }>({
  name: 'addArrays',
  file,
  sql: `INSERT INTO cars (id, make, year, price)
SELECT * FROM unnest($1::int[], $2::text[], $3::int[], $4::numeric[])`,
  params: [
    { name: 'id', codec: array(int4) },
    { name: 'make', codec: array(text) },
    { name: 'year', codec: array(int4) },
    { name: 'price', codec: array(numeric) },
  ],
  columns: [],
});

function* portionsOf(rows: Iterable<Car>, size: number): Generator<Car[]> {
  let portion: Car[] = [];
  for (const row of rows) {
    portion.push(row);
    if (portion.length === size) {
      yield portion;
      portion = [];
    }
  }
  if (portion.length > 0) {
    yield portion;
  }
}

/** One statement for each portion, in a transaction. */
function inPortions(
  name: string,
  url: string,
  size: number,
  write: (tx: Connection, portion: Car[]) => Promise<unknown>,
): Way {
  const pool = new Pool({ connectionString: url, max: 1 });
  return {
    name,
    write: (rows) =>
      transaction(pool, {}, async (tx) => {
        for (const portion of portionsOf(rows, size)) {
          await write(tx, portion);
        }
      }),
    close: () => pool.end(),
  };
}

function copy(url: string): Way {
  const pool = new Pool({ connectionString: url, max: 1 });
  return {
    name: 'copyFrom',
    write: (rows) => copyFrom(pool, addCar, rows),
    close: () => pool.end(),
  };
}

const escaped = (value: string) =>
  value.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r');

/** Its COPY takes bytes: the lines are made by hand, and many are handed over at once. */
function postgresJsCopy(url: string): Way {
  const sql = postgres(url, { max: 1 });
  function* lines(rows: Iterable<Car>): Generator<string> {
    for (const portion of portionsOf(rows, LINES)) {
      yield portion
        .map(({ id, make, year, price }) => `${id}\t${escaped(make)}\t${year}\t${price}\n`)
        .join('');
    }
  }
  return {
    name: 'postgres.js COPY',
    write: async (rows) =>
      pipeline(
        Readable.from(lines(rows)),
        await sql`COPY cars (id, make, year, price) FROM STDIN`.writable(),
      ),
    close: () => sql.end(),
  };
}

/** All ways, not connected yet. */
export function waysOver(url: string): readonly Way[] {
  return [
    copy(url),
    postgresJsCopy(url),
    inPortions('unnest of arrays', url, ARRAYS, (tx, portion) =>
      addArrays(tx, {
        id: portion.map(({ id }) => id),
        make: portion.map(({ make }) => make),
        year: portion.map(({ year }) => year),
        price: portion.map(({ price }) => price),
      }),
    ),
    inPortions('VALUES list', url, LIST, (tx, portion) => addCars(tx, { cars: portion })),
  ];
}
