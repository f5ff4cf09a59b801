import type { Choices } from './choices.ts';
import type { SqlFunction } from './function.ts';
import { childOf } from './inheritance.ts';
import {
  columnName,
  pastCheck,
  readded,
  renumberedPartition,
  STRICTER,
  tiedChecks,
  unguarded,
} from './past.ts';
import { type Column, plain, type Related, type Table, type Type } from './table.ts';
import { triggersOf } from './trigger.ts';
import { PROCEDURE } from './utility.ts';

export interface Schema {
  readonly ddl: readonly string[];
  readonly tables: readonly Table[];
  /** Of the rows to insert into each writable table, with NULL where allowed. */
  readonly notNull: ReadonlyMap<string, ReadonlySet<string>>;
  readonly children: readonly Related[];
  /** Parts of other tables, to be read by themselves. */
  readonly partitions: readonly Table[];
  readonly functions: readonly SqlFunction[];
  /** What comes after the rows: triggers, and what they do to rows. */
  readonly late: readonly string[];
}

const letters = ['a', 'b', 'c', 'd'];

/** Tables of random columns, nullable and not, with keys, checks, children, partitions, generated columns and triggers. */
export function randomSchema(choices: Choices, major: number): Schema {
  const ddl: string[] = [
    'CREATE TYPE pair AS (x int, y text)',
    'CREATE DOMAIN given AS int NOT NULL',
    `CREATE DOMAIN ${STRICTER} AS int`,
    PROCEDURE,
  ];
  const tables: Table[] = [];
  const late: string[] = [];
  const children: Related[] = [];
  const partitions: Table[] = [];
  const notNull = new Map<string, ReadonlySet<string>>();
  const count = 2 + choices.below(3);
  const keyedTables: string[] = [];
  for (let t = 0; t < count; t++) {
    const letter = letters[t] ?? 'z';
    const name = `t${t}`;
    const keyed = !choices.rarely(4);
    const partitioned = choices.rarely(keyed ? 5 : 3);
    const inherited = !partitioned && choices.rarely(5);
    const columns: Column[] = [plain('id', 'int')];
    const required = new Set<string>(keyed ? ['id'] : []);
    const lax = new Set<string>(keyed && major < 18 ? ['id'] : []);
    const lines: string[] = [`id int${keyed ? ' PRIMARY KEY' : ''}`];
    const width = 1 + choices.below(4);
    for (let c = 0; c < width; c++) {
      const made = column(
        choices,
        columnName(choices, `${letter}${c}`),
        keyedTables,
        inherited && major >= 18,
      );
      columns.push(made.column);
      lines.push(made.line);
      if (made.required) required.add(made.column.name);
      if (made.lax || (made.required && major < 18 && made.line.endsWith('NOT NULL')))
        lax.add(made.column.name);
    }
    const own = [...lines];
    const source = columns.find(({ type, name }) => type === 'int' && name !== 'id') ?? plain('id', 'int');
    if (choices.rarely(4) && !partitioned) {
      // Virtual ones may not use a domain.
      const isPlain = !lines.includes(`${source.name} given`);
      const kind = major >= 18 && isPlain ? choices.one('STORED', 'VIRTUAL') : 'STORED';
      const expression = choices.one(
        `coalesce(${source.name}, 0)`,
        `abs(${source.name})`,
        `${source.name} + 1`,
        ...(kind === 'VIRTUAL' ? [] : [`${source.name}::${STRICTER}`, `(${source.name}::${STRICTER}) + 1`]),
      );
      lines.push(`${letter}g int GENERATED ALWAYS AS (${expression}) ${kind}`);
      columns.push({ ...plain(`${letter}g`, 'int'), stored: false });
    }
    const pair = choices.rarely(4);
    if (pair) lines.push('pair pair');
    // Numbers of columns that are gone.
    const dropped = !inherited && !partitioned && choices.rarely(4);
    if (dropped) lines.splice(1 + choices.below(lines.length), 0, 'gone int NOT NULL DEFAULT 1');
    ddl.push(`CREATE TABLE ${name} (${lines.join(', ')})${partitioned ? ' PARTITION BY HASH (id)' : ''}`);
    if (partitioned) {
      ddl.push(`CREATE TABLE ${name}_0 PARTITION OF ${name} FOR VALUES WITH (MODULUS 2, REMAINDER 0)`);
      const bounds = 'FOR VALUES WITH (MODULUS 2, REMAINDER 1)';
      if (choices.below(2) === 1) ddl.push(...renumberedPartition(name, `${name}_1`, bounds));
      else ddl.push(`CREATE TABLE ${name}_1 PARTITION OF ${name} ${bounds}`);
      const partition = `${name}_${choices.below(2)}`;
      const change = choices.below(2) === 1 ? unguarded(choices, partition, columns, keyed) : null;
      if (change !== null) late.push(change);
    }
    const apart = !partitioned && choices.rarely(6) ? unguarded(choices, name, columns, keyed) : null;
    if (apart !== null) late.push(apart);
    if (dropped) ddl.push(`ALTER TABLE ${name} DROP gone`);
    const again = choices.below(width) + 1;
    const moved = columns[again];
    if (moved !== undefined && moved !== source && !inherited && !partitioned && choices.rarely(4))
      ddl.push(...readded(name, moved.name, own[again] ?? ''));
    const check = choices.below(2) === 1 ? pastCheck(choices, columns.slice(0, width + 1)) : null;
    if (check !== null) ddl.push(`ALTER TABLE ${name} ADD CHECK (${check})`);
    const tied = choices.rarely(3) ? tiedChecks(choices, name, columns) : null;
    if (tied !== null) late.push(tied);
    const table: Table = { name, columns, writable: true, pair };
    if (partitioned) partitions.push({ ...table, name: `${name}_0`, writable: false });
    if (inherited) children.push(childOf(table, required, lax, major, ddl));
    else if (keyed) keyedTables.push(name);
    if (choices.rarely(4)) late.push(...triggersOf(choices, table, required));
    tables.push(table);
    notNull.set(name, required);
  }
  for (const name of keyedTables) if (choices.rarely(3)) late.push(`DELETE FROM ${name} WHERE id = 1`);
  late.push(`ALTER DOMAIN ${STRICTER} SET NOT NULL`);
  return { ddl, tables, notNull, children, partitions, functions: [], late };
}

interface Made {
  readonly column: Column;
  readonly line: string;
  readonly required: boolean;
  /** Whether a child's rows may be NULL there all the same. */
  readonly lax: boolean;
}

function column(choices: Choices, name: string, keyed: readonly string[], mayBeLax: boolean): Made {
  const type = choices.one<Type>(
    'int',
    'text',
    'bool',
    'int',
    'text',
    'int[]',
    'text',
    'int',
    'text[]',
    'jsonb',
    'float8',
    'numeric',
    'timestamp',
  );
  const [referenced] = keyed;
  if (type === 'int' && referenced !== undefined && choices.below(2) === 1) {
    const references = choices.one(referenced, ...keyed);
    const required = choices.below(2) === 1;
    const action = choices.one(
      '',
      '',
      ' ON DELETE CASCADE',
      ' ON DELETE SET NULL',
      ' DEFERRABLE INITIALLY DEFERRED',
    );
    return {
      column: { ...plain(name, type), references },
      line: `${name} int REFERENCES ${references}${action}${required ? ' NOT NULL' : ''}`,
      required,
      lax: false,
    };
  }
  if (type === 'int' && choices.rarely(8))
    return { column: plain(name, type), line: `${name} given`, required: true, lax: false };
  const constraint = choices.one(
    '',
    ' NOT NULL',
    ' CHECK (? IS NOT NULL)',
    ' CHECK (? = ?)',
    '',
    ' DEFAULT NULL',
    mayBeLax ? ' NOT NULL NO INHERIT' : ' NOT NULL',
    mayBeLax ? ' CHECK (? IS NOT NULL) NO INHERIT' : '',
  );
  const values = type === 'text' && choices.rarely(3) ? ["'a'", "'b'"] : null;
  const bound = values === null ? '' : ` CHECK (${name} IN (${values.join(', ')}))`;
  const elements = type === 'text[]' && choices.below(2) === 1 ? ` CHECK (${name} <@ ARRAY['a', 'b'])` : '';
  return {
    column: { ...plain(name, type), values },
    line: `${name} ${type}${bound}${elements}${constraint.replaceAll('?', name)}`,
    required: constraint.includes('NOT NULL'),
    lax: constraint.endsWith('NO INHERIT'),
  };
}
