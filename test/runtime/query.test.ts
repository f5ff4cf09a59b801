import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  arrayWithNulls,
  bool,
  bytea,
  type Connection,
  EmptyListError,
  EncodeError,
  exec,
  execrows,
  int4,
  int8,
  type Json,
  json,
  many,
  maybe,
  NoRowError,
  numeric,
  one,
  postgresJs,
  StaleQueryError,
  TooManyRowsError,
  text,
  timestamptz,
} from '../../src/runtime/index.ts';
import { postgresUrl } from '../support/postgres.ts';
import { connections, type Opened } from './connections.ts';

interface Car {
  id: string;
  make: string | null;
  price: string | null;
  soldAt: Date | null;
  tags: (string | null)[] | null;
  details: Json | null;
}

const file = 'queries/cars.sql';
const columns = [
  ['id', text],
  ['make', text],
  ['price', numeric],
  ['soldAt', timestamptz],
  ['tags', arrayWithNulls(text)],
  ['details', json],
] as const;
const selected = 'SELECT id, make, price, sold_at AS "soldAt", tags, details FROM cars';

const createTable = exec<void>({
  name: 'createTable',
  file,
  sql: `CREATE TEMPORARY TABLE cars (id text PRIMARY KEY, make text, price numeric(12,2),
    sold_at timestamptz, tags text[], details jsonb, image bytea)`,
  params: [],
  columns: [],
});
const addCar = execrows<{ car: Omit<Car, 'tags'> & { tags?: string[] | null; image?: Uint8Array | null } }>({
  name: 'addCar',
  file,
  sql: 'INSERT INTO cars (id, make, price, sold_at, tags, details, image) VALUES ($1, $2, $3, $4, $5, $6, $7)',
  params: [
    {
      name: 'car',
      fields: [
        ['id', text],
        ['make', text],
        ['price', numeric],
        ['soldAt', timestamptz],
        ['tags', arrayWithNulls(text)],
        ['details', json],
        ['image', bytea],
      ],
    },
  ],
  columns: [],
});
const addMakes = execrows<{ cars: { id: string; make?: string | null }[] }>({
  name: 'addMakes',
  file,
  sql: ['INSERT INTO cars (id, make) VALUES ', 0],
  params: [
    {
      name: 'cars',
      rows: [
        ['id', text],
        ['make', text],
      ],
    },
  ],
  columns: [],
});
const getCar = maybe<{ id: string }, Car>({
  name: 'getCar',
  file,
  sql: `${selected} WHERE id = $1`,
  params: [{ name: 'id', codec: text }],
  columns,
});
const requireCar = one<{ id: string }, Car>({
  name: 'requireCar',
  file,
  sql: `${selected} WHERE id = $1`,
  params: [{ name: 'id', codec: text }],
  columns,
});
const findByMake = many<{ make?: string | null; ids: string[] }, Car>({
  name: 'findByMake',
  file,
  sql: [
    `${selected} WHERE make ILIKE coalesce(`,
    0,
    ", '%') AND id IN ",
    1,
    ' AND (',
    0,
    '::text IS NULL OR true) ORDER BY id',
  ],
  params: [
    { name: 'make', codec: text },
    { name: 'ids', list: text },
  ],
  columns,
});
const anyCar = maybe<void, { id: string }>({
  name: 'anyCar',
  file,
  sql: 'SELECT id FROM cars',
  params: [],
  columns: [['id', text]],
});
const oneCar = one<void, { id: string }>({
  name: 'oneCar',
  file,
  sql: 'SELECT id FROM cars',
  params: [],
  columns: [['id', text]],
});

const beetle: Car = {
  id: 'b1',
  make: 'VW',
  price: '1234567890.20',
  soldAt: new Date('2024-02-29T12:30:15.250Z'),
  tags: ['old', null, 'NULL', '', 'a "quoted" \\ one'],
  details: { doors: 2, parts: ['engine', { rear: true }], none: null },
};

const divide = many<{ by: number; upTo: number }, { n: number }>({
  ...{ name: 'divide', file },
  sql: 'SELECT 10 / ($1 - g) AS n FROM generate_series(1, $2) AS g',
  params: [
    { name: 'by', codec: int4 },
    { name: 'upTo', codec: int4 },
  ],
  columns: [['n', int4]],
});

describe.each(connections)('a query over %s', (name, open) => {
  let opened: Opened;
  let db: Connection;

  beforeAll(async () => {
    opened = await open();
    db = opened.db;
    await createTable(db);
    await addCar(db, { car: { ...beetle, tags: beetle.tags as string[], image: Uint8Array.of(0, 255, 39) } });
    await addMakes(db, { cars: [{ id: 'b2', make: 'Seat' }, { id: 'b3' }] });
  });
  afterAll(() => opened.close());

  it('decodes each column as declared, keys in the order of the columns', async () => {
    const car = await getCar(db, { id: 'b1' });
    expect(car).toStrictEqual(beetle);
    expect(Object.keys(car ?? {})).toEqual(['id', 'make', 'price', 'soldAt', 'tags', 'details']);
  });

  it('gives null where SQL has NULL', async () => {
    expect(await getCar(db, { id: 'b3' })).toStrictEqual({
      id: 'b3',
      make: null,
      price: null,
      soldAt: null,
      tags: null,
      details: null,
    });
  });

  it('resolves what the command promises', async () => {
    expect(await getCar(db, { id: 'missing' })).toBeNull();
    expect((await requireCar(db, { id: 'b2' })).make).toBe('Seat');
    expect(await addMakes(db, { cars: [{ id: 'b4' }, { id: 'b5' }] })).toBe(2);
    const remove = execrows<{ ids: string[] }>({
      name: 'remove',
      file,
      sql: ['DELETE FROM cars WHERE id IN ', 0],
      params: [{ name: 'ids', list: text }],
      columns: [],
    });
    expect(await remove(db, { ids: ['b4', 'b5', 'b6'] })).toBe(2);
    expect(await remove(db, { ids: ['b4', 'b5', 'b6'] })).toBe(0);
  });

  it('refuses rows that the command rules out, naming the query and not the values', async () => {
    const missing = await requireCar(db, { id: 'secret' }).catch((error: unknown) => error);
    expect(missing).toBeInstanceOf(NoRowError);
    expect(missing).toMatchObject({
      name: 'NoRowError',
      query: 'requireCar',
      file,
      message: 'requireCar (queries/cars.sql): expected exactly one row, found none',
    });
    await expect(oneCar(db)).rejects.toThrow(TooManyRowsError);
    await expect(anyCar(db)).rejects.toMatchObject({ query: 'anyCar', rowCount: 3 });
  });

  it("runs under PgTyped's convention", async () => {
    expect(await getCar.run({ id: 'b1' }, db)).toStrictEqual([beetle]);
    expect(await requireCar.run({ id: 'missing' }, db)).toEqual([]);
    expect(await getCar.runWithCounts({ id: 'b1' }, db)).toStrictEqual({ result: [beetle], rowCount: 1 });
    expect(await addMakes.runWithCounts({ cars: [{ id: 'b7' }] }, db)).toEqual({ result: [], rowCount: 1 });
    expect(await anyCar.run(undefined, db)).toHaveLength(4);
    await exec<void>({ name: 'x', file, sql: `DELETE FROM cars WHERE id = 'b7'`, params: [], columns: [] })(
      db,
    );
  });

  it('ignores the rows of a statement without declared columns', async () => {
    const touch = exec<{ id: string }>({
      name: 'touch',
      file,
      sql: 'UPDATE cars SET make = make WHERE id = $1 RETURNING *',
      params: [{ name: 'id', codec: text }],
      columns: [],
    });
    expect(await touch(db, { id: 'b1' })).toBeUndefined();
    expect(await touch.run({ id: 'b1' }, db)).toEqual([]);
  });

  it('grows lists, uses a parameter in several places, and takes a parameter omitted as NULL', async () => {
    expect((await findByMake(db, { make: 'vw', ids: ['b1', 'b2'] })).map((car) => car.id)).toEqual(['b1']);
    expect((await findByMake(db, { ids: ['b1', 'b2', 'b3'] })).map((car) => car.id)).toEqual(['b1', 'b2']);
    expect((await findByMake(db, { make: null, ids: ['b2'] })).map((car) => car.id)).toEqual(['b2']);
  });

  it('matches nothing with an empty list after IN, and everything after NOT IN, where the type is known', async () => {
    const numbers = (operator: string) =>
      many<{ list: number[] }, { n: number | null; matches: boolean }>({
        name: 'numbers',
        file,
        sql: [`SELECT n, n ${operator} `, 0, ' AS matches FROM (VALUES (1), (NULL)) AS v (n)'],
        params: [{ name: 'list', list: int4, type: 'integer' }],
        columns: [
          ['n', int4],
          ['matches', bool],
        ],
      });
    expect((await numbers('IN')(db, { list: [] })).map((row) => row.matches)).toEqual([false, false]);
    expect((await numbers('NOT IN')(db, { list: [] })).map((row) => row.matches)).toEqual([true, true]);
    expect((await numbers('IN')(db, { list: [1] })).map((row) => row.matches)).toEqual([true, null]);
  });

  it('refuses an empty list elsewhere before anything is sent', async () => {
    const failure = await addMakes(db, { cars: [] }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(EmptyListError);
    expect(failure).toMatchObject({ query: 'addMakes', file, parameter: 'cars' });
    await expect(findByMake(db, { ids: [] })).rejects.toThrow(EmptyListError);
  });

  it('keeps columns and parameters named like what every object inherits', async () => {
    const strange = one<Record<string, string>, Record<string, unknown>>({
      name: 'constructor',
      file,
      sql: 'SELECT $1::text AS "__proto__", $2::text AS "constructor", $3::text AS "toString", NULL AS "hasOwnProperty"',
      params: [
        { name: '__proto__', codec: text },
        { name: 'constructor', codec: text },
        { name: 'toString', codec: text },
      ],
      columns: [
        ['__proto__', text],
        ['constructor', text],
        ['toString', text],
        ['hasOwnProperty', text],
      ],
    });
    const row = await strange(db, { constructor: 'c' });
    expect(Object.keys(row)).toEqual(['__proto__', 'constructor', 'toString', 'hasOwnProperty']);
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
    expect(Object.values(row)).toEqual([null, 'c', null, null]);
    const own = JSON.parse('{"__proto__": "p", "constructor": "c", "toString": "t"}');
    expect(Object.values(await strange(db, own))).toEqual(['p', 'c', 't', null]);
  });

  it('reads parameters from getters of a class', async () => {
    class Key {
      get id(): string {
        return 'b2';
      }
    }
    expect((await requireCar(db, new Key())).id).toBe('b2');
  });

  it('says which column does not fit, and not what it holds', async () => {
    const wrong = one<void, { n: number }>({
      name: 'wrong',
      file,
      sql: `SELECT 'secret' AS n`,
      params: [],
      columns: [['n', int4]],
    });
    await expect(wrong(db)).rejects.toThrow(/^wrong \(queries\/cars\.sql\): column "n": not a number$/);
  });

  it('says which parameter does not fit, and not what it holds', async () => {
    const wrong = one<{ when: Date }, { n: Date }>({
      name: 'wrong',
      file,
      sql: 'SELECT $1::timestamptz AS n',
      params: [{ name: 'when', codec: timestamptz }],
      columns: [['n', timestamptz]],
    });
    await expect(wrong(db, { when: new Date(Number.NaN) })).rejects.toThrow(EncodeError);
    await expect(wrong(db, { when: 'secret' as unknown as Date })).rejects.toThrow(
      'wrong (queries/cars.sql): parameter "when": its value does not fit the type',
    );
  });

  it('lets nothing through to the driver that is neither text nor bytes', async () => {
    const image = one<{ image: Uint8Array }, { n: Uint8Array }>({
      name: 'image',
      file,
      sql: 'SELECT $1::bytea AS n',
      params: [{ name: 'image', codec: bytea }],
      columns: [['n', bytea]],
    });
    await expect(image(db, { image: [1, 2] as never })).rejects.toThrow(EncodeError);
    expect(await image(db, { image: Uint8Array.of(1, 2) })).toEqual({ n: Uint8Array.of(1, 2) });
  });

  it('refuses more values than Postgres takes before anything is sent', async () => {
    const count = one<{ ids: number[] }, { n: bigint }>({
      name: 'count',
      file,
      sql: ['SELECT count(*) AS n FROM generate_series(1, 3) AS id WHERE id IN ', 0],
      params: [{ name: 'ids', list: int4 }],
      columns: [['n', int8]],
    });
    const ids = Array.from({ length: 65_536 }, (_, i) => i);
    await expect(count(db, { ids })).rejects.toThrow(EncodeError);
    await expect(count(db, { ids })).rejects.toMatchObject({ parameter: 'ids' });
  });

  it('notices that the database returns other columns than the module was generated for', async () => {
    const stale = many<void, { a: number }>({
      name: 'stale',
      file,
      sql: 'SELECT 1 AS a, 2 AS b',
      params: [],
      columns: [['a', int4]],
    });
    await expect(stale(db)).rejects.toThrow(StaleQueryError);
  });

  it('returns its own rows after another one that failed behind some rows', async () => {
    // It would end the transaction.
    if (name === 'a transaction of PGlite') return;
    const failing = () =>
      expect(divide(opened.db, { by: 3, upTo: 9 })).rejects.toMatchObject({ code: '22012' });
    await failing();
    expect(await divide(opened.db, { by: 3, upTo: 1 })).toEqual([{ n: 5 }]);
    await Promise.all([failing(), failing(), failing()]);
    const [some, none] = await Promise.all([
      divide(opened.db, { by: 12, upTo: 2 }),
      divide(opened.db, { by: 3, upTo: 0 }),
    ]);
    expect([some, none]).toEqual([[{ n: 0 }, { n: 1 }], []]);
  });

  it('counts in bigint without rounding', async () => {
    const big = one<{ n: bigint }, { n: bigint }>({
      name: 'big',
      file,
      sql: 'SELECT $1::int8 + 1 AS n',
      params: [{ name: 'n', codec: int8 }],
      columns: [['n', int8]],
    });
    expect(await big(db, { n: 9007199254740993n })).toEqual({ n: 9007199254740994n });
  });
});

describe('a query', () => {
  it('keeps a byte order mark over postgres.js', async () => {
    const sql = postgres(postgresUrl(18), { max: 1 });
    const echo = one<{ what: string }, { what: string }>({
      name: 'echo',
      file,
      sql: 'SELECT $1::text AS what',
      params: [{ name: 'what', codec: text }],
      columns: [['what', text]],
    });
    expect(await echo(postgresJs(sql), { what: '\ufeffa' })).toEqual({ what: '\ufeffa' });
    await sql.end();
  });

  it('tells its name and its text', () => {
    expect(getCar.name).toBe('getCar');
    expect(getCar.sql).toBe(`${selected} WHERE id = $1`);
    expect(findByMake.sql).toBe(
      `${selected} WHERE make ILIKE coalesce($1, '%') AND id IN ($2) AND ($1::text IS NULL OR true) ORDER BY id`,
    );
    expect(addMakes.sql).toBe('INSERT INTO cars (id, make) VALUES ($1, $2)');
  });
});
