import { inMessages, type SocketPairs, startSocketPairs } from './socket-pairs.ts';

/** A TCP proxy in front of a server that counts protocol messages, over all connections. */
export interface MessageProxy extends SocketPairs {
  /** Sets the count to 0, and what is called when a client has sent its n-th message, before that is passed on. */
  at(n: number, action: () => void): void;
  /** How many messages clients have sent since then. */
  readonly count: number;
  /** Passes nothing on any more: a network that is gone. What is called at the next connection is told here. */
  freeze(atConnection: () => void): void;
}

export async function startMessageProxy(serverUrl: string): Promise<MessageProxy> {
  let count = 0;
  let wanted = Number.POSITIVE_INFINITY;
  let action = () => {};
  let frozen = false;
  let atConnection = () => {};

  const pairs = await startSocketPairs(serverUrl, (client, upstream) => {
    atConnection();
    upstream.on('data', (chunk) => client.write(chunk));
    client.on(
      'data',
      inMessages(false, (_type, message) => {
        count += 1;
        if (count === wanted) action();
        if (!frozen && !upstream.destroyed) upstream.write(message);
      }),
    );
  });

  return {
    ...pairs,
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
  };
}
