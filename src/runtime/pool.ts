import { assertArguments } from './assert.ts';
import { executeAll, isBroken } from './batch.ts';
import type { Connection } from './connection.ts';
import { asConnection } from './connection-adapter.ts';
import { type DriverConnection, driverQuery } from './driver-query.ts';
import { execute } from './execute.ts';
import { assertMillis } from './interrupt.ts';
import { limitedConnection, limitedSession, withTimeLimit } from './limits.ts';
import { type CountingPool, isLost, type ManagedPool, managePool } from './managed-pool.ts';
import { isPgPool, type PgClient, releaseAfter, wasNotSent } from './pg.ts';
import type { PoolStats } from './pool-waits.ts';
import type { Executed, RowReader } from './row.ts';
import { isNotKept } from './server-error.ts';
import { noSession, withPooledClient } from './session.ts';
import type { BoundStatement } from './statement.ts';
import { toQueryError } from './to-query-error.ts';
import { unprepared } from './unprepared.ts';

/** What `createPool` adds to the options of pg's Pool. */
export interface PoolOptions {
  /**
   * Default: the environment's DATABASE_URL, unless `host`, `port`, `user` or `database` is given, which it would
   * overrule; without it pg's own defaults (PGHOST and so on).
   */
  readonly connectionString?: string;
  /** How long to wait for a connection, in milliseconds. Default 5000 (pg waits for ever). */
  readonly connectionTimeoutMillis?: number;
  /** A connection that has been idle longer is tried before it is used, in milliseconds. Default 10000. */
  readonly pingAfterIdleMillis?: number;
  /**
   * How long a statement may run, in milliseconds, unless its call says; then it is cancelled, with an InterruptedError.
   * 0: for ever. Default 60000.
   */
  readonly queryTimeoutMillis?: number;
  /**
   * The age at which a connection is closed, when idle or released, in milliseconds. In use it is at a random age from
   * four fifths of it on, so that not all are made again at once. 0: never. Default 0.
   */
  readonly maxLifetimeMillis?: number;
  /** How many connections are kept idle, or made while there are fewer than `max`, so that no call waits for one. Default 0. */
  readonly minIdle?: number;
  /**
   * A connection that is not released within so long is warned of by `process.emitWarning`, with the stack of who
   * acquired it, in milliseconds. Default: none, and no stack is taken.
   */
  readonly leakAfterMillis?: number;
  /** False: no named prepared statements, for poolers that cannot keep them. Default true. */
  readonly prepare?: boolean;
}

/** A pool: a connection to run queries over, until its end. */
export interface DatabasePool extends DriverConnection {
  /**
   * Lends no more connections, lets what is running end, and closes. What still runs after
   * `timeoutMillis` (default 10000) is cut off. Calling it again waits for the same end.
   */
  end(timeoutMillis?: number): Promise<void>;
  /** How many connections there are, and how long was waited for them; of a replicated pool, the primary's. */
  stats(): PoolStats;
  /**
   * Makes connections until there are `count`, or `max` if that is less; of a replicated pool, to the primary.
   * @throws ConnectionError or DatabaseError where one cannot be made; those that could be are kept
   */
  warmUp(count: number): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

// How often a statement that can be sent again is sent, and how long the server must come back.
const ATTEMPTS = 3;
const PAUSE_MILLIS = 100;

// pg's default for `max`, and what a timer can wait for.
const PG_MAX = 10;
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * A pool over pg's Pool, which is handed in: `createPool(pg.Pool, { max: 10 })`. It tries connections that
 * were idle before it uses them; it runs a query again whose connection was lost, if the query only reads
 * or was not sent; and it fails soon, and says why, when no connection comes free.
 */
export function createPool<PoolClass extends new (config: never) => object>(
  PgPoolClass: PoolClass,
  options: PoolOptions &
    Omit<NonNullable<ConstructorParameters<PoolClass>[0]>, keyof PoolOptions> = {} as never,
): DatabasePool {
  assertArguments('createPool', PgPoolClass, options);
  const {
    pingAfterIdleMillis = 10_000,
    queryTimeoutMillis = 60_000,
    maxLifetimeMillis = 0,
    leakAfterMillis,
    minIdle = 0,
    prepare = true,
    ...config
  } = options;
  assertMillis(pingAfterIdleMillis, 'pingAfterIdleMillis');
  assertMillis(queryTimeoutMillis, 'queryTimeoutMillis');
  assertMillis(leakAfterMillis, 'leakAfterMillis');
  if (!(maxLifetimeMillis >= 0 && minIdle >= 0)) {
    throw new RangeError('createPool: `maxLifetimeMillis` and `minIdle` must be numbers, 0 or more');
  }
  const connectionString =
    options.connectionString ?? (namesServer(config) ? undefined : process.env.DATABASE_URL);
  const lifetime = maxLifetimeMillis || Number.POSITIVE_INFINITY;
  const { max, password } = config as { max?: number; password?: unknown };
  if (typeof password === 'function' && connectionString !== undefined) {
    throw new TypeError(
      'createPool: pg calls a `password` function only without a connection string: give `host`, `user` and `database`',
    );
  }
  const pool = new PgPoolClass({
    connectionTimeoutMillis: 5000,
    ...(lifetime <= LONGEST_TIMER && { maxLifetimeSeconds: lifetime / 1000 }),
    ...(connectionString === undefined ? {} : { connectionString }),
    ...config,
  } as never);
  if (!isPgPool(pool)) {
    throw new TypeError("createPool: the first argument must be pg's Pool");
  }
  const managed = managePool(pool as CountingPool, {
    max: max || PG_MAX,
    minIdle,
    pingAfterIdleMillis,
    maxLifetimeMillis: lifetime,
    leakAfterMillis,
  });
  return handleOf(managed, prepare, queryTimeoutMillis);
}

function namesServer(config: object): boolean {
  return ['host', 'port', 'user', 'database'].some((name) => name in config);
}

function handleOf(pool: ManagedPool, prepare: boolean, queryTimeoutMillis: number): DatabasePool {
  let prepares = prepare;
  const over = (client: PgClient): Connection => (prepares ? client : unprepared(client));
  /** A pooler that has lost one prepared statement loses others. */
  const noteFailure = (error: unknown): void => {
    if (prepares && isNotKept(error)) {
      prepares = false;
      process.emitWarning?.(
        'a prepared statement was not kept, as behind a pooler in transaction mode: from now on this pool prepares none; set `prepare: false`',
        { type: 'NodriftWarning' },
      );
    }
  };

  async function attempts<Row>(
    statement: BoundStatement,
    read: RowReader<Row> | null,
  ): Promise<Executed<Row>> {
    for (let attempt = 1; ; attempt++) {
      let sent = false;
      try {
        const pooled = await pool.acquire();
        sent = true;
        return await releaseAfter(pooled, (client) =>
          execute(over(client), attempt === 1 ? statement : { ...statement, attempt }, read),
        );
      } catch (error) {
        noteFailure(error);
        const again = isLost(error) && (!sent || statement.origin.readOnly === true || wasNotSent(error));
        if (!again || attempt === ATTEMPTS || pool.ended || statement.interrupt?.by !== undefined) {
          throw sent ? error : toQueryError(statement.origin, error, 'not done');
        }
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLIS * (attempt - 1)));
      }
    }
  }
  const end = (timeoutMillis = 10_000): Promise<void> => pool.end(timeoutMillis);
  const handle: DatabasePool = {
    query: async (...args: readonly unknown[]) =>
      releaseAfter(await pool.acquire(), (client) => driverQuery(client, args) as Promise<never>),
    end,
    stats: pool.stats,
    warmUp: (count) =>
      pool.warmUp(count).catch((error: unknown) => {
        throw toQueryError({ name: 'warmUp', file: 'pool' }, error, 'not done');
      }),
    [Symbol.asyncDispose]: () => end(),
  };
  return asConnection(handle, {
    inTransaction: false,
    execute: (statement, read) => withTimeLimit(statement, queryTimeoutMillis, (it) => attempts(it, read)),
    executeAll: async (batch) => {
      const { client, release } = await pool.acquire();
      const outcomes = await executeAll(limitedConnection(client, over(client), queryTimeoutMillis), batch);
      release(outcomes.find(isBroken)?.reason);
      for (const outcome of outcomes) {
        noteFailure(outcome.status === 'rejected' ? outcome.reason : undefined);
      }
      return outcomes;
    },
    withSession: async (use) => {
      const pooled = await pool.acquire().catch(noSession);
      return withPooledClient(pooled, (session) =>
        use({
          ...limitedSession(session, pooled.client, over(pooled.client), queryTimeoutMillis),
          noteFailure: (error) => {
            session.noteFailure(error);
            noteFailure(error);
          },
        }),
      );
    },
  });
}
