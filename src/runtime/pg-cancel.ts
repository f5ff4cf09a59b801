import type { PgClient } from './pg.ts';

/** The part of pg's Client that says where and what to cancel; pg's own `cancel` reads the same. */
interface Cancellable {
  readonly processID: number;
  readonly secretKey: number;
  readonly host: string;
  readonly port: number;
  readonly ssl: unknown;
  readonly constructor: new (config: {
    host: string;
    port: number;
    ssl: unknown;
  }) => { connection: PgConnector };
}

interface PgConnector {
  readonly stream: { destroy(): void };
  on(event: 'connect' | 'sslconnect' | 'end' | 'error', listener: () => void): void;
  connect(port: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processID: number, secretKey: number): void;
}

/**
 * Asks the server, over a connection of its own, to cancel what the client is running (PostgreSQL
 * documentation, 55.2.7). Resolves when the server has closed that connection: it has passed the request
 * on by then, so that it cannot hit a later statement. A request that fails, or takes longer than
 * `timeoutMillis`, is as good as one too late.
 */
export function cancelRunning(client: PgClient, timeoutMillis: number): Promise<void> {
  const { processID, secretKey, host, port, ssl, constructor: Client } = client as unknown as Cancellable;
  const { connection } = new Client({ host, port, ssl });
  return new Promise((resolve) => {
    const timer = setTimeout(() => connection.stream.destroy(), timeoutMillis);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    const request = () => connection.cancel(processID, secretKey);
    connection.on('connect', ssl ? () => connection.requestSsl() : request);
    connection.on('sslconnect', request);
    connection.on('error', done);
    connection.on('end', done);
    // Node takes what is not a number for the path of a socket, and no host then.
    connection.connect(host.startsWith('/') ? `${host}/.s.PGSQL.${port}` : port, host);
  });
}
