import type { Choices } from './choices.ts';
import type { Schema } from './schema.ts';
import type { Column, Table, Type } from './table.ts';

/**
 * INSERTs for all tables, in an order that foreign keys allow.
 * @param fill 0 none, 1 few with many NULLs, 2 more and without NULL
 */
export function randomRows(choices: Choices, schema: Schema, fill: number): readonly string[] {
  const ids = new Map<string, readonly string[]>();
  const found: string[] = [];
  for (const table of schema.tables) {
    const { rows, keys } = rowsOf(choices, table, schema.notNull.get(table.name) ?? new Set(), fill, ids, 0);
    ids.set(table.name, keys);
    found.push(...rows);
  }
  for (const { table, notNull } of schema.children)
    found.push(...rowsOf(choices, table, notNull, fill, ids, 100).rows);
  return found;
}

function rowsOf(
  choices: Choices,
  table: Table,
  required: ReadonlySet<string>,
  fill: number,
  ids: ReadonlyMap<string, readonly string[]>,
  firstId: number,
): { readonly rows: readonly string[]; readonly keys: readonly string[] } {
  const rows: string[] = [];
  const keys: string[] = [];
  const columns = table.columns.filter(({ stored }) => stored);
  // Nothing can refer to an empty table.
  const impossible = columns.some(
    ({ name, references }) => references !== null && required.has(name) && ids.get(references)?.length === 0,
  );
  const count = impossible ? 0 : fill === 1 ? choices.one(3, 2, 1, 4, 0) : 2 + choices.below(2);
  for (let r = 0; r < count; r++) {
    const bare = fill === 1 && r === 0;
    const id = String(firstId + r + 1);
    const values = columns.map((column) => {
      const { name, type } = column;
      if (bare && !required.has(name) && !choices.rarely(3)) return 'NULL';
      if (name === 'id') return !required.has('id') && choices.rarely(3) ? 'NULL' : id;
      if (!required.has(name) && fill === 1 && choices.below(2) === 1) return 'NULL';
      return value(choices, column, type, fill === 1, ids);
    });
    if (values[columns.findIndex(({ name }) => name === 'id')] === id) keys.push(id);
    const pair = choices.one('NULL', "(1, 'a')", '(NULL, NULL)', '(2, NULL)');
    rows.push(
      `INSERT INTO ${table.name} (${columns.map(({ name }) => name).join(', ')}${table.pair ? ', pair' : ''}) VALUES (${values.join(', ')}${table.pair ? `, ${pair}` : ''})`,
    );
  }
  return { rows, keys };
}

function value(
  choices: Choices,
  { values, references }: Column,
  type: Type,
  withNulls: boolean,
  ids: ReadonlyMap<string, readonly string[]>,
): string {
  if (values !== null) return choices.one(values[0] ?? 'NULL', ...values);
  if (references !== null) {
    const [first, ...others] = ids.get(references) ?? [];
    return first === undefined ? 'NULL' : choices.one(first, ...others);
  }
  switch (type) {
    case 'int':
      return String(choices.below(6) - 1);
    case 'text':
      return choices.one("'a'", "'b'", "''", "'ab'", "'1'");
    case 'bool':
      return choices.one('true', 'false');
    case 'int[]':
      return choices.one("'{1,2}'", "'{}'", withNulls ? "'{NULL,1}'" : "'{3}'");
    case 'text[]':
      return choices.one("'{a,b}'", "'{}'", "'{a}'");
    case 'pair':
      return choices.one(
        "(1, 'a')",
        withNulls ? '(NULL, NULL)' : "(2, 'b')",
        withNulls ? '(2, NULL)' : "(3, '')",
      );
    case 'float8':
      return choices.one('1.5', "'NaN'", "'Infinity'", '-2');
    case 'numeric':
      return choices.one('1.50', "'NaN'", '-2');
    case 'timestamp':
      return choices.one("'2024-02-29'", "'infinity'", "'-infinity'");
    case 'jsonb':
      return choices.one('\'{"a": 1}\'', "'null'", "'[1, null]'");
  }
}
