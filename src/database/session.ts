import { type Client, escapeIdentifier } from 'pg';

/**
 * Leaves nothing of the migrations in the session (settings, prepared statements, temporary tables) and
 * sets the search path that unqualified names are looked up in.
 * @param searchPath null: the server's own
 */
export async function resetSession(client: Client, searchPath: readonly string[] | null): Promise<void> {
  await client.query('DISCARD ALL');
  await setSearchPath(client, searchPath);
}

/** See resetSession; `$user` is a keyword to Postgres wherever it stands in the list. */
export async function setSearchPath(client: Client, searchPath: readonly string[] | null): Promise<void> {
  if (searchPath === null) return;
  // An empty list has no spelling but an empty name.
  const schemas = searchPath.length === 0 ? ["''"] : searchPath.map(escapeIdentifier);
  await client.query(`SET search_path TO ${schemas.join(', ')}`);
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
