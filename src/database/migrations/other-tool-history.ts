import type { MigrationFormat } from '../../project/config.ts';

/** Where another tool notes what it has applied, and how. */
export interface OtherToolHistory {
  /** In the schema `public`, by the tool's default. */
  readonly table: string;
  /** Gives one column `id`, as text. */
  readonly sql: string;
  /** Whether there is only one id, that of the last migration. */
  readonly onlyLast: boolean;
}

/** The migration history of the tools that nodrift reads migrations of, from their sources. */
export const otherToolHistory: Readonly<Partial<Record<MigrationFormat, OtherToolHistory>>> = {
  // A line for each time that a migration went up or down; 0 is the beginning.
  goose: {
    table: 'goose_db_version',
    sql: `SELECT version_id::text AS id FROM (
        SELECT DISTINCT ON (version_id) version_id, is_applied FROM public.goose_db_version ORDER BY version_id, id DESC
      ) last WHERE is_applied AND version_id > 0`,
    onlyLast: false,
  },
  dbmate: {
    table: 'schema_migrations',
    sql: 'SELECT version::text AS id FROM public.schema_migrations',
    onlyLast: false,
  },
  'golang-migrate': {
    table: 'schema_migrations',
    sql: 'SELECT version::text AS id FROM public.schema_migrations WHERE version >= 0',
    onlyLast: true,
  },
  prisma: {
    table: '_prisma_migrations',
    sql: `SELECT migration_name AS id FROM public._prisma_migrations
      WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`,
    onlyLast: false,
  },
  'sql-migrate': {
    table: 'gorp_migrations',
    sql: `SELECT regexp_replace(id, '[.]sql$', '') AS id FROM public.gorp_migrations`,
    onlyLast: false,
  },
  tern: {
    table: 'schema_version',
    sql: 'SELECT version::text AS id FROM public.schema_version WHERE version > 0',
    onlyLast: true,
  },
};

/**
 * The names of the migrations that another tool's history means.
 * @param ids as `sql` gives them
 * @param names of all migrations, in the order in which they run
 * @returns an id that is not a migration's represents itself
 */
export function appliedNames(
  { onlyLast }: OtherToolHistory,
  ids: readonly string[],
  names: readonly string[],
): readonly string[] {
  const byId = new Map(
    names.flatMap(
      (name) =>
        [
          [name, name],
          [idOf(name), name],
        ] as const,
    ),
  );
  const applied = ids.map((id) => byId.get(id) ?? byId.get(idOf(id)) ?? id);
  if (!onlyLast) return applied;
  const last = applied.map((name) => names.indexOf(name)).at(-1) ?? -1;
  return [...names.slice(0, last + 1), ...applied.filter((name) => !names.includes(name))];
}

/** The number that a name begins with, without zeros before it; the name where there is none. */
function idOf(name: string): string {
  return /^0*(\d+)/.exec(name)?.[1] ?? name;
}
