import { isRaised, type ServerFields } from './server-error.ts';

/** Where a migration went wrong; null: that is not known. */
export interface MigrationLocation {
  /** The migration, as its path was given. */
  readonly file: string | null;
  /** 1-based. */
  readonly line: number | null;
  /** 1-based, in UTF-16 code units. */
  readonly column: number | null;
}

/**
 * Why `migrate` stopped. What loggers print of it names the place in the migration, and holds no value of a row; what the
 * server said in full is at hand.
 */
export class MigrationError extends Error {
  override readonly name: string = 'MigrationError';
  /** The migration, as its path was given. */
  declare readonly file: string | null;
  /** 1-based; null where the place is unknown. */
  declare readonly line: number | null;
  /** 1-based, in UTF-16 code units; null where the place is unknown. */
  declare readonly column: number | null;
  /** SQLSTATE, if the server reported the error (PostgreSQL documentation, appendix A). */
  declare readonly code: string | undefined;
  readonly #server: ServerFields | undefined;

  constructor({ file, line, column }: MigrationLocation, message: string, server?: ServerFields) {
    const place = [file, line, column].filter((part) => part !== null).join(':');
    super(place === '' ? message : `${place}: ${message}`);
    Object.assign(this, { file, line, column, code: server?.code });
    this.#server = server;
  }

  /** The server's message as it is; can hold values. */
  get serverMessage(): string | undefined {
    return this.#server?.message;
  }

  /** The server's DETAIL; often holds values, such as a duplicate key. */
  get serverDetail(): string | undefined {
    return this.#server?.detail;
  }

  /** The server's HINT. */
  get serverHint(): string | undefined {
    return this.#server?.hint;
  }
}

/** The server's message where it can hold no value of a row. */
export function printableMessage(server: ServerFields): string {
  if (server.code.startsWith('22'))
    return `a value does not fit (SQLSTATE ${server.code}), see \`serverMessage\``;
  if (isRaised(server)) return `it raised SQLSTATE ${server.code}, see \`serverMessage\``;
  return `${server.message} (SQLSTATE ${server.code})`;
}
