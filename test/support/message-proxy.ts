import { createServer, connect as openSocket, type Socket } from 'node:net';

/** A TCP proxy in front of a server that counts protocol messages, over all connections. */
export interface MessageProxy {
  /** The server's URL, through the proxy. */
  readonly url: string;
  /** Sets the count to 0, and what is called when a client has sent its n-th message, before that is passed on. */
  at(n: number, action: () => void): void;
  /** How many messages clients have sent since then. */
  readonly count: number;
  /** Passes nothing on any more: a network that is gone. What is called at the next connection is told here. */
  freeze(atConnection: () => void): void;
  /** Resets every connection, on both sides. */
  breakAll(): void;
  close(): Promise<void>;
}

export async function startMessageProxy(serverUrl: string): Promise<MessageProxy> {
  const target = new URL(serverUrl);
  const sockets = new Set<Socket>();
  let count = 0;
  let wanted = Number.POSITIVE_INFINITY;
  let action = () => {};
  let frozen = false;
  let atConnection = () => {};

  const server = createServer({ noDelay: true }, (client) => {
    atConnection();
    const upstream = openSocket({ host: target.hostname, port: Number(target.port), noDelay: true });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
    upstream.on('data', (chunk) => client.write(chunk));
    let pending = Buffer.alloc(0);
    let started = false;
    client.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      for (;;) {
        // The first message has no type (PostgreSQL documentation, 54.7 "Message Formats").
        const head = started ? 1 : 0;
        if (pending.length < head + 4) return;
        const length = head + pending.readInt32BE(head);
        if (pending.length < length) return;
        started = true;
        const message = pending.subarray(0, length);
        pending = pending.subarray(length);
        count += 1;
        if (count === wanted) action();
        if (!frozen && !upstream.destroyed) upstream.write(message);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;

  return {
    url: Object.assign(new URL(serverUrl), { host: `127.0.0.1:${port}` }).href,
    at: (n, then) => {
      count = 0;
      wanted = n;
      action = then;
    },
    get count() {
      return count;
    },
    freeze: (then) => {
      frozen = true;
      atConnection = then;
    },
    breakAll: () => {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
