import { encodeHex } from './codec/bytea.ts';
import type { Connection, PgConnection } from './connection.ts';
import { asConnection, type ConnectionAdapter, type Session } from './connection-adapter.ts';
import { CANCEL_MILLIS, starts } from './interrupt.ts';
import { observed } from './observe.ts';
import type { RowReader } from './row.ts';
import { isNotKept, isOutdated, isServerError, type ServerFields } from './server-error.ts';
import { noSession, sessionOver } from './session.ts';
import { type BoundStatement, keptName } from './statement.ts';
import { TransactionError } from './transaction-error.ts';

/** postgres.js's `sql`, as far as it is used (https://github.com/porsager/postgres). */
export interface PostgresJs {
  unsafe(
    text: string,
    values: never[],
    options: { prepare: boolean; simple: boolean },
  ): { raw(): PostgresJsQuery };
  typed(value: string, oid: number): unknown;
  /** Only the one that `postgres(url)` returned has it. */
  reserve?(): Promise<PostgresJs & { release(): void }>;
  /** Only the one that `begin` handed out has it. */
  savepoint?: unknown;
  /** Only the one that `postgres(url)` returned has it. */
  readonly options?: { readonly transform?: { readonly column?: { readonly from?: unknown } } };
}

interface PostgresJsQuery extends PromiseLike<PostgresJsResult> {
  /** The server is running it, or about to. */
  readonly active?: boolean;
  /** Later calls do nothing. Before it is active, this has postgres.js mix up the answers or stop sending. */
  cancel(): unknown;
}

const CANCEL_POLL_MILLIS = 10;

/** What is known of prepared statements over one `sql`. */
interface Prepares {
  /** False: a pooler does not keep them. */
  any: boolean;
  /** The texts of those that a change of the schema has outdated: postgres.js forgets none. */
  readonly not: Set<string>;
  /** A pooler did not keep one while several statements ran: nothing must be sent any more. */
  refused: boolean;
  /** How to reject the statements that run, which share connections. */
  readonly running: Set<(reason: unknown) => void>;
}

const REFUSED =
  'a pooler does not keep prepared statements, with which postgres.js mixes up or loses answers; call `postgres` with `prepare: false`';

interface PostgresJsResult extends Iterable<readonly (Uint8Array | null)[] | undefined> {
  readonly count: number | null;
  readonly command: string;
  /** One array for all executions of a prepared statement. */
  readonly columns?: readonly { readonly name: string; readonly type: number }[] | null;
}

// The type of a literal whose type is not known yet (pg_type.dat): for the server the same as no type,
// but it keeps postgres.js from serializing the text again.
const UNKNOWN = 705;

/** Runs queries over postgres.js: `const db = postgresJs(postgres(url))`. */
export function postgresJs(sql: PostgresJs): Connection {
  if (typeof sql?.unsafe !== 'function') {
    throw new TypeError(
      'postgresJs: the argument must be what `postgres(url)` returned, or `begin` handed out',
    );
  }
  return connectionOver(
    sql,
    { any: true, not: new Set(), refused: false, running: new Set() },
    hasServersNames(sql),
    (query) => query,
  );
}

/** Whether results have their columns under the names that the server gives them, as far as it can be known. */
function hasServersNames({ options }: PostgresJs): boolean {
  return options !== undefined && !options.transform?.column?.from;
}

/** The readers whose columns these were found to be. */
const checked = /* @__PURE__ */ new WeakMap<object, RowReader<unknown>>();

/**
 * Keeps postgres.js from sending a statement again by itself whose prepared statement is gone or outdated. It waits
 * for the description then, and sends others meanwhile: from there on each gets the rows of another, or none for ever.
 * Whether it is prepared is asked when it is sent, at once after it is set, and when it has failed.
 */
function sendOnce(query: PostgresJsQuery): PostgresJsQuery {
  let prepared: unknown;
  return Object.defineProperty(query, 'prepared', {
    get: () => prepared,
    set: (value: unknown) => {
      prepared = value;
      queueMicrotask(() => {
        prepared = false;
      });
    },
  });
}

function connectionOver(
  sql: PostgresJs,
  prepares: Prepares,
  serversNames: boolean,
  started: (query: PostgresJsQuery) => PostgresJsQuery,
): Connection {
  async function send(
    text: string,
    values: BoundStatement['values'],
    prepare: boolean,
    statement?: BoundStatement,
  ): Promise<PostgresJsResult> {
    const parameters = values.map((value) =>
      value === null ? null : sql.typed(typeof value === 'string' ? value : encodeHex(value), UNKNOWN),
    );
    if (prepares.refused) {
      throw new Error(REFUSED);
    }
    const options = { prepare: prepare && prepares.any && !prepares.not.has(text), simple: false };
    let abandon = (_reason: unknown): void => {};
    const abandoned = new Promise<never>((_resolve, reject) => {
      abandon = reject;
    });
    let stopping: ReturnType<typeof setTimeout> | undefined;
    prepares.running.add(abandon);
    try {
      const query = started(sendOnce(sql.unsafe(text, parameters as never[], options).raw()));
      if (statement !== undefined) {
        starts(statement, () => {
          const since = performance.now();
          let wasActive = false;
          stopping ??= setInterval(() => {
            // Seen twice: the request would hit the next statement if this one is just done.
            if (query.active && wasActive) {
              query.cancel();
            }
            wasActive = Boolean(query.active);
            if (performance.now() - since > CANCEL_MILLIS) {
              abandon(new Error('no answer'));
            }
          }, CANCEL_POLL_MILLIS);
        });
      }
      return await Promise.race([query, abandoned]);
    } catch (error) {
      const failure = withPgNames(error);
      if (isNotKept(failure)) {
        prepares.any = false;
        prepares.running.delete(abandon);
        prepares.refused ||= prepares.running.size > 0;
        for (const each of prepares.running) {
          each(new Error(REFUSED));
        }
      } else if (isOutdated(failure)) {
        prepares.not.add(text);
      }
      throw failure;
    } finally {
      clearInterval(stopping);
      prepares.running.delete(abandon);
      if (statement?.interrupt !== undefined) {
        statement.interrupt.stop = undefined;
      }
    }
  }
  const run: ConnectionAdapter['execute'] = (statement, read) =>
    observed(statement, async () => {
      const result = await send(
        statement.text,
        statement.values,
        keptName(statement) !== undefined,
        statement,
      );
      if (read?.check && result.columns && checked.get(result.columns) !== read) {
        read.check(
          result.columns.map(({ name, type }) => ({
            name: serversNames ? name : undefined,
            dataTypeID: type,
          })),
        );
        checked.set(result.columns, read);
      }
      return {
        rows: read === null ? [] : rowsOf(result).map((row) => read(row)),
        rowCount: result.count ?? 0,
      };
    });
  const handle: PgConnection = {
    query: async ({ name, text, values }) => {
      if (typeof text !== 'string') {
        throw new TypeError('query: over postgres.js write sql`…` itself, or call a query function');
      }
      const result = await send(text, values, name !== undefined);
      return { rows: rowsOf(result), rowCount: result.count };
    },
  };
  return asConnection(handle, {
    inTransaction: sql.savepoint !== undefined,
    execute: run,
    // postgres.js sends what is started together together.
    executeAll: (batch) => Promise.allSettled(batch.map(({ statement, read }) => run(statement, read))),
    withSession: (use) => withReserved(sql, prepares, use),
  });
}

async function withReserved<Result>(
  sql: PostgresJs,
  prepares: Prepares,
  use: (session: Session) => Promise<Result>,
): Promise<Result> {
  if (sql.reserve === undefined) {
    throw new TransactionError('BEGIN', 'needs `sql` itself, not one that postgres.js has begun or reserved');
  }
  const reserved = await sql.reserve().catch(noSession);
  let running: PostgresJsQuery | undefined;
  // Its statements share their connection with no others.
  const alone: Prepares = { ...prepares, running: new Set() };
  const db = connectionOver(reserved, alone, hasServersNames(sql), (query) => {
    running = query;
    return query;
  });
  try {
    return await use(
      sessionOver(db, {
        run: async (text) => {
          try {
            return (await reserved.unsafe(text, [], { prepare: false, simple: false }).raw()).command;
          } catch (error) {
            throw withPgNames(error);
          }
        },
        cancel: async () => {
          await running?.cancel();
        },
        // postgres.js ends all its connections or none.
        noteFailure: () => {},
        cutOff: () => {},
      }),
    );
  } finally {
    prepares.any &&= alone.any;
    reserved.release();
  }
}

// Otherwise a text that begins with U+FEFF loses it.
const utf8 = /* @__PURE__ */ new TextDecoder('utf-8', { ignoreBOM: true });

/** After a statement that failed behind some rows, postgres.js leaves as many places empty before the next one's. */
function rowsOf(result: PostgresJsResult): (string | null)[][] {
  const rows: (string | null)[][] = [];
  for (const row of result) {
    if (row !== undefined) {
      rows.push(row.map(toText));
    }
  }
  return rows;
}

function toText(value: Uint8Array | null): string | null {
  return value === null ? null : utf8.decode(value);
}

/** postgres.js's errors have the same fields as pg's, some under other names. */
function withPgNames(error: unknown): unknown {
  if (!isServerError(error)) {
    return error;
  }
  const fields = error as ServerFields & Record<string, string | undefined>;
  return Object.assign(new Error(error.message), {
    code: error.code,
    severity: error.severity,
    detail: error.detail,
    hint: error.hint,
    routine: error.routine,
    where: error.where,
    position: error.position,
    schema: fields.schema_name,
    table: fields.table_name,
    column: fields.column_name,
    dataType: fields.type_name,
    constraint: fields.constraint_name,
  });
}
