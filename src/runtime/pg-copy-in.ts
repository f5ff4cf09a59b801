import { CopyFailure } from './copy-error.ts';
import type { CopyRows } from './copy-rows.ts';
import { type PgClient, submit } from './pg.ts';
import { type CopyWire, cancelCopy } from './pg-copy.ts';
import { countOf } from './pg-statement.ts';
import { isServerError } from './server-error.ts';

type Callback = (error: Error | null, count?: number) => void;

/**
 * Runs a COPY FROM STDIN over a client, and sends the rows as fast as the socket takes them. Resolves how many rows the
 * server has written; rejects with what the rows threw, with the signal's reason, or with a CopyFailure.
 */
export async function pgCopyIn(
  client: PgClient,
  text: string,
  rows: CopyRows,
  signal: AbortSignal | undefined,
): Promise<number> {
  let wire: CopyWire | undefined;
  let taking = false;
  let complete = false;
  let over = false;
  let givenUp: { readonly reason: unknown } | undefined;
  /** Ends the wait for a row, or for the socket. */
  let wake = (): void => {};
  let ended = (): void => {};

  function orWoken<T>(promise: Promise<T>): Promise<T | null> {
    return new Promise((resolve, reject) => {
      wake = () => resolve(null);
      promise.then(resolve, reject);
    });
  }
  async function send(to: CopyWire): Promise<void> {
    for (;;) {
      const chunk = await orWoken(rows.next());
      // Of a socket that is closed pg tells its statement, soon.
      if (over || givenUp !== undefined || to.stream.writable === false) {
        return;
      }
      if (chunk === null) {
        complete = true;
        to.endCopyFrom();
        return;
      }
      to.sendCopyFromChunk(Buffer.from(chunk));
      if (to.stream.writableNeedDrain === true) {
        await orWoken(new Promise<void>((resolve) => to.stream.once('drain', resolve)));
      }
      // So that the server's answers, and whatever else the program does, have their turn.
      await new Promise(setImmediate);
    }
  }
  async function giveUp(reason: unknown): Promise<void> {
    if (over || givenUp !== undefined) {
      return;
    }
    givenUp = { reason };
    wake();
    if (wire === undefined) {
      // It waits behind other statements of the client, and is not sent at all.
      submittable.callback?.(new Error('given up'));
      return;
    }
    ended = await cancelCopy(client, wire);
    if (over) {
      ended();
    } else if (taking && !complete) {
      wire.sendCopyFail('given up');
    }
  }
  const submittable = {
    // The names that pg, and the tools that trace it, know.
    name: '',
    text,
    callback: undefined as Callback | undefined,
    submit: (to: CopyWire): Error | null => {
      if (givenUp !== undefined) {
        return new Error('given up');
      }
      wire = to;
      // In the simple protocol the server skips, after an error, what was sent of the rows.
      to.query(text);
      return null;
    },
    handleCopyInResponse: (to: CopyWire): void => {
      taking = true;
      if (givenUp === undefined) {
        send(to).catch(giveUp);
      } else {
        to.sendCopyFail('given up');
      }
    },
    count: 0,
    handleCommandComplete: ({ text: tag }: { text: string }): void => {
      submittable.count = countOf(tag);
    },
    handleReadyForQuery: (): void => {
      over = true;
      ended();
      submittable.callback?.(null, submittable.count);
    },
    handleError: (error: Error): void => {
      over = true;
      ended();
      wake();
      if (!isServerError(error)) {
        wire?.stream.destroy();
      }
      submittable.callback?.(error);
    },
    handleRowDescription: (): void => {},
    handleDataRow: (): void => {},
    handleEmptyQuery: (): void => {},
    handlePortalSuspended: (): void => {},
    handleCopyData: (): void => {},
  };

  const abort = (): void => {
    giveUp(signal?.reason);
  };
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await submit<number>(client, submittable);
  } catch (error) {
    // Where all was sent, only the server's error says that nothing was written.
    throw givenUp !== undefined && (!complete || isServerError(error))
      ? givenUp.reason
      : new CopyFailure(error, complete, 0);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}
