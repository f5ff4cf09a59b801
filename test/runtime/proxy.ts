import { createServer, connect as openSocket, type Socket } from 'node:net';

/** A TCP proxy on loopback in front of a server, to break what runs through it. */
export interface TcpProxy {
  /** The server's URL, through the proxy. */
  readonly url: string;
  /** How many connections have been made through it. */
  readonly connections: number;
  /** How many chunks clients have sent since the last call: with a waiting client, one for each round trip. */
  takeSent(): number;
  /** Resets every connection, as a server does that dies. */
  breakAll(): void;
  /** Refuses new connections, or takes them again. */
  refuse(refusing: boolean): void;
  /** Passes nothing on in either direction any more, without closing: a network that is gone. */
  freeze(frozen: boolean): void;
  /** After so many bytes of answers from now on, resets that connection. */
  breakAfter(bytes: number): void;
  /** The next message of a client that contains `text` gets lost, or the answer to it, and its connection with it. */
  lose(text: string, what: 'request' | 'answer'): void;
  /** The next answer begins with a byte that no message begins with. */
  corruptNext(): void;
  close(): Promise<void>;
}

export async function startProxy(serverUrl: string): Promise<TcpProxy> {
  const target = new URL(serverUrl);
  const sockets = new Set<Socket>();
  let connections = 0;
  let sent = 0;
  let refusing = false;
  let frozen = false;
  let left = Number.POSITIVE_INFINITY;
  let corrupting = false;
  let losing: { readonly text: string; readonly what: 'request' | 'answer' } | undefined;

  const server = createServer({ noDelay: true }, (client) => {
    if (refusing) {
      client.resetAndDestroy();
      return;
    }
    connections += 1;
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
    let answersLost = false;
    client.on('data', (chunk) => {
      sent += 1;
      if (losing !== undefined && chunk.includes(losing.text)) {
        const { what } = losing;
        losing = undefined;
        if (what === 'request') {
          client.resetAndDestroy();
          return;
        }
        answersLost = true;
      }
      if (!frozen) {
        upstream.write(chunk);
      }
    });
    upstream.on('data', (chunk) => {
      if (frozen) {
        return;
      }
      if (answersLost) {
        client.resetAndDestroy();
        return;
      }
      if (corrupting) {
        corrupting = false;
        chunk[0] = '!'.charCodeAt(0);
      }
      client.write(chunk.subarray(0, left));
      left -= chunk.length;
      if (left <= 0) {
        left = Number.POSITIVE_INFINITY;
        setTimeout(() => client.resetAndDestroy(), 10);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;

  return {
    url: Object.assign(new URL(serverUrl), { host: `127.0.0.1:${port}` }).href,
    get connections() {
      return connections;
    },
    takeSent: () => {
      const count = sent;
      sent = 0;
      return count;
    },
    breakAll: () => {
      for (const socket of sockets) {
        socket.resetAndDestroy();
      }
    },
    refuse: (value) => {
      refusing = value;
    },
    freeze: (value) => {
      frozen = value;
    },
    breakAfter: (bytes) => {
      left = bytes;
    },
    lose: (text, what) => {
      losing = { text, what };
    },
    corruptNext: () => {
      corrupting = true;
    },
    close: () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
