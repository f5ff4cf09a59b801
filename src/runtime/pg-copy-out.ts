import { copyTexts } from './copy-text.ts';
import type { DescribedField } from './described.ts';
import { type PgClient, submit } from './pg.ts';
import { type CopyWire, cancelCopy } from './pg-copy.ts';
import { guard } from './pg-statement.ts';
import type { RowReader } from './row.ts';
import { isServerError } from './server-error.ts';

/** The rows of a COPY TO STDOUT that runs. */
export interface CopyOut<Row> {
  /** The rows that have come since the last call, waiting for some; null at the end. Rejects with what pg says, or a row's error. */
  next(): Promise<Row[] | null>;
  /** Ends it where it has not ended, by cancelling it on the server. Never rejects. */
  stop(): Promise<void>;
}

const NEWLINE = 10;

/**
 * Runs `COPY (text) TO STDOUT` over a client. The socket is read only while rows are waited for. The columns are
 * described together with it, so that they are those that come.
 */
export function pgCopyOut<Row>(client: PgClient, text: string, read: RowReader<Row>): CopyOut<Row> {
  let wire: CopyWire | undefined;
  let rows: Row[] = [];
  let partial: Buffer | undefined;
  let over = false;
  let stopped = false;
  let failure: { readonly error: unknown } | undefined;
  let wake = (): void => {};
  let ended = (): void => {};

  function attempt(run: () => void): void {
    try {
      run();
    } catch (error) {
      failure = { error };
    }
  }
  function end(): void {
    over = true;
    // Its last rows have paused it.
    wire?.stream.resume();
    ended();
    wake();
  }
  const submittable = {
    // The names that pg, and the tools that trace it, know.
    name: '',
    text,
    callback: undefined as ((error: Error | null, result?: undefined) => void) | undefined,
    submit: (to: CopyWire): null => {
      wire = to;
      guard(to);
      to.parse({ name: '', text });
      to.describe({ type: 'S', name: '' });
      to.parse({ name: '', text: `COPY (${text}\n) TO STDOUT` });
      to.bind({ statement: '', values: [], valueMapper: (value) => value });
      to.execute({});
      to.sync();
      return null;
    },
    handleRowDescription: ({ fields }: { fields: readonly DescribedField[] }): void =>
      attempt(() => read.check?.(fields)),
    handleCopyData: ({ chunk }: { chunk: Buffer }): void => {
      if (stopped || failure !== undefined) {
        return;
      }
      const bytes = partial === undefined ? chunk : Buffer.concat([partial, chunk]);
      if (bytes[bytes.length - 1] !== NEWLINE) {
        partial = Buffer.from(bytes);
        return;
      }
      partial = undefined;
      const lines = bytes.toString('utf8', 0, bytes.length - 1).split('\n');
      attempt(() => {
        for (const line of lines) {
          rows.push(read(copyTexts(line)));
        }
      });
      wire?.stream.pause();
      wake();
    },
    handleCommandComplete: (): void => {},
    handleReadyForQuery: (): void => submittable.callback?.(null),
    handleError: (error: Error): void => {
      if (!isServerError(error)) {
        wire?.stream.destroy();
      }
      submittable.callback?.(error);
    },
    handleDataRow: (): void => {},
    handleEmptyQuery: (): void => {},
    handlePortalSuspended: (): void => {},
    handleCopyInResponse: (): void => {},
  };
  const done = submit(client, submittable).then(end, (error: unknown) => {
    failure ??= { error };
    end();
  });

  return {
    next: async () => {
      while (rows.length === 0) {
        if (failure !== undefined) {
          throw failure.error;
        }
        if (over) {
          return null;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
          wire?.stream.resume();
        });
      }
      const taken = rows;
      rows = [];
      return taken;
    },
    stop: async () => {
      stopped = true;
      if (over || wire === undefined) {
        return;
      }
      ended = await cancelCopy(client, wire);
      if (over) {
        ended();
      }
      await done;
    },
  };
}
