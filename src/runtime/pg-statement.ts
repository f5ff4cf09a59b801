import type { DescribedField } from './described.ts';
import type { Executed, RowReader } from './row.ts';
import { isOutdated, isServerError } from './server-error.ts';
import type { BoundStatement } from './statement.ts';

interface WireStream {
  cork?(): void;
  uncork?(): void;
  destroy?(error?: Error): void;
  listeners?(event: 'data'): ((chunk: Uint8Array) => void)[];
  on?(event: 'data', listener: (chunk: Uint8Array) => void): void;
  removeListener?(event: 'data', listener: (chunk: Uint8Array) => void): void;
}

/** Bytes of rows that one statement may answer: they are all held until its end. */
const MAX_RESULT_BYTES = 2 ** 30;

/** The code of the error with which an answer is given up that is too large to be held. */
export const TOO_LARGE = 'TOO_LARGE';

/** Node's code for a text beyond 512 MB, the longest that a string can be. */
export const TOO_LONG = 'ERR_STRING_TOO_LONG';

/**
 * How many statements are kept prepared on a connection; a server forgets none by itself. The one that was used longest
 * ago is closed for the next.
 */
const MAX_PREPARED = 256;

/** What is known of a connection. */
interface Sent {
  readonly stream: WireStream;
  /**
   * The prepared statements by name, those used last at the end: with the reader whose columns each was found to have, or
   * as long as that was not considered, with what it was prepared by.
   */
  readonly prepared: Map<string, unknown>;
  /** What was sent last. */
  last?: { readonly isDone: boolean; readonly onSubmit: unknown };
  /** What the connection broke of. */
  broke?: unknown;
}

const sentOver = /* @__PURE__ */ new WeakMap<PgWire, Sent>();

/**
 * Returns what is known of a connection. The first time, has what pg throws while it reads an answer break
 * the connection, which its statement is told. pg lets it through to the socket, where it would end the process: a text
 * that no string can hold is enough. Bytes that are no message break it, too: pg takes them for an error of one
 * statement, and what follows for the answers to others.
 */
export function guard(wire: PgWire): Sent {
  const known = sentOver.get(wire);
  if (known !== undefined) {
    return known;
  }
  const { stream } = wire;
  const sent: Sent = { stream, prepared: new Map() };
  sentOver.set(wire, sent);
  wire.on?.('errorMessage', (error) => {
    if (!isServerError(error)) {
      // Thrown through pg's parser, so that the rest of what it has is not read.
      throw error;
    }
  });
  for (const listener of stream.listeners?.('data') ?? []) {
    stream.removeListener?.('data', listener);
    stream.on?.('data', (chunk) => {
      try {
        listener.call(stream, chunk);
      } catch (error) {
        stream.destroy?.(toError(error));
      }
    });
  }
  return sent;
}

/**
 * The part of pg's connection that its submittables use, as pg-cursor and pg-query-stream do
 * (https://github.com/brianc/node-postgres, packages/pg/lib/connection.js).
 */
export interface PgWire {
  readonly stream: WireStream;
  /** The texts of the statements prepared on this connection, by name. */
  readonly parsedStatements: Record<string, string>;
  parse(message: { name: string; text: string }): void;
  bind(message: {
    statement: string;
    values: readonly unknown[];
    valueMapper: (value: string | Uint8Array | null) => unknown;
  }): void;
  describe(message: { type: 'P' | 'S'; name: string }): void;
  execute(message: object): void;
  sync(): void;
  close(message: { type: 'S'; name: string }): void;
  sendCopyFail(message: string): void;
  on?(event: 'errorMessage', listener: (error: Error) => void): void;
}

type Callback<Row> = (error: Error | null, result?: Executed<Row>) => void;

/** A statement that pg sends and whose answers it hands over. */
export type PgStatement<Row> = ReturnType<typeof pgStatement<Row>>;

/**
 * Returns what pg sends, and hands the answers over to. Against pg's own query this saves the
 * description of the columns with every execution but the first, and the
 * intermediate rows: a third of the time that a lookup spends in this process. `read` null: the rows are not wanted.
 */
export function pgStatement<Row>(statement: BoundStatement, read: RowReader<Row> | null) {
  const { text, values } = statement;
  const rows: Row[] = [];
  let rowCount = 0;
  let bytes = 0;
  let failure: Error | undefined;
  /** Over what it was sent. */
  let sent: Sent | undefined;

  const self = {
    // The names that pg, and the tools that trace it, know.
    name: statement.name ?? '',
    text,
    values,
    callback: undefined as Callback<Row> | undefined,
    /** Is called before it is sent; what it throws keeps it from that. */
    onSubmit: undefined as ((wire: PgWire) => void) | undefined,
    /** It is answered, or will not be. */
    isDone: false,

    /** Is called by pg when what came before is answered. */
    submit(wire: PgWire): Error | null {
      if (sent === undefined) {
        try {
          self.onSubmit?.(wire);
        } catch (error) {
          return toError(error);
        }
        self.send(wire);
      }
      return null;
    },

    send(wire: PgWire): void {
      sent = guard(wire);
      sent.last = self;
      const { prepared } = sent;
      const known = wire.parsedStatements[self.name];
      if (known === undefined ? isPreparing(prepared.get(self.name)) : known !== text) {
        // It may yet fail to be prepared, or another statement has the name.
        self.name = '';
      }
      const { name } = self;
      const isNew = name === '' || known === undefined;
      const isChecked = !isNew && prepared.get(name) === read;
      wire.stream.cork?.();
      if (name !== '') {
        prepared.delete(name);
        prepared.set(name, isChecked ? read : self);
        const [[oldest, by] = [name]] = prepared;
        if (prepared.size > MAX_PREPARED && !isPreparing(by)) {
          prepared.delete(oldest);
          forget(wire, oldest);
        }
      }
      if (isNew) {
        wire.parse({ name, text });
      }
      wire.bind({ statement: name, values, valueMapper: toBuffer });
      if (read?.check && !isChecked) {
        wire.describe({ type: 'P', name: '' });
      }
      wire.execute({});
      wire.sync();
      wire.stream.uncork?.();
    },

    handleDataRow(message: { fields: readonly (string | null)[]; length?: number }): void {
      if (read === null || failure !== undefined) {
        return;
      }
      bytes += message.length ?? 0;
      if (bytes > MAX_RESULT_BYTES) {
        failure = Object.assign(new Error(TOO_LARGE), { code: TOO_LARGE });
        rows.length = 0;
        sent?.stream.destroy?.(failure);
        return;
      }
      try {
        rows.push(read(message.fields));
      } catch (error) {
        // Thrown from here it would break pg's reading of the stream; it is told when the answer is complete.
        failure = toError(error);
      }
    },

    handleCommandComplete(message: { text: string }): void {
      rowCount = countOf(message.text);
    },

    handleReadyForQuery(): void {
      self.isDone = true;
      self.callback?.(failure ?? null, failure ? undefined : { rows, rowCount });
    },

    handleError(error: Error, wire?: PgWire): void {
      self.isDone = true;
      if (self.name !== '' && wire !== undefined && isOutdated(error)) {
        // So that the next execution prepares it again.
        forget(wire, self.name);
      }
      self.callback?.(error);
    },

    handleRowDescription({ fields }: { fields: readonly DescribedField[] }): void {
      try {
        read?.check?.(fields);
        if (self.name !== '') {
          sent?.prepared.set(self.name, read);
        }
      } catch (error) {
        failure = toError(error);
      }
    },

    handleCopyInResponse(wire: PgWire): void {
      const reason = 'COPY FROM STDIN is not a query';
      if (sent?.last === self) {
        wire.sendCopyFail(reason);
        // The server skips the one that came before, and then everything up to the next.
        wire.sync();
      } else {
        // It has taken for rows what was sent next.
        wire.stream.destroy?.(new Error(reason));
      }
    },

    handleEmptyQuery: ignore,
    handlePortalSuspended: ignore,
    handleCopyData: ignore,
  };
  return self;
}

export function ignore(): void {}

/** Whether it is not known yet that a statement could be prepared. */
function isPreparing(by: unknown): boolean {
  return (by as { isDone?: unknown } | undefined)?.isDone === false;
}

/** Closes a prepared statement. The answer comes with that to what is sent next. */
function forget(wire: PgWire, name: string): void {
  delete wire.parsedStatements[name];
  wire.close({ type: 'S', name });
}

/** What was thrown, as an Error. */
export function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** Only a Buffer is sent in binary format. */
function toBuffer(value: string | Uint8Array | null): unknown {
  return value === null || typeof value === 'string'
    ? value
    : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

/** The number that closes a command tag: `SELECT 5`, `INSERT 0 1`; 0 for commands that count nothing. */
export function countOf(tag: string): number {
  return Number(tag.split(' ').pop()) || 0;
}
