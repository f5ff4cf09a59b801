import { createServer, connect as openSocket, type Socket } from 'node:net';

/** A TCP proxy on loopback in front of a server. */
export interface SocketPairs {
  /** The server's URL, through the proxy. */
  readonly url: string;
  /** Resets every connection, on both sides. */
  breakAll(): void;
  close(): Promise<void>;
}

/**
 * Starts a proxy. `pair` is called for each connection, with the client's socket and a new one to the server, and passes on
 * between them what it likes; one that ends ends the other. `accepts` false: a connection is reset instead.
 */
export async function startSocketPairs(
  serverUrl: string,
  pair: (client: Socket, upstream: Socket) => void,
  accepts: () => boolean = () => true,
): Promise<SocketPairs> {
  const target = new URL(serverUrl);
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    if (!accepts()) {
      client.on('error', () => {});
      client.resetAndDestroy();
      return;
    }
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
    pair(client, upstream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    url: Object.assign(new URL(serverUrl), { host: `127.0.0.1:${port}` }).href,
    breakAll: () => {
      for (const socket of sockets) {
        socket.resetAndDestroy();
      }
    },
    close: () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Cuts a stream into messages: a byte for the type, but not at a client's first, and a length that counts itself. */
export function inMessages(
  started: boolean,
  take: (type: string, bytes: Buffer) => void,
): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  let hasType = started;
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      const head = hasType ? 1 : 0;
      if (rest.length < head + 4) {
        return;
      }
      const length = head + rest.readUInt32BE(head);
      if (rest.length < length) {
        return;
      }
      const message = rest.subarray(0, length);
      rest = rest.subarray(length);
      const type = hasType ? String.fromCharCode(message[0] ?? 0) : '';
      hasType = true;
      take(type, message);
    }
  };
}
