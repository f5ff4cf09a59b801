import type { Config, ConnectionConfig } from '../project/config.ts';
import type { Database } from './database.ts';
import { openAsIs } from './openers/as-is.ts';

/** No other session is held up, neither by waiting for locks nor by holding them. */
const timeouts = `SET lock_timeout = '2s'; SET statement_timeout = '60s'; SET idle_in_transaction_session_timeout = '60s'`;

/**
 * Connects to a database that is in use, in a read-only session that gives up rather than wait. It may be a standby.
 * @param signal ends the connection
 * @throws Failure (3) if the server cannot be reached or rejects the connection
 */
export async function openLive(
  config: Config,
  connection: ConnectionConfig | null,
  signal: AbortSignal | undefined,
): Promise<Database> {
  const live = await openAsIs(config, connection, { signal });
  try {
    await live.client.query(timeouts);
    return live;
  } catch (error) {
    await live.close();
    throw error;
  }
}
