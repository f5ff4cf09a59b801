import type { SchemaObject } from '../../schema/schema-object.ts';
import { migrationsTable } from './history-table.ts';
import { migrationTools } from './migrations.ts';

/** Of tools whose migrations nodrift does not read: Flyway, Knex, and Drizzle, whose `.sql` files are read as plain ones. */
const others = [
  'public.flyway_schema_history',
  'public.knex_migrations',
  'public.knex_migrations_lock',
  'drizzle.__drizzle_migrations',
];

const tables: ReadonlySet<string> = new Set([
  `public.${migrationsTable}`,
  ...Object.values(migrationTools).flatMap(({ history }) => (history ? [`public.${history.table}`] : [])),
  ...others,
]);

/** Whether it is a table that migrations are noted in, or a part of one. */
export function isHistoryTable({ name, table }: SchemaObject): boolean {
  return tables.has(table ?? name);
}
