import type { Client } from 'pg';
import type { SchemaSource } from '../../project/config.ts';
import type { OtherToolHistory } from './formats/format.ts';
import { migrationsTable } from './history-table.ts';
import { readHistory } from './migration-history.ts';
import { migrationTools } from './migrations.ts';

export interface NoHistory {
  /** A clause, without a full stop. */
  readonly reason: string;
  /** They are there, and may not be read. */
  readonly forbidden: boolean;
}

/** The migration history of a database that another tool may have migrated. */
export interface AppliedMigrations {
  /** Names of migrations, and contentHash of their files then, if that is known; null where there is no history. */
  readonly applied: ReadonlyMap<string, string | null> | null;
  /** Why they cannot be read; also null where the format keeps none. */
  readonly why: NoHistory | null;
}

/**
 * Reads which migrations a database has applied; nothing is written, and a missing privilege is not an error.
 * @param names of all migrations, in the order in which they run
 */
export async function readAppliedMigrations(
  client: Client,
  source: SchemaSource,
  names: readonly string[],
): Promise<AppliedMigrations> {
  const format = source.kind === 'migrations' ? source.format : 'plain';
  const foreign = migrationTools[format].history;
  const table = format === 'node-pg-migrate' ? migrationsTable : foreign?.table;
  if (table === undefined) return { applied: null, why: null };
  const why = await whyUnreadable(client, table);
  if (why !== null) return { applied: null, why };
  if (foreign === undefined) {
    const lines = await readHistory(client);
    return { applied: new Map(lines.map(({ name, hash }) => [name, hash])), why: null };
  }
  const { rows } = await client.query<{ id: string }>(foreign.sql);
  const applied = appliedNames(
    foreign,
    rows.map(({ id }) => id),
    names,
  );
  return { applied: new Map(applied.map((name) => [name, null])), why: null };
}

async function whyUnreadable(client: Client, table: string): Promise<NoHistory | null> {
  const { rows } = await client.query<{ readable: boolean | null }>(
    `SELECT pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT') AS readable
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'public' AND c.relname = $1`,
    [table],
  );
  if (rows[0] === undefined) return { reason: `There is no table public.${table}`, forbidden: false };
  if (rows[0].readable === true) return null;
  return { reason: `The role may not read public.${table}`, forbidden: true };
}

/**
 * The names of the migrations that another tool's history means.
 * @param ids as `sql` gives them
 * @param names of all migrations, in the order in which they run
 * @returns an id that is not a migration's represents itself
 */
function appliedNames(
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
