import { isHarmless, type Lent, lend, type PgClient, type PgPool, READ_TIMEOUT } from './pg.ts';
import type { PgWire } from './pg-statement.ts';
import { endsConnection, isServerError } from './server-error.ts';

/** pg's Pool as a managed pool needs it. */
export interface CountingPool extends PgPool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  on(event: 'error', listener: () => void): void;
  end(): Promise<void>;
}

/** A pool's connections: who has them, and when they are to be closed. */
export interface Lending {
  /** Borrows a client that has answered lately. Rejects when none comes free in the pool's time. */
  borrow(signal?: AbortSignal): Promise<Lent>;
  /** Lends no more, waits for those lent or waited for, cuts off what lasts longer, and closes. */
  end(timeoutMillis: number): Promise<void>;
  readonly ended: boolean;
}

const PING_TIMEOUT_MILLIS = 2000;

/** Lends a pool's clients, after trying those that were idle for longer than `pingAfterIdleMillis`. */
export function lending(pool: CountingPool, pingAfterIdleMillis: number): Lending {
  const idleSince = new WeakMap<PgClient, number>();
  const lent = new Set<PgClient>();
  let borrowers = 0;
  let ending: Promise<void> | undefined;
  let whenUnused = (): void => {};

  // pg has removed an idle connection that broke; without a listener the event would end the process.
  pool.on('error', () => {});

  async function take(signal: AbortSignal | undefined): Promise<Lent> {
    for (;;) {
      const taken = await lend(pool, signal).catch((error: unknown) => {
        throw explained(error, pool);
      });
      const idleMillis = performance.now() - (idleSince.get(taken.client) ?? Number.POSITIVE_INFINITY);
      if (idleMillis <= pingAfterIdleMillis || (await isAlive(taken))) {
        return taken;
      }
    }
  }
  function leave(): void {
    borrowers -= 1;
    if (borrowers === 0) {
      whenUnused();
    }
  }
  async function drain(timeoutMillis: number): Promise<void> {
    if (borrowers > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMillis);
        whenUnused = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    lent.forEach(cutOff);
    await pool.end();
  }

  return {
    borrow: async (signal) => {
      if (ending !== undefined) {
        throw new Error('the pool has been ended');
      }
      borrowers += 1;
      try {
        const { client, giveBack } = await take(signal);
        lent.add(client);
        return {
          client,
          giveBack: (error) => {
            lent.delete(client);
            idleSince.set(client, performance.now());
            giveBack(error);
            leave();
          },
        };
      } catch (error) {
        leave();
        throw error;
      }
    },
    end: (timeoutMillis) => {
      ending ??= drain(timeoutMillis);
      return ending;
    },
    get ended() {
      return ending !== undefined;
    },
  };
}

/** Whether the client answers; one that does not is closed. */
async function isAlive({ client, giveBack }: Lent): Promise<boolean> {
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
    giveBack(error);
    return false;
  } finally {
    clearTimeout(timer);
  }
}

function cutOff(client: PgClient): void {
  const { connection } = client as unknown as {
    connection: { stream: { destroy(): void } & PgWire['stream'] };
  };
  connection.stream.destroy();
}

const EXHAUSTED = 'timeout exceeded when trying to connect';

function explained(error: unknown, { totalCount, idleCount, waitingCount }: CountingPool): unknown {
  return error instanceof Error && error.message === EXHAUSTED
    ? Object.assign(error, { detail: `: ${totalCount - idleCount} are in use, ${waitingCount} others wait` })
    : error;
}

/** Whether the connection was lost or refused: what another connection, or the same server a little later, may do. */
export function isLost(error: unknown): boolean {
  const { message } = error as { message?: unknown };
  return isServerError(error)
    ? endsConnection(error) && /^(08|25P|57P)/.test(error.code)
    : !isHarmless(error) && message !== EXHAUSTED && message !== READ_TIMEOUT;
}
