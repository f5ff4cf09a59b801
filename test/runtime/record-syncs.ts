import type { Client } from 'pg';

/**
 * Takes down what a client of pg sends from now on; the function returned gives, for each time that something came back,
 * how many statements had been sent since.
 */
export function recordSyncs(client: Client): () => number[] {
  const { connection } = client as unknown as {
    connection: { sync(): void; stream: { on(event: 'data', listener: () => void): void } };
  };
  const counts: number[] = [];
  let pending = 0;
  const { sync } = connection;
  connection.sync = () => {
    pending += 1;
    sync.call(connection);
  };
  connection.stream.on('data', () => {
    if (pending > 0) {
      counts.push(pending);
      pending = 0;
    }
  });
  return () => counts;
}
