import {
  CheckViolationError,
  type ConstraintViolationError,
  ExclusionViolationError,
  ForeignKeyViolationError,
  NotNullViolationError,
  UniqueViolationError,
} from './database-errors.ts';

/** The names of constraints that a query can violate; for NOT NULL, of columns. Of a query of which this is unknown, any. */
export interface Violations {
  readonly unique: string;
  readonly foreignKey: string;
  readonly notNull: string;
  readonly check: string;
  readonly exclusion: string;
}

/** What is known of one query: a kind that is missing it cannot violate, or not by name. */
export type KnownViolations = Partial<Violations>;

// An interface that has no members, which linters forbid to write.
export type NoViolations = Record<never, never>;

declare const violates: unique symbol;

/** A query as the functions below take it; `violates` exists in types only. */
export interface Violating<V extends KnownViolations> {
  readonly name: string;
  readonly file: string;
  readonly sql?: string;
  readonly [violates]?: V;
}

/** The names of one kind; `never` if there are none. */
export type ViolationNames<V, Kind extends keyof Violations> = V extends { readonly [K in Kind]: infer Names }
  ? Names
  : never;

/** Whether the query failed on a unique key or primary key: this one, or any if none is named. */
export function isUniqueViolation<V extends KnownViolations>(
  error: unknown,
  query: Violating<V>,
  constraint?: ViolationNames<V, 'unique'>,
): error is UniqueViolationError {
  return error instanceof UniqueViolationError && isOf(error, query, error.constraint, constraint);
}

/** Whether the query failed on a foreign key: this one, or any if none is named. */
export function isForeignKeyViolation<V extends KnownViolations>(
  error: unknown,
  query: Violating<V>,
  constraint?: ViolationNames<V, 'foreignKey'>,
): error is ForeignKeyViolationError {
  return error instanceof ForeignKeyViolationError && isOf(error, query, error.constraint, constraint);
}

/** Whether the query failed on a column that is NOT NULL: this one, or any if none is named. */
export function isNotNullViolation<V extends KnownViolations>(
  error: unknown,
  query: Violating<V>,
  column?: ViolationNames<V, 'notNull'>,
): error is NotNullViolationError {
  return error instanceof NotNullViolationError && isOf(error, query, error.column, column);
}

/** Whether the query failed on a CHECK constraint: this one, or any if none is named. */
export function isCheckViolation<V extends KnownViolations>(
  error: unknown,
  query: Violating<V>,
  constraint?: ViolationNames<V, 'check'>,
): error is CheckViolationError {
  return error instanceof CheckViolationError && isOf(error, query, error.constraint, constraint);
}

/** Whether the query failed on an exclusion constraint: this one, or any if none is named. */
export function isExclusionViolation<V extends KnownViolations>(
  error: unknown,
  query: Violating<V>,
  constraint?: ViolationNames<V, 'exclusion'>,
): error is ExclusionViolationError {
  return error instanceof ExclusionViolationError && isOf(error, query, error.constraint, constraint);
}

function isOf(
  error: ConstraintViolationError,
  query: Violating<KnownViolations>,
  found: string | undefined,
  asked: string | undefined,
): boolean {
  return (
    error.query === query.name &&
    error.file === query.file &&
    (asked === undefined || found === asked || found === asked + shardSuffix(error, query))
  );
}

/**
 * The number of a shard that Citus appends to the names of its table and constraints; '' where it is none. That a
 * table's own name ends so is told by the statement, and an error on a worker by its context.
 */
function shardSuffix(error: ConstraintViolationError, { sql = '' }: Violating<KnownViolations>): string {
  const { table = '', serverContext = '' } = error;
  const [, name = '', suffix = ''] = /^(.+)(_\d{6,})$/.exec(table) ?? [];
  return !sql.includes(table) && (sql.includes(name) || /^while executing command on /m.test(serverContext))
    ? suffix
    : '';
}
