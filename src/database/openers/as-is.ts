import { DatabaseError } from 'pg';
import { connectionLost } from '../../connection-loss.ts';
import type { Config, ConnectionConfig } from '../../project/config.ts';
import type { Database } from '../database.ts';
import { lazy } from '../lazy.ts';
import { connect, describeServer } from '../server/connection.ts';
import { setForSession } from '../server/own-session.ts';
import { setSearchPath } from '../server/session.ts';
import { supportedVersion } from '../server/supported-version.ts';

/**
 * Connects to the named database as it is. The session is read-only, and nothing is created.
 * @param instead what can be done where there is no server, for the message
 * @param signal ends the connection
 * @throws Failure (3) if the server cannot be reached or rejects the connection
 */
export async function openAsIs(
  config: Config,
  connection: ConnectionConfig | null,
  { instead, signal }: { readonly instead?: string; readonly signal?: AbortSignal | undefined } = {},
): Promise<Database> {
  const client = await connect(connection, { instead, signal });
  try {
    await setForSession(client, connection, 'default_transaction_read_only = on', signal);
    await setSearchPath(client, config.searchPath);
    const { major, version } = await supportedVersion(client);
    const description = `PostgreSQL ${version} at ${describeServer(client)}`;
    return { client, description, major, notes: [], close: lazy(() => client.end()) };
  } catch (error) {
    await client.end();
    throw error instanceof DatabaseError ? connectionLost(error) : error;
  }
}
