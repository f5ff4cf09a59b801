import type { Socket } from 'node:net';
import { inMessages, type SocketPairs, startSocketPairs } from '../support/socket-pairs.ts';

export type Direction = 'request' | 'answer';

/** One protocol message (PostgreSQL documentation, 55.7). */
export interface Message {
  readonly direction: Direction;
  /** How many went in this direction since the proxy was armed, this one included. */
  readonly n: number;
  /** The byte that says what it is; '' for what a connection begins with. */
  readonly type: string;
  readonly bytes: Buffer;
}

/**
 * What becomes of a message: both sides see the connection end before or after it is passed on; nothing is passed on
 * any more, in either direction; other bytes are passed on instead.
 */
export type Verdict = 'pass' | 'cut before' | 'cut after' | 'freeze' | { readonly instead: Buffer };

export interface FaultProxy extends SocketPairs {
  /** Asks `judge` about every message from now on, counted from 1 in each direction. */
  arm(judge: (message: Message) => Verdict): void;
  /** How many messages went each way since. */
  readonly counts: Readonly<Record<Direction, number>>;
  /** Cuts with a reset, as a network does, or by closing, as a server does. Default: reset. */
  cutBy(how: 'reset' | 'close'): void;
  /** Passes bytes on in pieces of `size`, each after up to `millis`; null: as they come. */
  slow(pieces: { readonly size: number; readonly millis: number } | null): void;
  /** Resets new connections, or takes them again. */
  refuse(refusing: boolean): void;
}

/** A TCP proxy on loopback that knows where the protocol's messages begin and end, in both directions. */
export async function startFaultProxy(serverUrl: string): Promise<FaultProxy> {
  const counts = { request: 0, answer: 0 };
  let judge: (message: Message) => Verdict = () => 'pass';
  let how: 'reset' | 'close' = 'reset';
  let pieces: { readonly size: number; readonly millis: number } | null = null;
  let refusing = false;

  const pair = (client: Socket, upstream: Socket): void => {
    let passing = true;
    const cut = (): void => {
      passing = false;
      for (const socket of [client, upstream]) {
        if (how === 'reset') {
          socket.resetAndDestroy();
        } else {
          socket.destroySoon();
        }
      }
    };
    for (const [from, to, direction] of [
      [client, upstream, 'request'],
      [upstream, client, 'answer'],
    ] as const) {
      const send = sender(to, () => pieces);
      from.on(
        'data',
        inMessages(direction === 'answer', (type, bytes) => {
          if (!passing) {
            return;
          }
          counts[direction] += 1;
          const verdict = judge({ direction, n: counts[direction], type, bytes });
          if (verdict === 'cut before') {
            cut();
          } else if (verdict === 'freeze') {
            passing = false;
          } else {
            const sent = send(typeof verdict === 'object' ? verdict.instead : bytes);
            if (verdict === 'cut after') {
              passing = false;
              // The bytes are to arrive before the end does.
              sent(() => setImmediate(cut));
            }
          }
        }),
      );
    }
  };
  const pairs = await startSocketPairs(serverUrl, pair, () => !refusing);

  return {
    ...pairs,
    arm: (next) => {
      counts.request = 0;
      counts.answer = 0;
      judge = next;
    },
    counts,
    cutBy: (next) => {
      how = next;
    },
    slow: (next) => {
      pieces = next;
    },
    refuse: (next) => {
      refusing = next;
    },
  };
}

/** Returns a function that writes bytes after those before them; what that returns calls back once they are written. */
function sender(
  to: Socket,
  pieces: () => { readonly size: number; readonly millis: number } | null,
): (bytes: Buffer) => (done: () => void) => void {
  let tail: Promise<void> | undefined;
  return (bytes) => {
    const slow = pieces();
    if (slow === null && tail === undefined) {
      to.write(bytes);
      return (done) => done();
    }
    const written = (tail ?? Promise.resolve()).then(async () => {
      for (let at = 0; at < bytes.length; at += slow?.size ?? bytes.length) {
        if (slow !== null && slow.millis > 0) {
          await new Promise((resolve) => setTimeout(resolve, Math.random() * slow.millis));
        } else {
          await new Promise((resolve) => setImmediate(resolve));
        }
        to.write(bytes.subarray(at, at + (slow?.size ?? bytes.length)));
      }
      if (tail === written) {
        tail = undefined;
      }
    });
    tail = written;
    return (done) => void written.then(done);
  };
}
