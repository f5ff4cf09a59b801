export {
  characters,
  cutText,
  isFloat4,
  isInt8,
  isJsonb,
  isJsonValue,
  isNumeric,
  isRange,
  isText,
  isTime,
  isUuid,
  trimmed,
} from './accepted.ts';
export { type BatchResults, batch } from './batch.ts';
export { array, arrayWithNulls, type Dimensions } from './codec/array.ts';
export { bool } from './codec/bool.ts';
export { bytea } from './codec/bytea.ts';
export { type Composite, composite, record, tuple } from './codec/composite.ts';
export { custom } from './codec/custom.ts';
export { delimited } from './codec/delimited.ts';
export { type Json, json } from './codec/json.ts';
export { list } from './codec/list.ts';
export { float4, float8, int2, int4, int8, int8AsNumber, int8AsString, oid } from './codec/number.ts';
export { type Multirange, multirange, type Range, range } from './codec/range.ts';
export { temporal } from './codec/temporal.ts';
export {
  box,
  date,
  interval,
  money,
  numeric,
  text,
  time,
  timestamp,
  timestamptzAsString,
  timetz,
  uuid,
} from './codec/text.ts';
export { dateAsDate, timestampAsDate, timestamptz } from './codec/timestamp.ts';
export { columnwise } from './columnwise.ts';
export type {
  Connection,
  PgConnection,
  PgliteConnection,
  PgliteOptions,
  PgliteResult,
  QueryConfig,
  QueryResult,
  ReadOnlyConnection,
} from './connection.ts';
export {
  ConnectionError,
  InterruptedError,
  type Outcome,
  PoolTimeoutError,
  ReadTimeoutError,
} from './connection-errors.ts';
export { CopyError } from './copy-error.ts';
export { type CopyFromOptions, type CopyQuery, copyFrom } from './copy-from.ts';
export { type CopySource, type CopyToOptions, copyTo } from './copy-to.ts';
export type { Cursor, StreamingConnection } from './cursor.ts';
export {
  CanceledError,
  CheckViolationError,
  ConstraintViolationError,
  DatabaseError,
  DeadlockError,
  ExclusionViolationError,
  ForeignKeyViolationError,
  NotNullViolationError,
  RetryableError,
  SerializationError,
  UniqueViolationError,
} from './database-errors.ts';
export type {
  AnyCodec,
  Codec,
  ColumnDefinition,
  FieldDefinition,
  ParamDefinition,
  QueryDefinition,
  ReadOnlyDefinition,
} from './definition.ts';
export type { DriverConfig, DriverConnection, DriverResult } from './driver-query.ts';
export {
  DecodeError,
  EmptyListError,
  EmptyUpdateError,
  EncodeError,
  NoRowError,
  QueryError,
  StaleQueryError,
  StreamError,
  TooManyRowsError,
} from './errors.ts';
export { type Fake, type FakeCall, type FakeConnection, FakeError, type Fakes, fakes } from './fakes.ts';
export type { CallOptions } from './interrupt.ts';
export type { IterateOptions } from './iterate.ts';
export { type ListenEvent, type ListenOptions, listen } from './listen.ts';
export { type Loadable, loadable } from './loadable.ts';
export { MigrationError } from './migration-error.ts';
export { multiHost } from './multi-host.ts';
export {
  type NestedDefinition,
  type NestedFields,
  type NestedValue,
  nestedMany,
  nestedMaybe,
  nestedOne,
} from './nested.ts';
export { type ObserveOptions, observe, type QueryEvent } from './observe.ts';
export { createPool, type DatabasePool, type PoolOptions } from './pool.ts';
export type { PoolStats, WaitBucket } from './pool-waits.ts';
export { type PostgresJs, postgresJs } from './postgres-js.ts';
export {
  type Call,
  exec,
  execrows,
  many,
  maybe,
  type NoParams,
  type NoRow,
  one,
  type Query,
  type ReadOnlyQuery,
} from './query.ts';
export { commented } from './query-comment.ts';
export {
  createReplicatedPool,
  NotReadOnlyError,
  type ReadAfter,
  type ReplicatedPool,
  type ReplicationOptions,
} from './replicas.ts';
export {
  type SchemaShape,
  type StandardIssue,
  type StandardResult,
  type StandardSchema,
  standardSchema,
} from './standard-schema.ts';
export { type TransactionOptions, transaction } from './transaction.ts';
export { TransactionError } from './transaction-error.ts';
export type { Transaction } from './transaction-scope.ts';
export { unprepared } from './unprepared.ts';
export {
  type TestedParameter,
  type VaryingCondition,
  type VaryingList,
  type VaryingParts,
  type VaryingPiece,
  type VaryingText,
  varying,
} from './varying.ts';
export {
  isCheckViolation,
  isExclusionViolation,
  isForeignKeyViolation,
  isNotNullViolation,
  isUniqueViolation,
  type KnownViolations,
  type NoViolations,
  type Violating,
  type ViolationNames,
  type Violations,
} from './violations.ts';
