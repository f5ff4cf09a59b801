import { type Origin, StreamError } from './errors.ts';
import type { PgClient } from './pg.ts';
import { cancelRunning } from './pg-cancel.ts';
import type { PgWire } from './pg-statement.ts';

/** The part of pg's connection, and of its socket, that COPY uses besides. */
export interface CopyWire extends PgWire {
  readonly stream: PgWire['stream'] & {
    readonly writable?: boolean;
    readonly writableNeedDrain?: boolean;
    once(event: 'drain', listener: () => void): void;
    pause(): void;
    resume(): void;
    destroy(): void;
  };
  query(text: string): void;
  sendCopyFromChunk(chunk: Uint8Array): void;
  endCopyFrom(): void;
}

/** Throws StreamError for a client over which COPY cannot be streamed. */
export function assertStreams(origin: Origin, client: PgClient): void {
  if (client.pipeline === true) {
    throw new StreamError(origin, "COPY is not possible over a client in pg's pipeline mode");
  }
  if (!isSocket(client)) {
    throw new StreamError(
      origin,
      'COPY needs a connection to a server, or PGlite itself instead of a client over it',
    );
  }
}

/**
 * Whether a client is connected to a server. PGlite's process ends of COPY FROM STDIN; what represents a socket in front
 * of it is not a socket in this.
 */
export function isSocket(client: PgClient): boolean {
  const { connection } = client as unknown as { connection: { stream?: { setKeepAlive?: unknown } } };
  return connection.stream?.setKeepAlive !== undefined;
}

// How long a COPY may go on after it was cancelled: where the network is gone it would for ever.
const CANCEL_MILLIS = 2000;

/**
 * Cancels the COPY that runs on a client, whose answers are left unread until then: so that no statement that comes
 * after it is hit. Where it does not end soon after, the connection is cut off. Returns the function that says that it
 * has ended.
 */
export async function cancelCopy(client: PgClient, { stream }: CopyWire): Promise<() => void> {
  const late = setTimeout(() => stream.destroy(), CANCEL_MILLIS);
  stream.pause();
  await cancelRunning(client, CANCEL_MILLIS);
  stream.resume();
  return () => clearTimeout(late);
}
