import { DatabaseError } from 'nodrift-runtime';
import { escapeLiteral } from 'pg';
import { chooseValues, type NoValues, type RowValues } from '../database/migrations/sample-rows/choose.ts';
import { insertStatement } from '../database/migrations/sample-rows/fill.ts';
import type {
  RowsClient,
  SampleColumn,
  SampleForeignKey,
  SampleTable,
} from '../database/migrations/sample-rows/tables.ts';
import type { SampleType } from '../database/migrations/sample-rows/values.ts';
import type { ScopeConfig } from '../scope-config.ts';

/** A row as PostgreSQL prints its values; columns that are NULL are absent. */
export type MadeRow = Readonly<Record<string, string>>;

/** Values of columns, by their names in the database. */
export type GivenValues = Readonly<Record<string, unknown>>;

/** What the rows of one call share. */
export interface Maker {
  readonly client: RowsClient;
  readonly tables: ReadonlyMap<number, SampleTable>;
  readonly scopes: Readonly<Record<string, ScopeConfig>>;
  /** How many rows were made, by table. */
  readonly counts: Map<number, number>;
  /** The number of the first row of a table; others have other values. */
  readonly first: number;
  /** Rows that others can refer to, by table. */
  readonly known: Map<number, MadeRow>;
  /** By the scope's name. */
  readonly owners: Map<string, string>;
  /** The values so far of the rows that others are made for, by table. */
  readonly making: Map<number, Map<string, string>>;
  /** What makes rows that others refer to already, by deferrable keys. */
  readonly later: (() => Promise<unknown>)[];
}

/** Makes the rows that could not be made before those that refer to them. */
export async function makeLater({ later }: Maker): Promise<void> {
  for (let next = later.shift(); next !== undefined; next = later.shift()) await next();
}

/** A row needs one that is being made for it. */
class Circle extends Error {
  constructor({ name }: SampleTable) {
    super(`make: each row of ${name} needs another of the same table before it`);
  }
}

/**
 * Makes a row, and those that it must refer to.
 * @param fixed literals of other columns, by their names as SQL writes them
 */
export async function makeRow(
  maker: Maker,
  table: SampleTable,
  given: GivenValues,
  fixed: RowValues = new Map(),
): Promise<MadeRow> {
  if (maker.making.has(table.oid)) throw new Circle(table);
  const values = new Map([...fixed, ...givenValues(table, given)]);
  maker.making.set(table.oid, values);
  try {
    return await makeWith(maker, table, values);
  } finally {
    maker.making.delete(table.oid);
  }
}

async function makeWith(maker: Maker, table: SampleTable, values: Map<string, string>): Promise<MadeRow> {
  for (const [scope, column] of ownerColumns(maker, table)) {
    const owner = values.get(quoted(table, column));
    if (owner?.startsWith("'")) maker.owners.set(scope, unescaped(owner));
  }
  const unknown = ({ columns }: SampleForeignKey) => columns.filter((name) => !values.has(name)).length;
  const keys = [...table.foreignKeys].sort((a, b) => unknown(a) - unknown(b));
  for (const key of keys) await setReference(maker, table, key, values);
  for (const [scope, column] of ownerColumns(maker, table)) {
    const owner = maker.owners.get(scope);
    if (owner !== undefined && !values.has(quoted(table, column)))
      values.set(quoted(table, column), escapeLiteral(owner));
  }
  const made = await insert(maker, table, await complete(maker, table, values));
  maker.counts.set(table.oid, (maker.counts.get(table.oid) ?? 0) + 1);
  await remember(maker, table, made);
  return made;
}

function rowNumber({ counts, first }: Maker, { oid }: SampleTable): number {
  return first + (counts.get(oid) ?? 0);
}

function givenValues(table: SampleTable, given: GivenValues): Map<string, string> {
  return new Map(
    Object.entries(given)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => {
        const column = table.columns.find((one) => unquoted(one.name) === name);
        if (column === undefined) throw new TypeError(`make: the table ${table.name} has no column ${name}`);
        if (column.generated)
          throw new TypeError(`make: ${table.name}.${column.name} is generated and cannot be given`);
        return [column.name, literalOf(value, column.type)];
      }),
  );
}

function literalOf(value: unknown, type: SampleType): string {
  if (value === null) return 'NULL';
  if (Array.isArray(value) && type.array) {
    const { inner } = type;
    return `ARRAY[${value.map((one) => literalOf(one, inner?.array || !Array.isArray(one) ? (inner ?? type) : type)).join(', ')}]::${type.written}`;
  }
  if (value instanceof Date) return escapeLiteral(value.toISOString());
  if (value instanceof Uint8Array) return escapeLiteral(`\\x${Buffer.from(value).toString('hex')}`);
  const isJson = type.name === 'json' || type.name === 'jsonb';
  return escapeLiteral(isJson && typeof value !== 'string' ? JSON.stringify(value) : String(value));
}

/** Has a row refer to another: to the one that is known, or to one that is made. */
async function setReference(
  maker: Maker,
  table: SampleTable,
  key: SampleForeignKey,
  values: Map<string, string>,
): Promise<void> {
  const pairs = key.columns.map((column, i) => ({ column, reference: key.references[i] ?? '' }));
  const known = pairs.filter(({ column }) => values.has(column));
  const columnNamed = (name: string) => table.columns.find((one) => one.name === name);
  const parent = maker.tables.get(key.table);
  if (known.some(({ column }) => values.get(column) === 'NULL') || parent === undefined) return;
  if (known.length === pairs.length) {
    const where = pairs.map(({ column, reference }) => `${reference} = ${values.get(column)}`).join(' AND ');
    const row = await find(maker, parent, where);
    // Otherwise the server says what is wrong.
    if (row !== null && !maker.known.has(parent.oid)) await remember(maker, parent, row);
    return;
  }
  if (pairs.some(({ column }) => !values.has(column) && columnNamed(column)?.notNull === false)) return;
  if (parent.oid === table.oid) {
    for (const { column, reference } of pairs) {
      const own = await futureKey(maker, table, reference, values);
      values.set(reference, own).set(column, own);
    }
    return;
  }
  const there = maker.known.get(parent.oid);
  const fits = (row: MadeRow) =>
    known.every(
      ({ column, reference }) => values.get(column) === escapeLiteral(row[unquoted(reference)] ?? ''),
    );
  const givenKey = new Map(known.map(({ column, reference }) => [reference, values.get(column) ?? '']));
  const row =
    there !== undefined && fits(there)
      ? there
      : await makeRow(maker, parent, {}, givenKey).catch((error: unknown) => {
          if (error instanceof Circle && key.deferrable) return null;
          throw error;
        });
  if (row === null) return promiseRow(maker, key, values);
  for (const { column, reference } of pairs)
    values.set(column, escapeLiteral(row[unquoted(reference)] ?? ''));
}

/** Has a row refer to one that is not there yet: its key is chosen now. */
async function promiseRow(maker: Maker, key: SampleForeignKey, values: Map<string, string>): Promise<void> {
  const parent = maker.tables.get(key.table);
  if (parent === undefined) return;
  const being = maker.making.get(parent.oid);
  const future = being ?? new Map<string, string>();
  for (const [i, column] of key.columns.entries()) {
    const reference = key.references[i] ?? '';
    const own = values.get(column) ?? (await futureKey(maker, parent, reference, future));
    future.set(reference, own);
    values.set(column, own);
  }
  if (being === undefined) maker.later.push(() => makeRow(maker, parent, {}, future));
  await maker.client.query(`SET CONSTRAINTS ${key.constraint} DEFERRED`);
  if (!key.deferred)
    maker.later.push(() => maker.client.query(`SET CONSTRAINTS ${key.constraint} IMMEDIATE`));
}

/** The key that a row will have. */
async function futureKey(maker: Maker, table: SampleTable, name: string, values: RowValues): Promise<string> {
  const given = values.get(name);
  if (given !== undefined) return given;
  const column = table.columns.find((one) => one.name === name);
  const expression = column?.identity
    ? `pg_catalog.nextval(pg_catalog.pg_get_serial_sequence(${escapeLiteral(table.name)}, ${escapeLiteral(unquoted(name))}))`
    : (column?.expression ?? (await complete(maker, table, values)).get(name) ?? 'NULL');
  const { rows } = await maker.client.query<{ value: string | null }>(
    `SELECT (${expression})::text AS value`,
  );
  return escapeLiteral(rows[0]?.value ?? '');
}

/** Keeps a row for others to refer to, and what it refers to itself. */
async function remember(maker: Maker, table: SampleTable, row: MadeRow): Promise<void> {
  maker.known.set(table.oid, row);
  for (const [scope, column] of ownerColumns(maker, table)) {
    const owner = row[column];
    if (owner !== undefined) maker.owners.set(scope, owner);
  }
  for (const { columns, references, table: oid } of table.foreignKeys) {
    const parent = maker.tables.get(oid);
    if (
      parent === undefined ||
      maker.known.has(oid) ||
      columns.some((name) => row[unquoted(name)] === undefined)
    )
      continue;
    const where = columns
      .map((name, i) => `${references[i]} = ${escapeLiteral(row[unquoted(name)] ?? '')}`)
      .join(' AND ');
    const found = await find(maker, parent, where);
    if (found !== null) await remember(maker, parent, found);
  }
}

/** The owner columns of a table, by scope. */
function ownerColumns(
  { scopes }: Maker,
  { name }: SampleTable,
): readonly (readonly [scope: string, column: string])[] {
  return Object.entries(scopes).flatMap(([scope, { tables }]) =>
    Object.entries(tables).flatMap(([table, column]) => {
      const full = table.includes('.') ? table : `public.${table}`;
      return full === name.replaceAll('"', '') && typeof column === 'string'
        ? [[scope, column] as const]
        : [];
    }),
  );
}

async function complete(maker: Maker, table: SampleTable, fixed: RowValues): Promise<RowValues> {
  const choose = () =>
    chooseValues(maker.client, table, fixed, rowNumber(maker, table)).catch((error: unknown) => {
      throw refusal(table, error);
    });
  const chosen = await choose();
  if (chosen instanceof Map) return chosen;
  // The values that are tried first may all be in rows that are there already: others follow them.
  const { rows } = await maker.client.query<{ count: string }>(
    `SELECT count(*)::text AS count FROM ${table.name}`,
  );
  const there = Number(rows[0]?.count);
  maker.counts.set(table.oid, (maker.counts.get(table.oid) ?? 0) + there);
  const others = there > 0 ? await choose() : chosen;
  if (others instanceof Map) return others;
  throw new Error(`make: ${reasonOf(table, others as NoValues)}`);
}

function reasonOf({ name }: SampleTable, { column, constraints = [] }: NoValues): string {
  return column === undefined
    ? `no values are found for ${name} that fulfil ${constraints.join(', ')}: give them`
    : `no value is known for ${name}.${column}: give one`;
}

async function insert({ client }: Maker, table: SampleTable, values: RowValues): Promise<MadeRow> {
  const sql = `${insertStatement(table, values)} RETURNING ${rowText(table)} AS row`;
  const { rows } = await client.query<{ row: readonly (string | null)[] }>(sql).catch((error: unknown) => {
    throw refusal(table, error);
  });
  return madeRow(table, rows[0]?.row ?? []);
}

function refusal({ name }: SampleTable, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error || error instanceof DatabaseError)) return error;
  return new Error(`make: no row is made in ${name}: ${error.message}`, { cause: error });
}

async function find({ client }: Maker, table: SampleTable, where: string): Promise<MadeRow | null> {
  const { rows } = await client.query<{ row: readonly (string | null)[] }>(
    `SELECT ${rowText(table)} AS row FROM ${table.name} WHERE ${where} LIMIT 1`,
  );
  return rows[0] ? madeRow(table, rows[0].row) : null;
}

/** The columns as a query would return them: a cast to text writes booleans, addresses and padded texts in another way. */
function rowText({ columns }: SampleTable): string {
  const texts = columns.map(
    ({ name }) => `CASE WHEN pg_catalog.num_nulls(${name}) = 0 THEN pg_catalog.format('%s', ${name}) END`,
  );
  return `ARRAY[${texts.join(', ')}]::text[]`;
}

function madeRow({ columns }: SampleTable, texts: readonly (string | null)[]): MadeRow {
  return Object.fromEntries(
    columns.flatMap(({ name }, i) => {
      const text = texts[i];
      return text === null || text === undefined ? [] : [[unquoted(name), text]];
    }),
  );
}

function quoted(table: SampleTable, column: string): string {
  return table.columns.find(({ name }: SampleColumn) => unquoted(name) === column)?.name ?? column;
}

/** A column's name without the quotes that SQL may need. */
export function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

function unescaped(literal: string): string {
  return literal.slice(1, -1).replaceAll("''", "'");
}
