import type { DescribedField } from './described.ts';
import type { Executed } from './execute.ts';
import type { RowReader } from './row.ts';
import { isOutdated, isServerError } from './server-error.ts';
import type { Statement } from './statement.ts';

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

/** Of each connection, the readers whose columns a prepared statement was found to have, by its name. */
const checkedOn = /* @__PURE__ */ new WeakMap<PgWire, Map<string, RowReader<unknown>>>();

/**
 * Returns which columns were found on a connection. The first time, has what pg throws while it reads an answer break
 * the connection, which its statement is told. pg lets it through to the socket, where it would end the process: a text
 * that no string can hold is enough. Bytes that are no message break it, too: pg takes them for an error of one
 * statement, and what follows for the answers to others.
 */
export function guard(wire: PgWire): Map<string, RowReader<unknown>> {
  const known = checkedOn.get(wire);
  if (known !== undefined) {
    return known;
  }
  const checked = new Map<string, RowReader<unknown>>();
  checkedOn.set(wire, checked);
  const { stream } = wire;
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
  return checked;
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

/**
 * A statement that pg sends and whose answers it hands over. Against pg's own query this saves the
 * description of the columns with every execution but the first, and the
 * intermediate rows: a third of the time that a lookup spends in this process.
 */
export class PgStatement<Row> {
  // The names that pg, and the tools that trace it, know.
  name: string;
  readonly text: string;
  readonly values: readonly (string | Uint8Array | null)[];
  callback: Callback<Row> | undefined;
  /** Is called before it is sent; what it throws keeps it from that. */
  onSubmit: ((wire: PgWire) => void) | undefined;

  readonly #read: RowReader<Row> | null;
  readonly #rows: Row[] = [];
  #rowCount = 0;
  #bytes = 0;
  #stream: WireStream | undefined;
  #failure: Error | undefined;
  #checked: Map<string, RowReader<unknown>> | undefined;

  /** `read` null: nobody asked for the rows. */
  constructor(statement: Statement, read: RowReader<Row> | null) {
    this.name = statement.name ?? '';
    this.text = statement.text;
    this.values = statement.values;
    this.#read = read;
  }

  submit(wire: PgWire): Error | null {
    try {
      this.onSubmit?.(wire);
    } catch (error) {
      return toError(error);
    }
    wire.stream.cork?.();
    this.send(wire, wire.parsedStatements);
    wire.stream.uncork?.();
    return null;
  }

  /** Sends everything; `prepared` has the texts of what is prepared, or will be by what was sent before. */
  send(wire: PgWire, prepared: Readonly<Record<string, string>>): void {
    let text = this.name === '' ? undefined : prepared[this.name];
    if (text !== undefined && text !== this.text) {
      // Somebody else's statement has the name.
      this.name = '';
      text = undefined;
    }
    this.#stream = wire.stream;
    this.#checked = guard(wire);
    if (text === undefined) {
      wire.parse({ name: this.name, text: this.text });
    }
    wire.bind({ statement: this.name, values: this.values, valueMapper: toBuffer });
    if (this.#read?.check && !this.#isChecked(text === undefined)) {
      wire.describe({ type: 'P', name: '' });
    }
    wire.execute(everything);
    wire.sync();
  }

  /** Whether its columns are known to be those that are read: while a statement is prepared, the server keeps them. */
  #isChecked(isNew: boolean): boolean {
    if (isNew) {
      this.#checked?.delete(this.name);
    }
    return this.#checked?.get(this.name) === this.#read;
  }

  handleDataRow(message: { fields: readonly (string | null)[]; length?: number }): void {
    if (this.#read === null || this.#failure !== undefined) {
      return;
    }
    this.#bytes += message.length ?? 0;
    if (this.#bytes > MAX_RESULT_BYTES) {
      this.#failure = Object.assign(new Error(TOO_LARGE), { code: TOO_LARGE });
      this.#rows.length = 0;
      this.#stream?.destroy?.(this.#failure);
      return;
    }
    try {
      this.#rows.push(this.#read(message.fields));
    } catch (error) {
      // Thrown from here it would break pg's reading of the stream; it is told when the answer is complete.
      this.#failure = toError(error);
    }
  }

  handleCommandComplete(message: { text: string }): void {
    this.#rowCount = countOf(message.text);
  }

  handleReadyForQuery(): void {
    if (this.#failure === undefined) {
      this.callback?.(null, { rows: this.#rows, rowCount: this.#rowCount });
    } else {
      this.callback?.(this.#failure);
    }
  }

  handleError(error: Error, wire?: PgWire): void {
    if (this.name !== '' && wire !== undefined && isOutdated(error)) {
      // So that the next execution prepares it again. The answer to Close comes with that one's.
      delete wire.parsedStatements[this.name];
      wire.close({ type: 'S', name: this.name });
    }
    this.callback?.(error);
  }

  handleRowDescription({ fields }: { fields: readonly DescribedField[] }): void {
    if (this.#read === null) {
      return;
    }
    try {
      this.#read.check?.(fields);
      if (this.name !== '') {
        this.#checked?.set(this.name, this.#read);
      }
    } catch (error) {
      this.#failure = toError(error);
    }
  }

  handleEmptyQuery(): void {}

  handlePortalSuspended(): void {}

  handleCopyInResponse(wire: PgWire): void {
    wire.sendCopyFail('COPY FROM STDIN cannot be run as a query');
    // The server skips the one that came before, and then everything up to the next.
    wire.sync();
  }

  handleCopyData(): void {}
}

const everything = {};

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
  return Number(tag.slice(tag.lastIndexOf(' ') + 1)) || 0;
}
