import { Client, type ClientConfig } from 'pg';
import { parseIntoClientConfig } from 'pg-connection-string';
import { diagnostic, Failure } from '../../diagnostic.ts';
import type { ConnectionConfig } from '../../project/config.ts';
import { isPostgresUrl, withPlainSslmode } from '../../project/read-connection.ts';
import { connectionFailure } from './connection-failure.ts';

interface ConnectOptions {
  readonly database?: string;
  readonly instead?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Connects to a server.
 * @param connection null: pg's defaults, which are the PG* variables
 * @param database instead of the one that `connection` names
 * @param instead what can be done where there is no server, for the message
 * @param signal ends the attempt, and later the connection: see endOnAbort
 * @returns the client; losing the connection later rejects queries and is otherwise silent
 * @throws Failure: 3 if the server cannot be reached or rejects the connection, 2 if the URL cannot be read
 */
export async function connect(
  connection: ConnectionConfig | null,
  { database, instead, signal }: ConnectOptions = {},
): Promise<Client> {
  signal?.throwIfAborted();
  const client = new Client({ ...clientConfig(connection), ...(database && { database }) });
  // Without a listener a lost connection would end the process.
  client.on('error', () => {});
  endOnAbort(client, signal);
  try {
    await client.connect();
  } catch (error) {
    signal?.throwIfAborted();
    throw connectionFailure(error, {
      server: describeServer(client),
      isDefault: connection === null && database === undefined,
      instead,
    });
  }
  return client;
}

/**
 * Ends a connection at once when the signal is aborted. Whatever waits for an answer is rejected then, and the callers
 * clean up on their way out: that is how commands are interrupted.
 */
export function endOnAbort(client: Client, signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  const end = () => client.connection.stream.destroy();
  signal.addEventListener('abort', end);
  client.once('end', () => signal.removeEventListener('abort', end));
}

/** `localhost:5432/app`: where a client is, or will be, connected to; whatever a password is, it is not in there. */
export function describeServer({ host, port, database }: Client): string {
  return host.startsWith('/')
    ? `${host}/.s.PGSQL.${port}, database ${database}`
    : `${host}:${port}${database === undefined ? '' : `/${database}`}`;
}

/** What pg's Client is made with. */
export function clientConfig(connection: ConnectionConfig | null): ClientConfig {
  const { connectionString, ...parts } = connection ?? {};
  const url = connectionString ? parseUrl(connectionString) : {};
  return { connectionTimeoutMillis: 10_000, application_name: 'nodrift', ...url, ...parts };
}

function parseUrl(connectionString: string): ClientConfig {
  try {
    if (!isPostgresUrl(connectionString)) throw new TypeError();
    return parseIntoClientConfig(withPlainSslmode(connectionString));
  } catch {
    // What the parser says would repeat the URL and its password.
    const message = 'The database URL (PGURI, DATABASE_URL or dbUrl) cannot be read.';
    const hint =
      'It looks like postgres://user:password@host:5432/database; special characters are %-encoded.';
    throw new Failure(2, [diagnostic({ code: 'ND1019', message, hint })]);
  }
}
