import { assertArguments } from './assert.ts';
import { executeAll, isBroken } from './batch.ts';
import type { Connection, ReadOnlyConnection } from './connection.ts';
import { adapterOf, asConnection, type BatchStatement, type Session } from './connection-adapter.ts';
import { ConnectionError, PoolTimeoutError } from './connection-errors.ts';
import { type Origin, QueryError } from './errors.ts';
import { execute } from './execute.ts';
import { isLost } from './managed-pool.ts';
import { mapStatements } from './map-statements.ts';
import { multiHost } from './multi-host.ts';
import { keepsConnection } from './pg.ts';
import { createPool, type DatabasePool, type PoolOptions } from './pool.ts';
import { type ReplicaHealth, replicaHealth } from './replica-health.ts';
import { askPrimary, parsePosition, positionText, reaches, type WalPosition } from './replica-position.ts';
import type { Executed } from './row.ts';
import { withSession } from './session.ts';
import type { BoundStatement } from './statement.ts';
import { isConflict } from './transaction-scope.ts';

/** What `createReplicatedPool` adds to the options of `createPool`, which are those of each of its pools. */
export interface ReplicationOptions {
  /** The primary's connection string. It and the others can have several hosts, as `multiHost` takes them. */
  readonly primary: string;
  /** The connection string of each replica. */
  readonly replicas: readonly string[];
  /**
   * How far a replica may be behind, in milliseconds; one that is further is omitted until it has caught up. Default
   * 10000. Infinity: that is not considered, as for servers that do not say how far they are.
   */
  readonly maxLagMillis?: number;
}

/** What a reading over a replica must see. */
export interface ReadAfter {
  /** What `writePosition` resolved after a write: that write, and all before. Undefined: nothing in particular. */
  readonly after: string | undefined;
  /** How long to wait for the replica to have it, in milliseconds, before the primary is asked. Default 1000. */
  readonly waitMillis?: number;
}

/** A pool of a primary's connections, and of its replicas'. */
export interface ReplicatedPool extends DatabasePool {
  /**
   * Takes queries that are proven to only read, and sends them to a replica; to the primary where none will do. Called
   * with a position, the same for a replica that has what was written until then.
   * @throws NotReadOnlyError from a query that is not; TypeError where `after` is not a position
   */
  readonly replica: ReadOnlyConnection & ((options: ReadAfter) => ReadOnlyConnection);
  /** Asks the primary for its position, such as `1:16/B374D848`: what has been committed is before it. */
  writePosition(): Promise<string>;
}

/** A query that may write was to be run over a replica. Nothing was sent. */
export class NotReadOnlyError extends QueryError {
  constructor(origin: Origin) {
    super(origin, 'NotReadOnlyError', 'a replica accepts only queries that are proven to only read');
  }
}

const WAIT_MILLIS = 1000;

/**
 * A pool of a primary and its replicas over pg's Pool, which is handed in:
 * `createReplicatedPool(pg.Pool, { primary: url, replicas: [url1, url2], max: 10 })`. Queries go to the primary, and to
 * a replica where `db.replica` is what they are run over. Replicas take turns. One that does not answer, is too far
 * behind, or is not a standby is omitted, and asked again each second.
 */
export function createReplicatedPool<PoolClass extends new (config: never) => object>(
  PgPoolClass: PoolClass,
  options: ReplicationOptions &
    Omit<
      NonNullable<Parameters<typeof createPool<PoolClass>>[1]>,
      keyof ReplicationOptions | 'connectionString'
    >,
): ReplicatedPool {
  assertArguments('createReplicatedPool', PgPoolClass, options);
  if (typeof options.primary !== 'string' || !Array.isArray(options.replicas)) {
    throw new TypeError(
      'createReplicatedPool: options must hold `primary`, a connection string, and `replicas`, a list of them',
    );
  }
  const { primary: primaryUrl, replicas: replicaUrls, maxLagMillis = 10_000, ...others } = options;
  const PoolOfHosts = multiHost(PgPoolClass);
  const open = (connectionString: string): DatabasePool =>
    createPool(PoolOfHosts, { ...others, connectionString } as PoolOptions as never);
  const primary = open(primaryUrl);
  const replicas = replicaUrls.map(open);
  const readers = { primary, replicas, health: replicaHealth(primary, maxLagMillis), turn: 0 };
  const end = async (timeoutMillis?: number): Promise<void> => {
    await Promise.all([primary, ...replicas].map((pool) => pool.end(timeoutMillis)));
  };
  const after = ({ after: position, waitMillis = WAIT_MILLIS }: ReadAfter): ReadOnlyConnection =>
    readerOf(
      {} as ReadOnlyConnection,
      readers,
      position === undefined ? null : parsePosition(position),
      waitMillis,
    );
  const handle: ReplicatedPool = {
    ...primary,
    end,
    [Symbol.asyncDispose]: () => end(),
    replica: readerOf(after as ReplicatedPool['replica'], readers, null, 0),
    writePosition: async () => positionText(await askPrimary(primary)),
  };
  const adapter = adapterOf(primary);
  return adapter === undefined ? handle : asConnection(handle, adapter);
}

interface Readers {
  readonly primary: Connection;
  readonly replicas: readonly Connection[];
  readonly health: ReplicaHealth;
  /** Whose turn it is. */
  turn: number;
}

/** Makes `handle` represent whichever replica will do; each must reach `position` first, if there is one. */
function readerOf<Handle extends ReadOnlyConnection>(
  handle: Handle,
  readers: Readers,
  position: WalPosition | null,
  waitMillis: number,
): Handle {
  const { primary, health } = readers;

  /**
   * Runs `use` over a replica, or over the next one where it has not started, or `isRepeatable` and the replica is what
   * it failed of; resolves undefined where none is left.
   */
  async function overReplica<Result>(
    use: (session: Session, attempt: number) => Promise<Result>,
    isRepeatable: boolean,
  ): Promise<{ readonly result: Result } | undefined> {
    const until = performance.now() + waitMillis;
    let attempt = 0;
    for (const replica of inTurn(readers)) {
      if (!(await health.isFit(replica))) {
        continue;
      }
      const before = attempt;
      try {
        const answer = await withSession(replica, async (session) => {
          if (position !== null && !(await reaches(session.db, position, until - performance.now()))) {
            return undefined;
          }
          attempt += 1;
          return { result: await use(session, attempt) };
        });
        if (answer !== undefined) {
          return answer;
        }
      } catch (error) {
        if (isGone(error)) {
          health.leaveOut(replica);
        }
        // A replica undoes a statement that conflicts with what it must replay.
        const goesOn = isGone(error) || error instanceof PoolTimeoutError || isConflict(error);
        if (!goesOn || (attempt > before && !isRepeatable)) {
          throw error;
        }
      }
    }
    return undefined;
  }

  return asConnection(handle, {
    inTransaction: false,
    execute: async (statement, read) => {
      const checked = onlyReading(statement);
      const answer = await overReplica(
        (session, attempt) =>
          closingBroken(session, () => execute(session.db, { ...checked, attempt }, read)),
        true,
      );
      return answer?.result ?? execute(primary, checked, read);
    },
    executeAll: async (batch) => {
      for (const { statement } of batch) {
        onlyReading(statement);
      }
      const answer = await overReplica(
        (session) => closingBroken(session, () => allOrBroken(session.db, batch)),
        true,
      );
      return answer?.result ?? executeAll(primary, batch);
    },
    withSession: async (use) => {
      const reading = (session: Session): ReturnType<typeof use> =>
        use({ ...session, db: mapStatements(session.db, onlyReading) });
      const answer = await overReplica(reading, false);
      return answer === undefined ? withSession(primary, reading) : answer.result;
    },
  });
}

/** All replicas, the next one first. */
function inTurn(readers: Readers): readonly Connection[] {
  const { replicas } = readers;
  readers.turn = (readers.turn + 1) % Math.max(1, replicas.length);
  return [...replicas.slice(readers.turn), ...replicas.slice(0, readers.turn)];
}

function onlyReading(statement: BoundStatement): BoundStatement {
  if (statement.origin.readOnly !== true) {
    throw new NotReadOnlyError(statement.origin);
  }
  return statement;
}

/** Closes a connection that is no longer usable. */
async function closingBroken<Result>(session: Session, use: () => Promise<Result>): Promise<Result> {
  try {
    return await use();
  } catch (error) {
    session.noteFailure(error);
    if (!keepsConnection(error)) {
      session.cutOff();
    }
    throw error;
  }
}

/** What each statement of a batch came to; throws where the connection did not outlast it. */
async function allOrBroken(
  db: Connection,
  batch: readonly BatchStatement[],
): Promise<PromiseSettledResult<Executed<unknown>>[]> {
  const outcomes = await executeAll(db, batch);
  const broken = outcomes.find(isBroken);
  if (broken !== undefined) {
    throw broken.reason;
  }
  return outcomes;
}

/** Whether the replica is not there, or its connection was lost. */
function isGone(error: unknown): boolean {
  return error instanceof QueryError
    ? error instanceof ConnectionError && !(error instanceof PoolTimeoutError)
    : isLost(error);
}
