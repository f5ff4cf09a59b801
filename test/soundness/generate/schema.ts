import type { Choices } from './choices.ts';

export type Type = 'int' | 'text' | 'bool' | 'int[]';

export interface Column {
  readonly name: string;
  readonly type: Type;
}

export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly writable: boolean;
}

export interface Schema {
  readonly ddl: readonly string[];
  readonly tables: readonly Table[];
  /** Of the rows to insert into each writable table, with NULL where allowed. */
  readonly notNull: ReadonlyMap<string, ReadonlySet<string>>;
}

const letters = ['a', 'b', 'c', 'd'];

/** Tables of random columns, nullable and not, with keys, checks, children and partitions. */
export function randomSchema(choices: Choices): Schema {
  const ddl: string[] = [];
  const tables: Table[] = [];
  const notNull = new Map<string, ReadonlySet<string>>();
  const count = 2 + choices.below(3);
  for (let t = 0; t < count; t++) {
    const letter = letters[t] ?? 'z';
    const columns: Column[] = [{ name: 'id', type: 'int' }];
    const required = new Set<string>();
    const lines: string[] = [];
    const keyed = !choices.rarely(4);
    if (keyed) required.add('id');
    lines.push(`id int${keyed ? ' PRIMARY KEY' : ''}`);
    const width = 1 + choices.below(4);
    for (let c = 0; c < width; c++) {
      const column = {
        name: `${letter}${c}`,
        type: choices.one<Type>('int', 'text', 'bool', 'int', 'text', 'int[]'),
      };
      columns.push(column);
      const constraint = choices.one('', ' NOT NULL', ' CHECK (? IS NOT NULL)', ' CHECK (? = ?)', '', '');
      if (constraint.includes('NOT NULL')) required.add(column.name);
      lines.push(`${column.name} ${column.type}${constraint.replaceAll('?', column.name)}`);
    }
    const partitioned = choices.rarely(6) && !keyed;
    const name = `t${t}`;
    ddl.push(`CREATE TABLE ${name} (${lines.join(', ')})${partitioned ? ' PARTITION BY HASH (id)' : ''}`);
    if (partitioned) {
      ddl.push(`CREATE TABLE ${name}_0 PARTITION OF ${name} FOR VALUES WITH (MODULUS 2, REMAINDER 0)`);
      ddl.push(`CREATE TABLE ${name}_1 PARTITION OF ${name} FOR VALUES WITH (MODULUS 2, REMAINDER 1)`);
    }
    tables.push({ name, columns, writable: true });
    notNull.set(name, required);
  }
  return { ddl, tables, notNull };
}

/** Rows for a table: `fill` 0 none, 1 few with many NULLs, 2 more and without NULL. */
export function randomRows(
  choices: Choices,
  table: Table,
  required: ReadonlySet<string>,
  fill: number,
): readonly string[] {
  const count = fill === 1 ? choices.one(3, 2, 1, 4, 0) : 2 + choices.below(2);
  const rows: string[] = [];
  for (let r = 0; r < count; r++) {
    const bare = fill === 1 && r === 0;
    const values = table.columns.map(({ name, type }) => {
      if (bare && !required.has(name) && !choices.rarely(3)) return 'NULL';
      if (name === 'id') return !required.has('id') && choices.rarely(3) ? 'NULL' : String(r + 1);
      if (!required.has(name) && fill === 1 && choices.below(2) === 1) return 'NULL';
      return randomValue(choices, type, fill === 1);
    });
    rows.push(`INSERT INTO ${table.name} VALUES (${values.join(', ')})`);
  }
  return rows;
}

function randomValue(choices: Choices, type: Type, withNulls: boolean): string {
  switch (type) {
    case 'int':
      return String(choices.below(6) - 1);
    case 'text':
      return choices.one("'a'", "'b'", "''", "'ab'", "'1'");
    case 'bool':
      return choices.one('true', 'false');
    case 'int[]':
      return choices.one("'{1,2}'", "'{}'", withNulls ? "'{NULL,1}'" : "'{3}'");
  }
}
