import type { SchemaObject } from './schema-object.ts';

/** Where the tools that nodrift reads migrations of, and some others, note what has been applied. */
const historyTables = new Set([
  // node-pg-migrate; goose; dbmate, golang-migrate and Rails; sql-migrate; tern
  'public.pgmigrations',
  'public.goose_db_version',
  'public.schema_migrations',
  'public.gorp_migrations',
  'public.schema_version',
  'public.flyway_schema_history',
  'public._prisma_migrations',
  'public.knex_migrations',
  'public.knex_migrations_lock',
  'drizzle.__drizzle_migrations',
]);

/** Whether it is a table that migrations are noted in, or a part of one. */
export function isHistoryTable({ name, table }: SchemaObject): boolean {
  return historyTables.has(table ?? name);
}
