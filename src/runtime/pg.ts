import type { PgConnection, QueryConfig, QueryResult } from './connection.ts';
import { QueryError } from './errors.ts';
import { guard, type PgStatement, type PgWire, pgStatement, toError } from './pg-statement.ts';
import type { Executed, RowReader } from './row.ts';
import { endsConnection, isServerError } from './server-error.ts';
import type { BoundStatement } from './statement.ts';

type Callback = (error: Error | null | undefined, result?: unknown) => void;

/** The part of pg's Client that is used beyond its plain `query`. */
export interface PgClient extends PgConnection {
  query(config: QueryConfig): Promise<QueryResult>;
  query(submittable: object, values: undefined, callback: Callback): void;
  query(config: { text: string }): Promise<{ command: string }>;
  /** The connection, and what must be sent over it: pg hands the next answers to the first in it. */
  readonly connection: PgWire;
  readonly _queryQueue: object[];
  readonly connectionParameters: { readonly query_timeout?: number | false };
  /** Sends queries without waiting for earlier answers; takes only pg's own queries then. Since pg 8.23. */
  readonly pipeline?: boolean;
  /** Of the last ReadyForQuery: 'I' idle, 'T' in a transaction, 'E' in a failed one. Since pg 8.17. */
  getTransactionStatus?(): string | null;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): void;
  removeListener(event: 'error', listener: (error: Error) => void): void;
}

/** The message of the error with which pg gives up waiting for an answer; it has no code. */
export const READ_TIMEOUT = 'Query read timeout';

/** A client that a pool has handed out. */
export interface PgPoolClient extends PgClient {
  /** With an error: the pool closes the connection instead of managePool it again. */
  release(error?: Error): void;
}

/** The part of pg's Pool that is used beyond its plain `query`. */
export interface PgPool {
  connect(callback: (error: Error | undefined, client: PgPoolClient | undefined) => void): void;
}

/** pg's Client, but not pg-native's. */
export function isPgClient(db: object): db is PgClient {
  const { connection } = db as { connection?: { parsedStatements?: PgWire['parsedStatements'] } };
  return connection?.parsedStatements !== undefined;
}

/** pg's Pool of such clients. */
export function isPgPool(db: object): db is PgPool {
  const { Client } = db as { Client?: { readonly prototype: object } };
  return Client !== undefined && 'getStartupConf' in Client.prototype;
}

/** Sends a statement object when its client comes to it, or `now`; resolves what it calls back. */
export function submit<Result>(client: PgClient, submittable: object, now = false): Promise<Result> {
  return new Promise((resolve, reject) => {
    const callback: Callback = (error, result) => {
      if (error) {
        reject(withCause(client, error));
      } else {
        resolve(result as Result);
      }
    };
    if (now) {
      submitNow(client, submittable as PgStatement<Result>, callback);
    } else {
      client.query(submittable, undefined, callback);
    }
  });
}

/**
 * Sends a statement; at once, if all that was sent before it and is not answered yet are such statements, none of which can
 * be cancelled: that could hit the next. Each ends with a Sync of its own, so that none depends on another.
 */
export function submitStatement<Row>(
  client: PgClient,
  statement: BoundStatement,
  read: RowReader<Row> | null,
): Promise<Executed<Row>> {
  const { last } = guard(client.connection);
  const isNext = last && !last.isDone && !last.onSubmit && (client._queryQueue.at(-1) ?? last) === last;
  return submit(client, pgStatement(statement, read), isNext);
}

function submitNow<Row>(client: PgClient, query: PgStatement<Row>, callback: Callback): void {
  const { connection, connectionParameters } = client;
  const { stream } = connection;
  const millis = connectionParameters.query_timeout;
  const timer =
    millis &&
    setTimeout(() => {
      callback(new Error(READ_TIMEOUT));
      // Its answer is still to come, and would be taken for a later one's. Others' time may be up now, too.
      setTimeout(() => client.end().catch(() => {}));
    }, millis);
  query.callback = (error, result) => {
    clearTimeout(timer as Parameters<typeof clearTimeout>[0]);
    callback(error, result);
  };
  // What is sent in one tick goes in one piece.
  stream.cork?.();
  queueMicrotask(() => stream.uncork?.());
  query.send(connection);
  client._queryQueue.push(query);
}

/**
 * Takes down what a client breaks of while it runs no statement; returns the function that stops it. A connection that
 * breaks tells its query, too, and this perhaps twice; without a listener it would end the process.
 */
export function watchClient(client: PgClient): () => void {
  const sent = guard(client.connection);
  const note = (error: Error): void => {
    if (!isServerError(sent.broke)) {
      sent.broke = error;
    }
  };
  client.on('error', note);
  return () => client.removeListener('error', note);
}

/** A statement's error; of a client that had broken before, with what it broke of. */
export function withCause<Failure>(client: PgClient, error: Failure): Failure {
  const sent = guard(client.connection);
  if (isServerError(error)) {
    if (endsConnection(error)) {
      sent.broke = error;
    }
    return error;
  }
  const { broke: cause } = sent;
  return error instanceof Error && cause !== undefined && cause !== error
    ? Object.assign(error, { cause })
    : error;
}

/** A client that a pool has handed out, and how to release it: with what went wrong, if anything did. */
export interface PooledClient {
  readonly client: PgClient;
  readonly release: (error?: unknown) => void;
}

/**
 * Borrows a client. Rejects when none comes free in the pool's time.
 * Other than `pool.query`, which closes the connection after any error, giving back keeps it where the
 * server is there to answer the next statement.
 */
export function acquireClient(pool: PgPool): Promise<PooledClient> {
  return new Promise((resolve, reject) => {
    pool.connect((failure, client) => {
      if (client === undefined) {
        reject(failure);
        return;
      }
      const stopWatching = watchClient(client);
      resolve({
        client,
        release: (error) => {
          stopWatching();
          client.release(error === undefined || keepsConnection(error) ? undefined : toError(error));
        },
      });
    });
  });
}

/** Runs `use` with a client that was handed out, and releases it. */
export async function releaseAfter<Result>(
  { client, release }: PooledClient,
  use: (client: PgClient) => Promise<Result>,
): Promise<Result> {
  try {
    const result = await use(client);
    release();
    return result;
  } catch (error) {
    release(error);
    throw error;
  }
}

/** Whether the connection is as good as before: the server reported an error, or a row could not be decoded. */
export function keepsConnection(error: unknown): boolean {
  return (
    (error instanceof QueryError || (isServerError(error) && !endsConnection(error))) && !isReadOnly(error)
  );
}

/** Whether a write failed on a connection that cannot write: its server can have been demoted. */
export function isReadOnly(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === '25006';
}

/** Whether pg knew that the connection was lost before it sent anything. */
export function wasNotSent(error: unknown): boolean {
  return /is not queryable$/.test(String((error as { message?: unknown }).message));
}
