import { QueryError } from './errors.ts';
import type { PgWire } from './pg-statement.ts';
import { endsConnection, isServerError } from './server-error.ts';

/** The part of pg's Client that is used beyond its plain `query`. */
export interface PgClient {
  query(
    submittable: object,
    values: undefined,
    callback: (error: Error | null | undefined, result: unknown) => void,
  ): void;
  once(event: 'error', listener: () => void): void;
  removeListener(event: 'error', listener: () => void): void;
}

/** A client that a pool has lent. */
interface LentClient extends PgClient {
  /** With an error: the pool closes the connection instead of lending it again. */
  release(error?: Error): void;
}

/** The part of pg's Pool that is used beyond its plain `query`. */
export interface PgPool {
  connect(callback: (error: Error | undefined, client: LentClient | undefined) => void): void;
}

/** pg's Client, but not pg-native's, and not in pg's pipeline mode, which takes only pg's own queries. */
export function isPgClient(db: object): db is PgClient {
  const { connection, pipeline } = db as {
    connection?: { parsedStatements?: PgWire['parsedStatements'] };
    pipeline?: boolean;
  };
  return connection?.parsedStatements !== undefined && pipeline !== true;
}

/** pg's Pool of such clients. */
export function isPgPool(db: object): db is PgPool {
  const { Client, options } = db as {
    Client?: { readonly prototype: object };
    options?: { readonly pipeline?: boolean };
  };
  return Client !== undefined && 'getStartupConf' in Client.prototype && options?.pipeline !== true;
}

/** Sends a statement object over a client; resolves what it calls back. */
export function submit<Result>(client: PgClient, submittable: object): Promise<Result> {
  return new Promise((resolve, reject) => {
    client.query(submittable, undefined, (error, result) => {
      if (error === null || error === undefined) {
        resolve(result as Result);
      } else {
        reject(error);
      }
    });
  });
}

/**
 * Runs `use` with a client of the pool, and gives it back. Other than `pool.query`, which closes the
 * connection after any error, this keeps it where the server is there to answer the next statement.
 */
export function withClient<Result>(
  pool: PgPool,
  use: (client: PgClient) => Promise<Result>,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    pool.connect((failure, client) => {
      if (client === undefined) {
        reject(failure);
        return;
      }
      // A connection that breaks tells its query, too; without a listener it would end the process.
      client.once('error', ignore);
      use(client).then(
        (result) => {
          client.removeListener('error', ignore);
          client.release();
          resolve(result);
        },
        (error) => {
          client.removeListener('error', ignore);
          client.release(isHarmless(error) ? undefined : error);
          reject(error);
        },
      );
    });
  });
}

/** Whether the connection is as good as before: the server reported an error, or a row could not be decoded. */
function isHarmless(error: unknown): boolean {
  return error instanceof QueryError || (isServerError(error) && !endsConnection(error));
}

function ignore(): void {}
