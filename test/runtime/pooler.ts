import { createServer, connect as openSocket, type Socket } from 'node:net';

/**
 * A are-in for a pooler in transaction mode: a client has a server connection only from its first message to the
 * ReadyForQuery that says "idle", and perhaps another one the next time. Prepared statements are not tracked, as in
 * PgBouncer before 1.21.
 */
export interface Pooler {
  readonly url: string;
  close(): Promise<void>;
}

interface Upstream {
  readonly socket: Socket;
  /** Who has it. */
  client: Client | null;
  /** How many ReadyForQuery are still to come. */
  pending: number;
}

interface Client {
  readonly socket: Socket;
  waiting: Buffer[];
}

const SYNC = 0x53;
const QUERY = 0x51;
const TERMINATE = 0x58;
const READY_FOR_QUERY = 0x5a;
const IDLE = 0x49;
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

/** @param size how many connections to the server it keeps */
export async function startPooler(serverUrl: string, size: number): Promise<Pooler> {
  const target = new URL(serverUrl);
  const upstreams = await Promise.all(Array.from({ length: size }, () => openUpstream(target)));
  const clients: Client[] = [];
  const sockets = new Set<Socket>(upstreams.map(({ socket }) => socket));
  let turn = 0;

  const serve = (): void => {
    for (const client of clients) {
      if (client.waiting.length === 0) {
        continue;
      }
      let upstream = upstreams.find((it) => it.client === client);
      // In turns, so that a client seldom gets the one that it had.
      for (let i = 0; upstream === undefined && i < size; i++) {
        turn = (turn + 1) % size;
        upstream = upstreams[turn]?.client === null ? upstreams[turn] : undefined;
      }
      if (upstream === undefined) {
        continue;
      }
      upstream.client = client;
      upstream.pending += client.waiting.filter(([type]) => type === SYNC || type === QUERY).length;
      upstream.socket.write(Buffer.concat(client.waiting));
      client.waiting = [];
    }
  };
  for (const upstream of upstreams) {
    upstream.socket.on(
      'data',
      inMessages((message) => {
        upstream.client?.socket.write(message);
        if (message[0] === READY_FOR_QUERY) {
          upstream.pending -= 1;
          if (upstream.pending === 0 && message[5] === IDLE) {
            upstream.client = null;
            serve();
          }
        }
      }),
    );
  }
  const server = createServer({ noDelay: true }, (socket) => {
    const client: Client = { socket, waiting: [] };
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => clients.splice(clients.indexOf(client), 1));
    socket.once('data', () => {
      // AuthenticationOk, BackendKeyData, ReadyForQuery.
      const key = Buffer.from([0x4b, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 1]);
      socket.write(Buffer.concat([Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0]), key, READY]));
      clients.push(client);
      socket.on(
        'data',
        inMessages((message) => {
          // That one is between the client and the pooler.
          if (message[0] !== TERMINATE) {
            client.waiting.push(message);
            serve();
          }
        }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    url: Object.assign(new URL(serverUrl), { host: `127.0.0.1:${port}` }).href,
    close: () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Calls `take` for each message: a byte for its type, a length that counts itself, the rest. */
function inMessages(take: (message: Buffer) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 5 && rest.length >= 1 + rest.readUInt32BE(1)) {
      const end = 1 + rest.readUInt32BE(1);
      take(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  };
}

/** A connection that has begun, with trust. */
function openUpstream(target: URL): Promise<Upstream> {
  const socket = openSocket({ host: target.hostname, port: Number(target.port), noDelay: true });
  const body = Buffer.from(`user\0${target.username}\0database\0${target.pathname.slice(1)}\0\0`);
  const head = Buffer.from([0, 0, 0, 0, 0, 3, 0, 0]);
  head.writeUInt32BE(body.length + 8);
  socket.write(Buffer.concat([head, body]));
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    const begin = (chunk: Buffer) => {
      if (chunk.subarray(-READY.length).equals(READY)) {
        socket.off('data', begin);
        socket.on('error', () => {});
        resolve({ socket, client: null, pending: 0 });
      }
    };
    socket.on('data', begin);
  });
}
