import { type Client, escapeIdentifier } from 'pg';
import type { SchemaFile } from '../../project/schema-files.ts';

/**
 * Leaves nothing of the migrations in the session (settings, prepared statements, temporary tables) and
 * sets the search path that unqualified names are looked up in.
 * @param searchPath null: the server's own
 */
export async function resetSession(client: Client, searchPath: readonly string[] | null): Promise<void> {
  await client.query('DISCARD ALL');
  await setSearchPath(client, searchPath);
}

/** See resetSession; `$user` is a keyword to Postgres wherever it is in the list. */
export async function setSearchPath(client: Client, searchPath: readonly string[] | null): Promise<void> {
  if (searchPath === null) return;
  // An empty list has no spelling but an empty name.
  const schemas = searchPath.length === 0 ? ["''"] : searchPath.map(escapeIdentifier);
  await client.query(`SET search_path TO ${schemas.join(', ')}`);
}

/**
 * The schemas on the session's search path that its role may not use. Postgres passes over them, and says of what lies in
 * them that it does not exist (PostgreSQL documentation, 5.10.3 "The Schema Search Path").
 */
export async function unusableSchemas(client: Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT nspname AS name FROM pg_catalog.pg_namespace
      WHERE nspname = ANY (SELECT pg_catalog.btrim(part, ' "')
                             FROM pg_catalog.unnest(pg_catalog.string_to_array(pg_catalog.current_setting('search_path'), ',')) AS part)
        AND NOT pg_catalog.has_schema_privilege(oid, 'USAGE')
      ORDER BY nspname`,
  );
  return rows.map(({ name }) => name);
}

/** The names of all schemas of the database, in their order. */
export async function existingSchemas(client: Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT nspname AS name FROM pg_catalog.pg_namespace ORDER BY nspname',
  );
  return rows.map(({ name }) => name);
}

/** `server_version_num` / 10000 and the version as Postgres writes it, such as `16.14`. */
export async function serverVersion(client: Client): Promise<{ major: number; version: string }> {
  const { rows } = await client.query<{ num: string; version: string }>(
    `SELECT pg_catalog.current_setting('server_version_num') AS num,
            pg_catalog.current_setting('server_version') AS version`,
  );
  const [row] = rows;
  // Distributions add their own: `16.4 (Debian 16.4-1.pgdg120+1)`.
  return { major: Math.floor(Number(row?.num) / 10_000), version: row?.version.split(' ')[0] ?? '' };
}

/**
 * What a session has that a new one would not, and what a new one would have that it has not: equal texts mean that later
 * statements do the same in either.
 */
export async function sessionState(client: Client): Promise<string> {
  const { rows } = await client.query<{ state: string }>(
    `SELECT pg_catalog.jsonb_build_array(
       (SELECT pg_catalog.jsonb_object_agg(name, setting) FROM pg_catalog.pg_settings WHERE source = 'session'),
       pg_catalog.current_setting('role'), session_user, pg_catalog.pg_my_temp_schema(),
       (SELECT pg_catalog.count(*) FROM pg_catalog.pg_prepared_statements),
       (SELECT pg_catalog.count(*) FROM pg_catalog.pg_db_role_setting))::text AS state`,
  );
  return rows[0]?.state ?? '';
}

/** Whether scripts may set what sessionState does not see: settings with names of their own, such as `app.user`. */
export function setsUnknown(files: readonly SchemaFile[]): boolean {
  return files.some(({ text }) => /\bset_config\b|\bSET\s+(?:SESSION\s+)?"?\w+"?\s*\./i.test(text));
}
