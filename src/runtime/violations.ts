import {
  CheckViolationError,
  type ConstraintViolationError,
  ExclusionViolationError,
  ForeignKeyViolationError,
  NotNullViolationError,
  UniqueViolationError,
} from './database-errors.ts';

/** Which constraints a query can violate, by their names in the schema; for NOT NULL, which columns. */
export interface Violations {
  readonly unique: string;
  readonly foreignKey: string;
  readonly notNull: string;
  readonly check: string;
  readonly exclusion: string;
}

declare const violates: unique symbol;

/** A query as the functions below take it; `violates` exists in types only. */
export interface Violating<V extends Violations> {
  readonly name: string;
  readonly file: string;
  readonly [violates]?: V;
}

/** Whether the query failed on a unique key or primary key: this one, or any if none is named. */
export function isUniqueViolation<V extends Violations>(
  error: unknown,
  query: Violating<V>,
  constraint?: V['unique'],
): error is UniqueViolationError {
  return error instanceof UniqueViolationError && isOf(error, query, error.constraint, constraint);
}

/** Whether the query failed on a foreign key: this one, or any if none is named. */
export function isForeignKeyViolation<V extends Violations>(
  error: unknown,
  query: Violating<V>,
  constraint?: V['foreignKey'],
): error is ForeignKeyViolationError {
  return error instanceof ForeignKeyViolationError && isOf(error, query, error.constraint, constraint);
}

/** Whether the query failed on a column that is NOT NULL: this one, or any if none is named. */
export function isNotNullViolation<V extends Violations>(
  error: unknown,
  query: Violating<V>,
  column?: V['notNull'],
): error is NotNullViolationError {
  return error instanceof NotNullViolationError && isOf(error, query, error.column, column);
}

/** Whether the query failed on a CHECK constraint: this one, or any if none is named. */
export function isCheckViolation<V extends Violations>(
  error: unknown,
  query: Violating<V>,
  constraint?: V['check'],
): error is CheckViolationError {
  return error instanceof CheckViolationError && isOf(error, query, error.constraint, constraint);
}

/** Whether the query failed on an exclusion constraint: this one, or any if none is named. */
export function isExclusionViolation<V extends Violations>(
  error: unknown,
  query: Violating<V>,
  constraint?: V['exclusion'],
): error is ExclusionViolationError {
  return error instanceof ExclusionViolationError && isOf(error, query, error.constraint, constraint);
}

function isOf(
  error: ConstraintViolationError,
  query: Violating<Violations>,
  found: string | undefined,
  asked: string | undefined,
): boolean {
  return error.query === query.name && error.file === query.file && (asked === undefined || found === asked);
}
