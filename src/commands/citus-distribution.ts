import type { Client } from 'pg';
import { diagnostic, Failure } from '../diagnostic.ts';
import { relationName } from '../impact/relation-name.ts';
import { tableCalled } from '../scope-config.ts';

/** A table whose distribution is not the configured one. */
export interface DistributionDifference {
  readonly table: string;
  /** The distribution column that the configuration names; null: it does not name the table. */
  readonly configured: string | null;
  /** The one that the database has; null: the table has none there. */
  readonly database: string | null;
}

interface DistributedTable {
  readonly schema: string;
  readonly name: string;
  readonly column: string;
}

/**
 * The tables whose distribution in Citus is not what `nodrift.distribution` says. Reference and local tables have no column, and
 * partitions have their parent's.
 * @throws Failure (2) if the database has no Citus
 */
export async function citusDifferences(
  client: Client,
  configured: Readonly<Record<string, string>>,
): Promise<readonly DistributionDifference[]> {
  const distributed = await distributedTables(client);
  const found = new Set<DistributedTable>();
  const named = Object.entries(configured).map(([table, column]): DistributionDifference => {
    const one = tableCalled(table, distributed);
    if (one !== null) found.add(one);
    return { table, configured: column, database: one?.column ?? null };
  });
  const others = distributed
    .filter((one) => !found.has(one))
    .map(
      ({ schema, name, column }): DistributionDifference => ({
        table: relationName({ schema, table: name }),
        configured: null,
        database: column,
      }),
    );
  return [...named.filter((one) => one.configured !== one.database), ...others];
}

async function distributedTables(client: Client): Promise<readonly DistributedTable[]> {
  const { rows: there } = await client.query<{ there: boolean }>(
    "SELECT to_regclass('pg_dist_partition') IS NOT NULL AS there",
  );
  if (there[0]?.there !== true) {
    const message = 'The database has no pg_dist_partition: Citus is not installed there.';
    const hint = 'Name the coordinator with --url, or omit --engine.';
    throw new Failure(2, [diagnostic({ code: 'ND5018', message, hint })]);
  }
  const { rows } = await client.query<DistributedTable>(
    `SELECT n.nspname AS schema, c.relname AS name, column_to_column_name(p.logicalrelid, p.partkey) AS column
     FROM pg_dist_partition p
     JOIN pg_catalog.pg_class c ON c.oid = p.logicalrelid
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE p.partkey IS NOT NULL AND NOT c.relispartition
     ORDER BY 1, 2`,
  );
  return rows;
}
