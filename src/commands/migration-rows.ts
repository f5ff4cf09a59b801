import type { Client } from 'pg';
import type { MigrationUnit } from '../database/migrations/migration-units.ts';
import { type Contents, contentsOf } from '../database/migrations/sample-rows/contents.ts';
import { type Constants, emptyTables, fillTables } from '../database/migrations/sample-rows/fill.ts';
import {
  describeTables,
  listTables,
  type SampleTable,
  type TableName,
} from '../database/migrations/sample-rows/tables.ts';

/** A table whose rows are not what they were. */
export interface DataChange {
  readonly table: string;
  /** Whose values are not the same, in the order of the table; all of them where rows are gone or were added. */
  readonly columns: readonly string[];
  readonly rowsBefore: number;
  readonly rowsAfter: number;
  /** Whether it was so before the down migration already. */
  readonly by: 'up' | 'down';
}

/** The rows that a migration is tried on. */
export interface MigrationRows {
  /** Tables that rows were put into for it. */
  readonly filled: readonly SampleTable[];
  readonly unfilled: readonly { readonly table: string; readonly reason: string }[];
  look(): Promise<ReadonlyMap<string, Contents>>;
  /** Puts common values only in place of what was put in. */
  simplify(): Promise<void>;
  /** Takes out what was put in. */
  clear(): Promise<void>;
}

/**
 * Puts rows into the tables that a migration names, those that refer to them and those that they refer to,
 * where they are empty.
 */
export async function rowsFor(client: Client, unit: MigrationUnit): Promise<MigrationRows> {
  const tables = concerned(await listTables(client), unit.text);
  const described = await describeTables(
    client,
    tables.map(({ oid }) => oid),
  );
  const { filled, unfilled } = await fillTables(client, described, constantsIn(unit.text));
  return {
    filled,
    unfilled,
    look: () => contentsOf(client, described),
    simplify: async () => {
      await emptyTables(client, filled);
      await fillTables(client, filled);
    },
    clear: () => emptyTables(client, filled),
  };
}

const mostConstants = 6;

/** The numbers and strings in a script; a type's length is none. */
function constantsIn(text: string): Constants {
  const sql = text
    .replaceAll(/--[^\n]*|\/\*.*?\*\//gs, ' ')
    .replaceAll(/\b[a-z]\w* *\(\d+(?:, *\d+)?\)/gi, ' ');
  const strings = [...sql.matchAll(/'((?:[^'\n]|'')*)'/g)].map(([, one = '']) => one.replaceAll("''", "'"));
  const numbers = [
    ...sql.replaceAll(/'(?:[^']|'')*'/g, ' ').matchAll(/(?<![\w.$])-?\d+(?:\.\d+)?(?![\w.])/g),
  ];
  return {
    numbers: [...new Set(numbers.map(([number]) => Number(number)))].slice(0, mostConstants),
    texts: [...new Set(strings)].slice(0, mostConstants),
  };
}

/** Compares what was in the tables at first, after the up migration, and after the down migration. */
export function dataChanges(
  before: ReadonlyMap<string, Contents>,
  up: ReadonlyMap<string, Contents>,
  after: ReadonlyMap<string, Contents>,
): readonly DataChange[] {
  const changes: DataChange[] = [];
  for (const [table, first] of before) {
    const last = after.get(table);
    // That it is gone is said by the schema.
    if (!last) continue;
    const changed = differing(first, last);
    if (changed.length === 0 && first.rows === last.rows) continue;
    const middle = up.get(table);
    const lostByUp =
      !middle ||
      first.rows !== middle.rows ||
      changed.some((name) => middle.columns.get(name) !== first.columns.get(name));
    changes.push({
      table,
      columns: changed,
      rowsBefore: first.rows,
      rowsAfter: last.rows,
      by: lostByUp ? 'up' : 'down',
    });
  }
  return changes.sort((a, b) => (a.table < b.table ? -1 : 1));
}

function differing(before: Contents, after: Contents): readonly string[] {
  return [...before.columns].flatMap(([name, digest]) => {
    const other = after.columns.get(name);
    return other === undefined || other === digest ? [] : [name];
  });
}

function concerned(tables: readonly TableName[], text: string): readonly TableName[] {
  const words = new Set(text.toLowerCase().match(/[\p{L}\p{N}_$]+/gu));
  const named = tables.filter(({ bare }) =>
    (bare.toLowerCase().match(/[\p{L}\p{N}_$]+/gu) ?? []).every((word) => words.has(word)),
  );
  const found = new Set(named);
  const numbers = new Set(named.map(({ oid }) => oid));
  // What refers to them may change with them.
  for (const table of tables) if (table.refersTo.some((oid) => numbers.has(oid))) found.add(table);
  // And rows may need the rows that they refer to.
  const byOid = new Map(tables.map((table) => [table.oid, table]));
  for (const table of found) {
    for (const oid of table.needs) {
      const parent = byOid.get(oid);
      if (parent) found.add(parent);
    }
  }
  return [...found];
}
