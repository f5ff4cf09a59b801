import { assertConnection } from './assert.ts';
import type { Connection, ReadOnlyConnection } from './connection.ts';
import { type Cursor, openCursor, type StreamingConnection } from './cursor.ts';
import type { QueryDefinition, ReadOnlyDefinition } from './definition.ts';
import { NoRowError, type Origin, TooManyRowsError } from './errors.ts';
import { executeCurrent } from './execute.ts';
import { assertMillis, type CallOptions, interruptible } from './interrupt.ts';
import { type IterateOptions, iterate } from './iterate.ts';
import { type Executed, type RowReader, rowReader } from './row.ts';
import { type BoundStatement, statementOf } from './statement.ts';
import { displayText } from './statement-text.ts';
import { toQueryError } from './to-query-error.ts';
import type { VaryingText } from './varying.ts';
import type { KnownViolations, NoViolations, Violating } from './violations.ts';

/** The parameters of a query that has none: it is called without them. */
// biome-ignore lint/suspicious/noConfusingVoidType: only with void may the parameter be missing; named here so that no generated file writes it
export type NoParams = void;

/** The row of a query that returns none. */
// biome-ignore lint/suspicious/noConfusingVoidType: as above
export type NoRow = void;

/**
 * A query of a generated module. `query(db, params)` runs it and resolves what its command promises;
 * `run`, `runWithCounts` and `stream` are PgTyped's conventions and always give the rows. All of them
 * throw QueryErrors. `Db` is what it can be run over.
 */
export interface Query<Params, Row, Result, V extends KnownViolations = NoViolations, Db = Connection>
  extends Violating<V> {
  (db: Db, params: Params, options?: CallOptions): Promise<Result>;
  /** All rows; none for a query that returns nothing. */
  readonly run: (params: Params, db: Db) => Promise<Row[]>;
  /** All rows, and how many rows the command tag counts: returned, or affected. */
  readonly runWithCounts: (params: Params, db: Db) => Promise<{ result: Row[]; rowCount: number }>;
  /** A cursor, over a connection with PgTyped's `stream`. */
  readonly stream: (params: Params, db: StreamingConnection) => Cursor<Row[]>;
  /** Row by row through a server-side cursor: for results that do not fit into memory. Only for SELECT. */
  readonly iterate: (
    db: Db,
    params: Params,
    options?: IterateOptions,
  ) => AsyncGenerator<Row, void, undefined>;
  /** The query with its parameters, not yet run: for `batch`. */
  readonly with: (params: Params) => Call<Result, Db>;
  /** The statement with `$n`; lists as if they had one element. */
  readonly sql: string;
  /** Of a query that can be sent without some of its conditions: the texts that can be sent. */
  readonly texts?: () => Iterable<VaryingText>;
  readonly name: string;
  /** The `.sql` file, relative to the project. */
  readonly file: string;
}

/** A query that is proven to only read: it can be run over a replica, too. */
export type ReadOnlyQuery<Params, Row, Result, V extends KnownViolations = NoViolations> = Query<
  Params,
  Row,
  Result,
  V,
  Connection | ReadOnlyConnection
>;

declare const over: unique symbol;

/** A query with its parameters; `over` exists in types only. */
export interface Call<Result, Db = Connection> {
  readonly [over]?: (db: Db) => void;
  readonly origin: Origin;
  readonly statement: BoundStatement;
  readonly read: RowReader<unknown> | null;
  readonly resultOf: (rows: unknown[], rowCount: number) => Result;
}

/** Exactly one row: none throws NoRowError, more throw TooManyRowsError. */
export function one<Params, Row, V extends KnownViolations = NoViolations>(
  definition: ReadOnlyDefinition,
): ReadOnlyQuery<Params, Row, Row, V>;
export function one<Params, Row, V extends KnownViolations = NoViolations>(
  definition: QueryDefinition,
): Query<Params, Row, Row, V>;
export function one<Params, Row, V extends KnownViolations = NoViolations>(
  definition: QueryDefinition,
): Query<Params, Row, Row, V> {
  return queryOf(definition, exactlyOne<Row>(definition));
}

/** Takes the row of a result that must have one. */
export function exactlyOne<Row>(definition: QueryDefinition): (rows: Row[]) => Row {
  return (rows) => {
    const row = rows[0];
    if (row === undefined) {
      throw new NoRowError(definition);
    }
    if (rows.length > 1) {
      throw new TooManyRowsError(definition, rows.length, 'exactly one row');
    }
    return row;
  };
}

/** One row or null; more throw TooManyRowsError. */
export function maybe<Params, Row, V extends KnownViolations = NoViolations>(
  definition: ReadOnlyDefinition,
): ReadOnlyQuery<Params, Row, Row | null, V>;
export function maybe<Params, Row, V extends KnownViolations = NoViolations>(
  definition: QueryDefinition,
): Query<Params, Row, Row | null, V>;
export function maybe<Params, Row, V extends KnownViolations = NoViolations>(
  definition: QueryDefinition,
): Query<Params, Row, Row | null, V> {
  return queryOf(definition, atMostOne<Row>(definition));
}

/** Takes the row of a result that has no more than one. */
export function atMostOne<Row>(definition: QueryDefinition): (rows: Row[]) => Row | null {
  return (rows) => {
    if (rows.length > 1) {
      throw new TooManyRowsError(definition, rows.length, 'at most one row');
    }
    return rows[0] ?? null;
  };
}

/** All rows. */
export function many<Params, Row, V extends KnownViolations = NoViolations>(
  definition: ReadOnlyDefinition,
): ReadOnlyQuery<Params, Row, Row[], V>;
export function many<Params, Row, V extends KnownViolations = NoViolations>(
  definition: QueryDefinition,
): Query<Params, Row, Row[], V>;
export function many<Params, Row, V extends KnownViolations = NoViolations>(
  definition: QueryDefinition,
): Query<Params, Row, Row[], V> {
  return queryOf(definition, (rows: Row[]) => rows);
}

/** Nothing: the statement is run for its effect. */
export function exec<Params, Row = NoRow, V extends KnownViolations = NoViolations>(
  definition: ReadOnlyDefinition,
): ReadOnlyQuery<Params, Row, void, V>;
export function exec<Params, Row = NoRow, V extends KnownViolations = NoViolations>(
  definition: QueryDefinition,
): Query<Params, Row, void, V>;
export function exec<Params, Row = NoRow, V extends KnownViolations = NoViolations>(
  definition: QueryDefinition,
): Query<Params, Row, void, V> {
  return queryOf(definition, () => undefined, readerIfRows<Row>(definition));
}

/** How many rows the statement affected. */
export function execrows<Params, Row = NoRow, V extends KnownViolations = NoViolations>(
  definition: ReadOnlyDefinition,
): ReadOnlyQuery<Params, Row, number, V>;
export function execrows<Params, Row = NoRow, V extends KnownViolations = NoViolations>(
  definition: QueryDefinition,
): Query<Params, Row, number, V>;
export function execrows<Params, Row = NoRow, V extends KnownViolations = NoViolations>(
  definition: QueryDefinition,
): Query<Params, Row, number, V> {
  return queryOf(definition, (_rows, rowCount) => rowCount, readerIfRows<Row>(definition));
}

function readerIfRows<Row>(definition: QueryDefinition): RowReader<Row> | null {
  return definition.columns.length > 0 ? rowReader<Row>(definition) : null;
}

/** The function of a query. */
export function queryOf<Params, Row, Result, V extends KnownViolations>(
  definition: QueryDefinition,
  resultOf: (rows: Row[], rowCount: number) => Result,
  read: RowReader<Row> | null = rowReader(definition),
): Query<Params, Row, Result, V> {
  const { name, file } = definition;
  const statement = ((definition.statement as typeof statementOf) ?? statementOf)(definition);

  async function rowsOf(params: Params, db: Connection, options?: CallOptions): Promise<Executed<Row>> {
    assertConnection(db, name);
    const ready = statement(params);
    assertMillis(options?.timeoutMs, 'timeoutMs');
    try {
      return await (options === undefined
        ? executeCurrent(db, ready, read)
        : interruptible(ready, options, (it) => executeCurrent(db, it, read)));
    } catch (error) {
      throw toQueryError(definition, error);
    }
  }
  async function call(db: Connection, params: Params, options?: CallOptions): Promise<Result> {
    const { rows, rowCount } = await rowsOf(params, db, options);
    return resultOf(rows, rowCount);
  }
  const properties = {
    run: async (params: Params, db: Connection): Promise<Row[]> => (await rowsOf(params, db)).rows,
    runWithCounts: async (params: Params, db: Connection): Promise<{ result: Row[]; rowCount: number }> => {
      const { rows, rowCount } = await rowsOf(params, db);
      return { result: rows, rowCount };
    },
    stream: (params: Params, db: StreamingConnection): Cursor<Row[]> =>
      openCursor(definition, read, statement(params), db),
    iterate: (db: Connection, params: Params, options: IterateOptions = {}) =>
      iterate(definition, db, statement(params), read ?? rowReader<Row>(definition), options),
    with: (params: Params): Call<Result> => ({
      origin: definition,
      statement: statement(params),
      read,
      resultOf: resultOf as Call<Result>['resultOf'],
    }),
    file,
  };
  // A function's own `name` is read-only to assignment; `sql` is put together only when asked for.
  return Object.defineProperties(Object.assign(call, properties, statement as object), {
    name: { value: name },
    sql: { get: () => displayText(definition), enumerable: true },
  }) as Query<Params, Row, Result, V>;
}
