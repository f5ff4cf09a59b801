import type { Related, Table } from './table.ts';

/**
 * Adds a child that is laxer than its parent where that is legal: up to PostgreSQL 17 it may drop NOT NULL, from 18 on
 * the parent's may be NO INHERIT. It has no keys and no foreign keys at all.
 */
export function childOf(
  parent: Table,
  required: ReadonlySet<string>,
  lax: ReadonlySet<string>,
  major: number,
  ddl: string[],
): Related {
  const name = `${parent.name}_child`;
  ddl.push(`CREATE TABLE ${name} () INHERITS (${parent.name})`);
  if (major < 18) for (const column of lax) ddl.push(`ALTER TABLE ${name} ALTER ${column} DROP NOT NULL`);
  const notNull = new Set([...required].filter((column) => !lax.has(column)));
  const columns = parent.columns.map((column) => ({ ...column, references: null }));
  return { table: { ...parent, name, columns }, notNull };
}
