import { cutOff } from './limits.ts';
import {
  acquireClient,
  isReadOnly,
  keepsConnection,
  type PgClient,
  type PgPool,
  type PooledClient,
  READ_TIMEOUT,
} from './pg.ts';
import { TOO_LARGE, TOO_LONG } from './pg-statement.ts';
import { type IdlingPool, keepIdle } from './pool-idle.ts';
import { leakWatch } from './pool-leaks.ts';
import { type PoolStats, waitHistogram } from './pool-waits.ts';
import { endsConnection, isServerError } from './server-error.ts';

/** pg's Pool as a managed pool needs it. */
export interface CountingPool extends PgPool, IdlingPool {
  readonly totalCount: number;
  /** All clients: in use, idle and connecting. */
  readonly _clients: readonly PgClient[];
  on(event: 'error' | 'remove', listener: (error: unknown) => void): void;
  end(): Promise<void>;
}

/** A pool's connections: who has them, and when they must be closed. */
export interface ManagedPool {
  /** Acquires a client that has answered lately. Rejects when none comes free in the pool's time. */
  acquire(): Promise<PooledClient>;
  /** Hands out no more, waits for those in use or waited for, cuts off what lasts longer, and closes. */
  end(timeoutMillis: number): Promise<void>;
  readonly ended: boolean;
  stats(): PoolStats;
  /** Makes connections until there are so many. Rejects when one cannot be made. */
  warmUp(count: number): Promise<void>;
}

/** When connections are made, tried, retired and missed; times are in milliseconds. */
export interface ManagedPoolOptions {
  /** How many connections there can be, and how many must be idle. */
  readonly max: number;
  readonly minIdle: number;
  readonly pingAfterIdleMillis: number;
  /** The age at which a connection is closed when it is released, at the earliest after four fifths of it. */
  readonly maxLifetimeMillis: number;
  /** Undefined: connections that are not released cause no warning. */
  readonly leakAfterMillis: number | undefined;
}

const PING_TIMEOUT_MILLIS = 2000;

/** Hands out a pool's clients, after trying those that were idle for longer than `pingAfterIdleMillis`. */
export function managePool(
  pool: CountingPool,
  { max, minIdle, pingAfterIdleMillis, maxLifetimeMillis, leakAfterMillis }: ManagedPoolOptions,
): ManagedPool {
  const madeAt = new WeakMap<PgClient, number>();
  const retiresAt = new WeakMap<PgClient, number>();
  const waits = waitHistogram();
  const idleSince = new WeakMap<PgClient, number>();
  /** How to reclaim what is in use, and how to turn away who waits, each with the reason. */
  const checkedOut = new Map<PgClient, (reason: unknown) => void>();
  const waiting = new Set<(reason: unknown) => void>();
  let requests = 0;
  let ending: Promise<void> | undefined;
  let whenUnused = (): void => {};
  /** Of what the last idle connection broke, until one is acquired again. */
  let idleFailure: unknown;
  /** When a connection was last found to be read-only: those that are older are to a server that was demoted, too. */
  let demotedAt = 0;

  // pg has removed an idle connection that broke; without a listener the event would end the process.
  pool.on('error', (error) => {
    idleFailure = error;
  });

  /** Waits for a client, but no longer than until the pool's end. */
  function wait(): Promise<PooledClient> {
    return new Promise((resolve, reject) => {
      waiting.add(reject);
      acquireClient(pool).then(
        (taken) => {
          if (waiting.delete(reject)) {
            resolve(taken);
          } else {
            taken.release();
          }
        },
        (error: unknown) => {
          waiting.delete(reject);
          reject(explained(error, pool, idleFailure));
        },
      );
    });
  }
  async function take(): Promise<PooledClient> {
    for (;;) {
      const taken = await wait();
      const { client, release } = taken;
      idleFailure = undefined;
      const now = performance.now();
      const made = madeAt.get(client) ?? now;
      if (!madeAt.has(client)) {
        madeAt.set(client, made);
        // Not all at once: what was made together is not to be made again together.
        retiresAt.set(client, made + maxLifetimeMillis * (0.8 + 0.2 * Math.random()));
      }
      if (made < demotedAt) {
        release(new Error('the server has become read-only'));
        continue;
      }
      const idleMillis = now - (idleSince.get(client) ?? Number.POSITIVE_INFINITY);
      if (idleMillis <= pingAfterIdleMillis || (await isAlive(taken))) {
        return taken;
      }
    }
  }
  function leave(): void {
    requests -= 1;
    if (requests === 0) {
      whenUnused();
    }
  }
  async function drain(timeoutMillis: number): Promise<void> {
    if (requests > 0 && !(await unusedWithin(timeoutMillis))) {
      // Who has a connection may never give it back, and one that is being made may never be: pg would wait for ever.
      for (const turnAway of waiting) {
        turnAway(endedError());
      }
      waiting.clear();
      pool._clients.forEach(cutOff);
      for (const reclaim of [...checkedOut.values()]) {
        reclaim(endedError());
      }
    }
    await pool.end();
  }
  function unusedWithin(millis: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), millis);
      whenUnused = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  async function acquire(): Promise<PooledClient> {
    if (ending !== undefined) {
      throw endedError();
    }
    const whenAcquired = leakAfterMillis === undefined ? undefined : leakWatch(leakAfterMillis);
    const since = performance.now();
    requests += 1;
    try {
      const { client, release } = await take();
      const stopWatching = whenAcquired?.();
      const reclaim = (error?: unknown): void => {
        if (checkedOut.delete(client)) {
          stopWatching?.();
          const now = performance.now();
          idleSince.set(client, now);
          if (isReadOnly(error)) {
            demotedAt = now;
          }
          const isOld = now >= (retiresAt.get(client) ?? now);
          release(isOld && (error === undefined || keepsConnection(error)) ? new Error('retired') : error);
          leave();
        }
      };
      checkedOut.set(client, reclaim);
      refill();
      return { client, release: reclaim };
    } catch (error) {
      leave();
      throw error;
    } finally {
      waits.note(performance.now() - since);
    }
  }

  async function warmUp(count: number): Promise<void> {
    // Those that are idle are acquired, too: each of the others is a new one then.
    const missing = Math.max(0, Math.min(count, max) - checkedOut.size);
    const outcomes = await Promise.allSettled(
      Array.from({ length: missing }, async () => (await acquire()).release()),
    );
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) {
      throw failed.reason;
    }
  }
  const refill = keepIdle(
    pool,
    minIdle,
    () => checkedOut.size,
    async () => {
      if (ending === undefined) {
        await warmUp(checkedOut.size + minIdle);
      }
    },
  );

  return {
    acquire,
    end: (timeoutMillis) => {
      ending ??= drain(timeoutMillis);
      return ending;
    },
    get ended() {
      return ending !== undefined;
    },
    stats: () => ({
      total: pool.totalCount,
      inUse: checkedOut.size,
      idle: pool.idleCount,
      waiting: requests - checkedOut.size,
      waits: waits.read(),
    }),
    warmUp,
  };
}

function endedError(): Error {
  return new Error('the pool has been ended');
}

/** Whether the client answers; one that does not is closed. */
async function isAlive({ client, release }: PooledClient): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => {
      cutOff(client);
      reject(new Error('no answer'));
    }, PING_TIMEOUT_MILLIS);
  });
  try {
    await Promise.race([client.query({ text: 'SELECT 1' }), late]);
    return true;
  } catch (error) {
    release(error);
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/** The message of pg's error where no connection comes free in time; it has no code. */
export const EXHAUSTED = 'timeout exceeded when trying to connect';

function explained(
  error: unknown,
  { totalCount, idleCount, waitingCount }: CountingPool,
  idleFailure: unknown,
): unknown {
  if (!(error instanceof Error)) {
    return error;
  }
  return error.message === EXHAUSTED
    ? Object.assign(error, { detail: `: ${totalCount - idleCount} are in use, ${waitingCount} others wait` })
    : Object.assign(error, { cause: error.cause ?? idleFailure });
}

/** Whether the connection was lost or refused: what another connection, or the same server a little later, may do. */
export function isLost(error: unknown): boolean {
  const { message, code } = error as { message?: unknown; code?: unknown };
  if (code === TOO_LONG || code === TOO_LARGE) {
    return false;
  }
  return isServerError(error)
    ? endsConnection(error) && /^(08|25P|57P)/.test(error.code)
    : !keepsConnection(error) && message !== EXHAUSTED && message !== READ_TIMEOUT;
}
