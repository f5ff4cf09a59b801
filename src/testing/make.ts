import { type Connection, transaction } from 'nodrift-runtime';
import { escapeLiteral } from 'pg';
import {
  describeTables,
  listTables,
  type RowsClient,
  type SampleForeignKey,
  type SampleTable,
  type TableName,
} from '../database/migrations/sample-rows/tables.ts';
import { Failure } from '../diagnostic.ts';
import { loadProjectConfig } from '../project/load-config.ts';
import type { ScopeConfig } from '../scope-config.ts';
import { type GivenValues, type MadeRow, type Maker, makeLater, makeRow, unquoted } from './make-row.ts';

/** How many rows of a table belong to the row, or what is given of each. */
export type Children = Readonly<Record<string, number | readonly GivenValues[]>>;

/**
 * Inserts a row, with the given values and with others that the table's types and constraints accept. Rows that it must
 * refer to are made, too, once for each table, so that they have one owner. Columns with a default keep it, and those that
 * may be NULL are NULL. The same calls make the same rows.
 * @param db a pg Client or a transaction; what fails in it is undone
 * @param table its name, or `schema.name`
 */
export async function make(db: Connection, table: string, given: GivenValues = {}): Promise<MadeRow> {
  return withMaker(db, (maker, schema) => makeRow(maker, tableNamed(schema, table), given));
}

/**
 * As `make`, several times.
 * @param given the same for each row, or a function of its number, which begins at 0
 */
export async function makeMany(
  db: Connection,
  table: string,
  count: number,
  given: GivenValues | ((index: number) => GivenValues) = {},
): Promise<MadeRow[]> {
  const rows: MadeRow[] = [];
  for (let i = 0; i < count; i++)
    rows.push(await make(db, table, typeof given === 'function' ? given(i) : given));
  return rows;
}

/**
 * As `make`, with rows of other tables that refer to the row: `related(db, 'users', { name: 'Ada' }, { tasks: 3 })`. All of
 * them have one owner, and a table may also refer to one before it.
 * @returns the row, and the others by table
 */
export async function related<Table extends string>(
  db: Connection,
  table: string,
  given: GivenValues,
  children: { readonly [Name in Table]: Children[string] },
): Promise<[MadeRow, { [Name in Table]: MadeRow[] }]> {
  return withMaker(db, async (maker, schema) => {
    const parent = tableNamed(schema, table);
    const row = await makeRow(maker, parent, given);
    const made: Record<string, MadeRow[]> = {};
    const known = new Map([[parent, row]]);
    for (const [name, wanted] of Object.entries(children as Children)) {
      const child = tableNamed(schema, name);
      const { key, referred } = keyTo(child, known);
      const fixed = new Map(
        key.columns.map((column, i) => [
          column,
          escapeLiteral(referred[unquoted(key.references[i] ?? '')] ?? ''),
        ]),
      );
      const rows: MadeRow[] = [];
      for (const one of typeof wanted === 'number' ? Array<GivenValues>(wanted).fill({}) : wanted)
        rows.push(await makeRow(maker, child, one, fixed));
      made[name] = rows;
      const last = rows.at(-1);
      if (last !== undefined && child !== parent) known.set(child, last);
    }
    return [row, made as { [Name in Table]: MadeRow[] }];
  });
}

/** The foreign key by which rows of a table belong to one of the rows. */
function keyTo(
  child: SampleTable,
  known: ReadonlyMap<SampleTable, MadeRow>,
): { readonly key: SampleForeignKey; readonly referred: MadeRow } {
  const isRequired = ({ columns }: SampleForeignKey) =>
    columns.every((name) => child.columns.some((column) => column.name === name && column.notNull));
  for (const [{ oid, name }, referred] of known) {
    const all = child.foreignKeys.filter(({ table }) => table === oid);
    const required = all.filter(isRequired);
    const [key, another] = required.length > 0 ? required : all;
    // What is required refers to the one row that is known.
    if (key !== undefined && (another === undefined || required.length > 0)) return { key, referred };
    if (another !== undefined) {
      const names = all.map((one) => one.name).join(', ');
      throw new TypeError(`related: several foreign keys of ${child.name} refer to ${name}: ${names}`);
    }
  }
  const [parent] = known.keys();
  throw new TypeError(`related: no foreign key of ${child.name} refers to ${parent?.name}`);
}

/**
 * Has `make` choose other values from now on: the same for the same seed, on each machine. Values of defaults that are not
 * constants, such as `now()` and `gen_random_uuid()`, are chosen, too; identity columns and sequences count on.
 */
export function seed(db: Connection, number: number): void {
  if (!Number.isSafeInteger(number)) throw new TypeError('seed: it must be an integer');
  // No more than a smallint holds, with many rows on top.
  const first = 1 + ((Math.imul(number, 0x9e3779b1) >>> 0) % 9000);
  states.set(db, { schema: null, counts: new Map(), first, isSeeded: true });
}

async function withMaker<Result>(
  db: Connection,
  use: (maker: Maker, schema: Schema) => Promise<Result>,
): Promise<Result> {
  const state = stateOf(db);
  return transaction(db, async (tx) => {
    const client = tx as unknown as RowsClient;
    state.schema ??= await readSchema(client, state.isSeeded);
    const { schema, counts, first } = state;
    const { tables, scopes } = schema;
    const maker: Maker = {
      ...{ client, tables, scopes, counts, first },
      ...{ known: new Map(), owners: new Map(), making: new Map(), later: [] },
    };
    const result = await use(maker, schema);
    await makeLater(maker);
    return result;
  });
}

interface Schema {
  readonly names: readonly TableName[];
  readonly tables: ReadonlyMap<number, SampleTable>;
  readonly scopes: Readonly<Record<string, ScopeConfig>>;
}

interface State {
  schema: Schema | null;
  readonly counts: Map<number, number>;
  readonly first: number;
  readonly isSeeded: boolean;
}

const states = new WeakMap<object, State>();

function stateOf(db: Connection): State {
  if (typeof db !== 'object' || db === null)
    throw new TypeError('make: its first argument is a pg Client or a transaction');
  const state = states.get(db) ?? { schema: null, counts: new Map(), first: 1, isSeeded: false };
  states.set(db, state);
  return state;
}

async function readSchema(client: RowsClient, isSeeded: boolean): Promise<Schema> {
  const names = await listTables(client);
  const found = await describeTables(
    client,
    names.map(({ oid }) => oid),
  );
  const tables = isSeeded ? found.map(withoutVaryingDefaults) : found;
  return { names, tables: new Map(tables.map((table) => [table.oid, table])), scopes: scopes() };
}

/** As PostgreSQL prints a literal, with its type. */
const constant = /^\(*(?:'(?:[^']|'')*'|-?[\d.]+|true|false|NULL|ARRAY\[\])\)*(?:::[\w\s."()[\],]+)?$/;

/** Has values chosen in place of defaults that differ each time. */
function withoutVaryingDefaults(table: SampleTable): SampleTable {
  const columns = table.columns.map((column) => {
    const { expression, generated, identity } = column;
    const isKept = generated || identity || expression === null;
    if (isKept || constant.test(expression) || /\bnextval\(/.test(expression)) return column;
    return { ...column, notNull: true, hasDefault: false, expression: null };
  });
  return { ...table, columns };
}

function scopes(): Schema['scopes'] {
  try {
    return loadProjectConfig(process.cwd(), undefined).scopes ?? {};
  } catch (error) {
    // Outside of a project nothing is said of owners.
    if (error instanceof Failure) return {};
    throw error;
  }
}

function tableNamed({ names, tables }: Schema, wanted: string): SampleTable {
  const found = names.filter(({ name, bare }) => bare === wanted || name.replaceAll('"', '') === wanted);
  const here = found.length > 1 ? found.filter(({ name }) => name.startsWith('public.')) : found;
  const [first] = here.length === 1 ? here : found;
  const table = first && tables.get(first.oid);
  if (table === undefined || (found.length > 1 && here.length !== 1)) {
    throw new TypeError(
      found.length > 1
        ? `make: several tables have the name ${wanted}: ${found.map(({ name }) => name).join(', ')}`
        : `make: there is no table ${wanted}`,
    );
  }
  return table;
}
