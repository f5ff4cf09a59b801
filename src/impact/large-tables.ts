import { connect } from '../database/server/connection.ts';
import { setForSession } from '../database/server/own-session.ts';
import type { Config, ConnectionConfig } from '../project/config.ts';
import { displayedName } from './locks/table-work.ts';
import type { Snapshot } from './snapshot.ts';

/** From so many rows on a table is large: to read them takes seconds. */
const manyRows = 1_000_000;

const largeQuery = `
  SELECT n.nspname AS schema, c.relname AS name
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'm') AND c.reltuples >= ${manyRows} AND c.oid >= 16384`;

/**
 * The names of large tables: those that the configuration lists, and those of a database, of which nothing but the names
 * and the estimated numbers of rows is read.
 * @throws Failure (3) if the database cannot be reached
 */
export async function largeTables(
  { large = [] }: Config,
  sizes: ConnectionConfig | undefined,
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<string>> {
  const listed = large.map(withoutPublic);
  if (sizes === undefined) return new Set(listed);
  const client = await connect(sizes, { signal });
  try {
    await setForSession(client, sizes, 'default_transaction_read_only = on', signal);
    const { rows } = await client.query<{ schema: string; name: string }>(largeQuery);
    return new Set([...listed, ...rows.map(displayedName)]);
  } finally {
    await client.end();
  }
}

/** Notes on names of the configuration that no table has, before or after the migrations. */
export function unknownLarge(
  { large = [] }: Config,
  states: readonly (Snapshot | undefined)[],
): readonly string[] {
  const names = states.flatMap((state) => state?.rules.names ?? []);
  const known = new Set(names.filter(({ relation }) => relation === null).map(displayedName));
  return large
    .filter((name) => !known.has(withoutPublic(name)))
    .map((name) => `"large" in the configuration names ${name}, and no table is called that.`);
}

function withoutPublic(name: string): string {
  return name.replace(/^public\./, '');
}
