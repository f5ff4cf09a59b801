import { EventEmitter, once } from 'node:events';
import type { Socket } from 'node:net';
import { type SocketPairs, startSocketPairs } from '../support/socket-pairs.ts';

/** A TCP proxy on loopback in front of a server, to break what runs through it. */
export interface TcpProxy extends SocketPairs {
  /** How many connections have been made through it. */
  readonly connections: number;
  /** How many chunks clients have sent since the last call: with a waiting client, one for each round trip. */
  takeSent(): number;
  /** Refuses new connections, or takes them again. */
  refuse(refusing: boolean): void;
  /** Resolves when the next connection is refused. */
  refused(): Promise<void>;
  /** Passes nothing on in either direction any more, without closing: a network that is gone. */
  freeze(frozen: boolean): void;
  /** Resolves when the next message of a client has been dropped. */
  dropped(): Promise<void>;
  /** After so many bytes of answers from now on, resets that connection. */
  breakAfter(bytes: number): void;
  /** The next message of a client that contains `text` gets lost, or the answer to it, and its connection with it. */
  lose(text: string, what: 'request' | 'answer'): void;
  /** The next answer begins with a byte that no message begins with. */
  corruptNext(): void;
}

export async function startProxy(serverUrl: string): Promise<TcpProxy> {
  const [onDropped, onRefused] = [new EventEmitter(), new EventEmitter()];
  let connections = 0;
  let sent = 0;
  let refusing = false;
  let frozen = false;
  let left = Number.POSITIVE_INFINITY;
  let corrupting = false;
  let losing: { readonly text: string; readonly what: 'request' | 'answer' } | undefined;

  const pair = (client: Socket, upstream: Socket): void => {
    connections += 1;
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
      if (frozen) {
        onDropped.emit('now');
      } else {
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
  };
  const pairs = await startSocketPairs(serverUrl, pair, () => {
    if (refusing) onRefused.emit('now');
    return !refusing;
  });
  return {
    ...pairs,
    get connections() {
      return connections;
    },
    takeSent: () => {
      const count = sent;
      sent = 0;
      return count;
    },
    refuse: (value) => {
      refusing = value;
    },
    refused: async () => {
      await once(onRefused, 'now');
    },
    dropped: async () => {
      await once(onDropped, 'now');
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
  };
}
