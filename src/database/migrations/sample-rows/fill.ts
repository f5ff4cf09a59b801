import { type Client, DatabaseError, escapeLiteral } from 'pg';
import { typeInfo, type ValueKind } from '../../../built-in-types.ts';
import { connectionLost } from '../../../connection-loss.ts';
import { chooseValues } from './choose.ts';
import type { SampleColumn, SampleForeignKey, SampleTable } from './tables.ts';
import { nextVariant, oneOf, sampleValue } from './values.ts';

const rowNumbers = [1, 2, 3] as const;

export interface Filled {
  /** Tables that rows were put into, parents before children. */
  readonly filled: readonly SampleTable[];
  /** Tables that took none, and why. */
  readonly unfilled: readonly { readonly table: string; readonly reason: string }[];
}

/** Values that a script names. */
export interface Constants {
  readonly numbers: readonly number[];
  readonly texts: readonly string[];
}

/**
 * Puts a few rows into each of these tables that is empty, such as their types, CHECKs, unique and foreign
 * keys allow.
 * @param tables those that foreign keys refer to among them
 * @param constants where they are given, there are more rows: with NULL wherever it may be, with texts in mixed case, and
 *   with the constants and the numbers beside them; those of them that the table takes
 * @throws Failure (3) where the connection is lost
 */
export async function fillTables(
  client: Client,
  tables: readonly SampleTable[],
  constants: Constants | null = null,
): Promise<Filled> {
  const filled: SampleTable[] = [];
  const unfilled: { table: string; reason: string }[] = [];
  const ordered = parentsFirst(tables);
  if (ordered.length === 0) return { filled, unfilled };
  try {
    const empty = await emptyOnes(client, ordered);
    await client.query('BEGIN; SET CONSTRAINTS ALL IMMEDIATE');
    for (const table of ordered.filter(({ oid }) => empty.has(oid))) {
      const reason = await fillTable(client, table, constants);
      if (reason === null) filled.push(table);
      else unfilled.push({ table: table.name, reason });
    }
    await client.query('COMMIT');
    return { filled, unfilled };
  } catch (error) {
    throw connectionLost(error);
  }
}

/** Takes the rows out of tables again, where they still are: children before parents. */
export async function emptyTables(client: Client, tables: readonly SampleTable[]): Promise<void> {
  for (const { name } of tables.toReversed()) {
    // A migration may have dropped it, or made rows of its own from ours that others refer to.
    await client.query(`DELETE FROM ${name}`).catch((error: unknown) => {
      if (!(error instanceof DatabaseError) || error.severity === 'FATAL') throw connectionLost(error);
    });
  }
}

async function emptyOnes(client: Client, tables: readonly SampleTable[]): Promise<ReadonlySet<number>> {
  const queries = tables.map(
    ({ oid, name }) => `SELECT ${oid} AS oid WHERE NOT EXISTS (SELECT FROM ${name})`,
  );
  const { rows } = await client.query<{ oid: number }>(queries.join(' UNION ALL '));
  return new Set(rows.map(({ oid }) => oid));
}

/** Which kind of value each column gets; the first where it is not said. */
type Variants = ReadonlyMap<string, ValueKind>;

/** Null, or the reason why the table accepts no row. */
async function fillTable(
  client: Client,
  table: SampleTable,
  constants: Constants | null,
): Promise<string | null> {
  let reason: string | null = null;
  for (let variants: Variants | null = new Map(); variants !== null; ) {
    const chosen: Variants = variants;
    const inserts = rowNumbers.map((row) => insertion(table, row, chosen));
    const problem = inserts.find((insert) => 'unknown' in insert);
    if (problem && 'unknown' in problem) return `no value is known for its column ${problem.unknown}`;
    const statements = inserts.flatMap((insert) => ('sql' in insert ? [insert.sql] : []));
    // All at once; or, where a unique key accepts no more, one after the other.
    const failed = await attempt(client, statements.join('; '));
    if (failed === null) {
      await addSpecialRows(client, table, chosen, constants);
      return null;
    }
    reason ??= failed.message;
    let taken = 0;
    for (const sql of failed.code === '23505' ? statements : []) {
      if ((await attempt(client, sql)) === null) taken += 1;
    }
    if (taken > 0) return null;
    variants = otherVariants(table, variants, failed);
  }
  return (await fillWithChosen(client, table)) ? null : reason;
}

/** Fills a table with values that its constraints are asked about; false if it accepts none. */
async function fillWithChosen(client: Client, table: SampleTable): Promise<boolean> {
  let taken = false;
  for (const row of rowNumbers) {
    const keys = new Map<string, string>();
    setForeignKeys(table, row, keys, {});
    await client.query('SAVEPOINT chosen');
    try {
      const values = await chooseValues(client, table, keys, row);
      if (values instanceof Map && (await attempt(client, insertStatement(table, values))) === null)
        taken = true;
      await client.query('RELEASE SAVEPOINT chosen');
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.severity === 'FATAL') throw error;
      // A CHECK that fails for some of the values.
      await client.query('ROLLBACK TO SAVEPOINT chosen; RELEASE SAVEPOINT chosen');
    }
  }
  return taken;
}

/** What is special about a row. */
type Special =
  | { readonly nulls: true }
  | { readonly mixedCase: true }
  | Partial<Record<'number' | 'text', string>>;

async function addSpecialRows(
  client: Client,
  table: SampleTable,
  variants: Variants,
  constants: Constants | null,
): Promise<void> {
  if (constants === null) return;
  const numbers = [...new Set(constants.numbers.flatMap((number) => [number - 1, number, number + 1]))];
  const specials: Special[] = [{ nulls: true }, { mixedCase: true }];
  for (let i = 0; i < Math.max(numbers.length, constants.texts.length); i++) {
    const [number, text] = [numbers[i], constants.texts[i]];
    specials.push({
      ...(number !== undefined && { number: String(number) }),
      ...(text !== undefined && { text }),
    });
  }
  for (const [i, special] of specials.entries()) {
    const insert = insertion(table, rowNumbers.length + 1 + i, variants, special);
    // The table may not take it: a CHECK, a shorter type.
    if ('sql' in insert) await attempt(client, insert.sql);
  }
}

/** The value of a column that makes a row special; null where it has none of its own. */
function specialValue({ type, notNull, isKey }: SampleColumn, row: number, special: Special): string | null {
  if ('nulls' in special) return notNull ? null : 'NULL';
  const { name, kind } = type.kind === 'domain' && type.inner ? type.inner : type;
  if (kind !== 'base' || type.array || (isKey && !('mixedCase' in special))) return null;
  const written = (text: string) => `${escapeLiteral(text)}::${type.written}`;
  if (typeInfo(name)?.numberRank !== undefined)
    return 'number' in special && special.number ? written(special.number) : null;
  if (!textTypes.has(name)) return null;
  const text = 'mixedCase' in special ? `MiXed ${row}` : 'text' in special ? special.text : undefined;
  return text === undefined ? null : written(text);
}

const textTypes = new Set(['text', 'varchar', 'bpchar', 'citext']);

/** Other values for the columns of the CHECK that was violated, otherwise for all; null if there are no more. */
function otherVariants(table: SampleTable, variants: Variants, failed: DatabaseError): Variants | null {
  const columns = table.checks.get(failed.constraint ?? '') ?? table.columns.map(({ name }) => name);
  const changed = new Map(variants);
  for (const name of columns) {
    const next = nextVariant(variants.get(name) ?? 0);
    if (next === null) return null;
    changed.set(name, next);
  }
  return changed;
}

/** Null if it went well; otherwise it is as if it had not been tried. */
async function attempt(client: Client, sql: string): Promise<DatabaseError | null> {
  await client.query('SAVEPOINT sample');
  try {
    await client.query(`${sql}; RELEASE SAVEPOINT sample`);
    return null;
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.severity === 'FATAL') throw error;
    await client.query('ROLLBACK TO SAVEPOINT sample; RELEASE SAVEPOINT sample');
    return error;
  }
}

function insertion(
  table: SampleTable,
  row: number,
  variants: Variants,
  special: Special = {},
): { readonly sql: string } | { readonly unknown: string } {
  const values = new Map<string, string>();
  for (const column of table.columns) {
    if (column.generated || column.identity) continue;
    const own = column.allowed && !('nulls' in special) ? null : specialValue(column, row, special);
    const value =
      own ??
      (column.allowed
        ? oneOf(column.allowed, column.type, row)
        : sampleValue(column.type, row, variants.get(column.name) ?? 0));
    if (value !== null) values.set(column.name, value);
    else if (column.notNull && !column.hasDefault) return { unknown: column.name };
  }
  setForeignKeys(table, row, values, special);
  return { sql: insertStatement(table, values) };
}

function setForeignKeys(
  table: SampleTable,
  row: number,
  values: Map<string, string>,
  special: Special,
): void {
  const optional = new Set(table.columns.filter(({ notNull }) => !notNull).map(({ name }) => name));
  const given = new Set<string>();
  for (const key of table.foreignKeys) {
    const ownRow = key.table === table.oid;
    for (const [index, column] of key.columns.entries()) {
      if (given.has(column)) continue;
      given.add(column);
      const reference = key.references[index] ?? '';
      if ('nulls' in special && optional.has(column)) values.set(column, 'NULL');
      else if (!ownRow) values.set(column, referenced(key, reference, row));
      else if (optional.has(column)) values.set(column, 'NULL');
      // A row that must refer to one of its own table refers to itself.
      else values.set(column, values.get(reference) ?? 'NULL');
    }
  }
}

/** An INSERT of one row. */
export function insertStatement({ name }: SampleTable, values: ReadonlyMap<string, string>): string {
  if (values.size === 0) return `INSERT INTO ${name} DEFAULT VALUES`;
  const [columns, expressions] = [[...values.keys()].join(', '), [...values.values()].join(', ')];
  return `INSERT INTO ${name} (${columns}) OVERRIDING SYSTEM VALUE VALUES (${expressions})`;
}

/** What the parent's row of that number, counted round, has in a column. */
function referenced({ tableName, references }: SampleForeignKey, column: string, row: number): string {
  const offset = `${row - 1} % GREATEST((SELECT pg_catalog.count(*) FROM ${tableName}), 1)`;
  return `(SELECT ${column} FROM ${tableName} ORDER BY ${references.join(', ')} LIMIT 1 OFFSET ${offset})`;
}

function parentsFirst(tables: readonly SampleTable[]): readonly SampleTable[] {
  const byOid = new Map(tables.map((table) => [table.oid, table]));
  const ordered = new Set<SampleTable>();
  const visiting = new Set<SampleTable>();
  const visit = (table: SampleTable) => {
    if (ordered.has(table) || visiting.has(table)) return;
    visiting.add(table);
    for (const key of table.foreignKeys) {
      const parent = byOid.get(key.table);
      if (parent) visit(parent);
    }
    ordered.add(table);
  };
  for (const table of tables) visit(table);
  return [...ordered];
}
