/**
 * `npm run bench:lists`: lists and rows as arrays, beside one parameter for each value, over one local server. What both
 * find and write is compared first.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Client } from 'pg';
import { columnwise, exec, int4, list, many, numeric } from '../../src/runtime/index.ts';
import { startNativeServer } from '../../test/support/native-server.ts';

const TABLE_ROWS = 100_000;
/** How many elements, and how often they are sent. */
const sizes = [
  { length: 10, rounds: 300 },
  { length: 1000, rounds: 30 },
  { length: 25_000, rounds: 7 },
] as const;

interface Row {
  readonly id: number;
  readonly price: string;
}

/** The same work in both forms. */
interface Task {
  readonly name: string;
  readonly asArrays: (db: Client, rows: readonly Row[]) => Promise<unknown>;
  readonly expanded: (db: Client, rows: readonly Row[]) => Promise<unknown>;
}

// As `nodrift generate` prints them.
const file = 'queries/cars.sql';
const columns = [['id', int4]] as const;
const rowsParam = {
  name: 'rows',
  rows: [
    ['id', int4],
    ['price', numeric],
  ],
} as const;
const UNNESTED = 'unnest($1::int4[], $2::numeric[])';

const idsAsArray = many<{ ids: readonly number[] }, { id: number }>({
  ...{ name: 'idsAsArray', file, columns },
  sql: 'SELECT id FROM cars WHERE id = ANY ($1::int4[])',
  params: [{ name: 'ids', codec: list(int4) }],
});
const idsExpanded = many<{ ids: readonly number[] }, { id: number }>({
  ...{ name: 'idsExpanded', file, columns },
  sql: ['SELECT id FROM cars WHERE id IN ', 0],
  params: [{ name: 'ids', list: int4, type: 'int4' }],
});
const pairsAsArrays = many<{ rows: readonly Row[] }, { id: number }>({
  ...{ name: 'pairsAsArrays', file, columns },
  sql: `SELECT id FROM cars WHERE (id, price) IN (SELECT r.c1, r.c2 FROM ${UNNESTED} AS r (c1, c2))`,
  params: [rowsParam],
  statement: columnwise,
});
const pairsExpanded = many<{ rows: readonly Row[] }, { id: number }>({
  ...{ name: 'pairsExpanded', file, columns },
  sql: ['SELECT id FROM cars WHERE (id, price) IN (', 0, ')'],
  params: [rowsParam],
});
const insertAsArrays = exec<{ rows: readonly Row[] }>({
  ...{ name: 'insertAsArrays', file, columns: [] },
  sql: `INSERT INTO copies (id, price) SELECT r.c1, r.c2 FROM ${UNNESTED} WITH ORDINALITY AS r (c1, c2, n) ORDER BY r.n`,
  params: [rowsParam],
  statement: columnwise,
});
const insertExpanded = exec<{ rows: readonly Row[] }>({
  ...{ name: 'insertExpanded', file, columns: [] },
  sql: ['INSERT INTO copies (id, price) VALUES ', 0],
  params: [rowsParam],
});
const updateAsArrays = exec<{ rows: readonly Row[] }>({
  ...{ name: 'updateAsArrays', file, columns: [] },
  sql: `UPDATE cars SET price = r.price FROM (SELECT id, price FROM ${UNNESTED} AS given (id, price)) AS r WHERE cars.id = r.id`,
  params: [rowsParam],
  statement: columnwise,
});
const updateExpanded = exec<{ rows: readonly Row[] }>({
  ...{ name: 'updateExpanded', file, columns: [] },
  sql: [
    'UPDATE cars SET price = r.price FROM (VALUES (NULL::int4, NULL::numeric), ',
    0,
    ' OFFSET 1) AS r (id, price) WHERE cars.id = r.id',
  ],
  params: [rowsParam],
});

const idsOf = (rows: readonly Row[]) => ({ ids: rows.map(({ id }) => id) });
const sorted = (found: readonly { readonly id: number }[]) => found.map(({ id }) => id).sort((a, b) => a - b);
/** In a transaction that is rolled back, so that each finds the same. */
const undone = (write: (db: Client) => Promise<unknown>, written: string) => async (db: Client) => {
  await db.query('BEGIN');
  await write(db);
  const { rows } = await db.query(written);
  await db.query('ROLLBACK');
  return rows;
};
const written = (table: string) =>
  `SELECT count(*), sum(hashtextextended(id || ':' || price, 0)) FROM ${table}`;

const tasks: readonly Task[] = [
  {
    name: 'IN :ids',
    asArrays: (db, rows) => idsAsArray(db, idsOf(rows)),
    expanded: (db, rows) => idsExpanded(db, idsOf(rows)),
  },
  {
    name: '(id, price) IN :rows',
    asArrays: (db, rows) => pairsAsArrays(db, { rows }),
    expanded: (db, rows) => pairsExpanded(db, { rows }),
  },
  {
    name: 'INSERT … VALUES :rows',
    asArrays: (db, rows) => insertAsArrays(db, { rows }),
    expanded: (db, rows) => insertExpanded(db, { rows }),
  },
  {
    name: 'UPDATE … FROM :rows',
    asArrays: (db, rows) => updateAsArrays(db, { rows }),
    expanded: (db, rows) => updateExpanded(db, { rows }),
  },
];

/** Every other row of the table, with its own price or another one. */
function rowsOf(length: number): readonly Row[] {
  return Array.from({ length }, (_, i) => ({
    id: 2 * i + 1,
    price: `${2 * i + 1 + (i % 3 === 0 ? 1 : 0)}.50`,
  }));
}

async function assertEqual(db: Client, { name, asArrays, expanded }: Task): Promise<void> {
  const table = name.startsWith('INSERT') ? 'copies' : 'cars';
  const outcome = async (form: Task['asArrays'], length: number) => {
    const rows = rowsOf(length);
    let found: unknown;
    const after = await undone(async (client) => {
      const result = await form(client, rows);
      found = Array.isArray(result) ? sorted(result) : null;
    }, written(table))(db);
    return [found, after];
  };
  for (const length of [1, 10, 1000]) {
    const [one, other] = [await outcome(asArrays, length), await outcome(expanded, length)];
    if (!isDeepStrictEqual(one, other)) throw new Error(`${name}: the forms differ for ${length} rows`);
  }
}

/** Median milliseconds of both forms, which run in turns. */
async function measure(db: Client, { asArrays, expanded }: Task, length: number, rounds: number) {
  const rows = rowsOf(length);
  const times: readonly [number[], number[]] = [[], []];
  for (let round = -Math.ceil(rounds / 5); round < rounds; round++) {
    for (const [i, form] of [asArrays, expanded].entries()) {
      await db.query('BEGIN');
      const start = performance.now();
      await form(db, rows);
      if (round >= 0) times[i]?.push(performance.now() - start);
      await db.query('ROLLBACK');
    }
  }
  return times.map((taken) => taken.sort((a, b) => a - b)[taken.length >> 1] ?? Number.NaN);
}

const dir = mkdtempSync(join(tmpdir(), 'nodrift-bench-'));
// Root's server runs as another user, who must get in.
chmodSync(dir, 0o711);
const { url, stop } = startNativeServer(18, dir, 'server');
try {
  const db = new Client({ connectionString: url });
  await db.connect();
  await db.query('CREATE TABLE cars (id int PRIMARY KEY, price numeric NOT NULL)');
  await db.query('CREATE TABLE copies (id int PRIMARY KEY, price numeric NOT NULL)');
  await db.query(
    `INSERT INTO cars SELECT i, (i || '.50')::numeric FROM generate_series(1, ${TABLE_ROWS}) AS i`,
  );
  await db.query('VACUUM ANALYZE cars');
  for (const task of tasks) await assertEqual(db, task);
  console.log(`Both forms find and write the same. Node ${process.version}.`);
  console.log(`\n${''.padEnd(34)}arrays, ms   expanded, ms       ×`);
  for (const task of tasks) {
    for (const { length, rounds } of sizes) {
      // Conditions of so many pairs are nested too deeply for the server's stack (54001).
      if (task.name.startsWith('(') && length > 1000) {
        const [own = Number.NaN] = await measure(db, { ...task, expanded: task.asArrays }, length, rounds);
        console.log(`${task.name.padEnd(24)}${String(length).padStart(8)}${own.toFixed(2).padStart(12)}`);
        continue;
      }
      const [own = Number.NaN, other = Number.NaN] = await measure(db, task, length, rounds);
      const cells = [
        own.toFixed(2).padStart(12),
        other.toFixed(2).padStart(15),
        (other / own).toFixed(2).padStart(8),
      ];
      console.log(`${task.name.padEnd(24)}${String(length).padStart(8)}${cells.join('')}`);
    }
  }
  await db.end();
} finally {
  stop();
  rmSync(dir, { recursive: true, force: true });
}
