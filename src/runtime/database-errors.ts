import { type Origin, QueryError } from './errors.ts';
import { endsConnection, isNotKept, isRaised, type ServerFields } from './server-error.ts';

/**
 * An error that the server reported. Its message is the server's own where that never holds a value,
 * else what the SQLSTATE means; what the server said in full is at hand, but not printed by loggers.
 */
export class DatabaseError extends QueryError {
  /** SQLSTATE (PostgreSQL documentation, appendix A). */
  declare readonly code: string;
  declare readonly schema: string | undefined;
  declare readonly table: string | undefined;
  declare readonly column: string | undefined;
  declare readonly constraint: string | undefined;
  readonly #fields: ServerFields;

  constructor(origin: Origin, fields: ServerFields, name = 'DatabaseError') {
    super(origin, name, `${printable(fields)} (SQLSTATE ${fields.code})${isNotKept(fields) ? UNKEPT : ''}`);
    this.code = fields.code;
    this.schema = fields.schema;
    this.table = fields.table;
    this.column = fields.column;
    this.constraint = fields.constraint;
    this.#fields = fields;
  }

  /** The server's message as it is; can hold values. */
  get serverMessage(): string {
    return this.#fields.message;
  }

  /** The server's DETAIL; often holds values, such as a duplicate key. */
  get serverDetail(): string | undefined {
    return this.#fields.detail;
  }

  /** The server's CONTEXT: in which functions, or on which worker, it came about; can hold values. */
  get serverContext(): string | undefined {
    return this.#fields.where;
  }

  /** The server's HINT. */
  get serverHint(): string | undefined {
    return this.#fields.hint;
  }
}

/** A constraint refused what the query wrote. */
export class ConstraintViolationError extends DatabaseError {
  /** The columns or expressions that Postgres names; none for CHECK constraints. */
  declare readonly columns: readonly string[];

  constructor(origin: Origin, fields: ServerFields, name: string) {
    super(origin, fields, name);
    this.columns = fields.column === undefined ? keyColumns(fields.detail) : [fields.column];
  }
}

export class UniqueViolationError extends ConstraintViolationError {
  constructor(origin: Origin, fields: ServerFields) {
    super(origin, fields, 'UniqueViolationError');
  }
}

export class ForeignKeyViolationError extends ConstraintViolationError {
  constructor(origin: Origin, fields: ServerFields) {
    super(origin, fields, 'ForeignKeyViolationError');
  }
}

export class NotNullViolationError extends ConstraintViolationError {
  constructor(origin: Origin, fields: ServerFields) {
    super(origin, fields, 'NotNullViolationError');
  }
}

export class CheckViolationError extends ConstraintViolationError {
  constructor(origin: Origin, fields: ServerFields) {
    super(origin, fields, 'CheckViolationError');
  }
}

export class ExclusionViolationError extends ConstraintViolationError {
  constructor(origin: Origin, fields: ServerFields) {
    super(origin, fields, 'ExclusionViolationError');
  }
}

/** Concurrent transactions got in each other's way; the same transaction can succeed when run again. */
export class RetryableError extends DatabaseError {}

export class SerializationError extends RetryableError {
  constructor(origin: Origin, fields: ServerFields) {
    super(origin, fields, 'SerializationError');
  }
}

export class DeadlockError extends RetryableError {
  constructor(origin: Origin, fields: ServerFields) {
    super(origin, fields, 'DeadlockError');
  }
}

/** The statement was cancelled: by a timeout of the server, by an AbortSignal, or by an administrator. */
export class CanceledError extends DatabaseError {
  constructor(origin: Origin, fields: ServerFields) {
    super(origin, fields, 'CanceledError');
  }
}

/** The error for what the server reported, of the class that its SQLSTATE calls for. */
export function databaseError(origin: Origin, fields: ServerFields): DatabaseError {
  const Class =
    {
      23505: UniqueViolationError,
      23503: ForeignKeyViolationError,
      // PostgreSQL 18 has this for a key that is ON DELETE or ON UPDATE RESTRICT.
      23001: ForeignKeyViolationError,
      23502: NotNullViolationError,
      23514: CheckViolationError,
      '23P01': ExclusionViolationError,
      40001: SerializationError,
      '40P01': DeadlockError,
      57014: CanceledError,
    }[fields.code] ?? DatabaseError;
  return new Class(origin, fields);
}

// Of these classes of SQLSTATEs, Postgres's messages name types, relations, columns and constraints, never data.
const WITHOUT_VALUES = /^(08|0A|21|23|25|26|28|3D|3F|40|42|44|53|54|55|57)/;

// What does not exist, exists already, or cannot be read or reached. The name or text is the statement's own where the
// error has a position in it, and the connection's own where it ends that, else it can come from a value:
// `$1::regclass`, `nextval($1)`, `to_tsquery($1)`, `dblink($1, …)`, EXECUTE in a function.
const PERHAPS_OF_A_VALUE =
  /^(08|28|3D|3F000|42601|42602|42701|42703|42704|42710|42723|42883|42P0[13467]|55000|55006)/;

const UNKEPT = '; a pooler needs `prepare: false`';

/** The server's message where it can hold no value, else what the SQLSTATE means. */
export function printable(fields: ServerFields): string {
  const { code, message, position } = fields;
  if (
    WITHOUT_VALUES.test(code) &&
    !isRaised(fields) &&
    (position !== undefined || endsConnection(fields) || !PERHAPS_OF_A_VALUE.test(code))
  ) {
    return message;
  }
  return code.startsWith('22')
    ? 'a value does not fit the type'
    : 'the database reported an error, see `serverMessage`';
}

/** `Key (a, lower(b))=(...)`: what is before the values, cut at the outer commas. */
function keyColumns(detail: string | undefined): readonly string[] {
  const key = /\((.+?)\)=\(/.exec(detail ?? '')?.[1];
  return key?.match(/(?:\((?:[^()]|\([^()]*\))*\)|[^,(])+/g)?.map((column) => column.trim()) ?? [];
}
