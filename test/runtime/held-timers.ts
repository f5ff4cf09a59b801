import { Client } from 'pg';
import { vi } from 'vitest';

/** The timers of this process, which end when the test says so: no test is about how fast the machine is. */
export interface HeldTimers extends AsyncDisposable {
  /** Goes on until a connection of this name runs `pg_sleep`, and what came before it is answered. */
  untilSleeping(applicationName: string): Promise<void>;
  /** Has the timers of so many milliseconds end. */
  pass(milliseconds: number): Promise<void>;
  /** Has timers end, the earliest first, until this is settled; between them the network has its turn. */
  until<T>(settled: Promise<T>): Promise<T>;
}

/** Holds all timers that begin from now on, until what it returns is disposed of. `vi.waitFor` would have them go on. */
export async function holdTimers(url: string): Promise<HeldTimers> {
  const client = new Client({ connectionString: url });
  await client.connect();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  return {
    untilSleeping: async (applicationName) => {
      const sleeping = async () =>
        await client.query(
          "SELECT FROM pg_stat_activity WHERE application_name = $1 AND wait_event = 'PgSleep'",
          [applicationName],
        );
      while ((await sleeping()).rowCount === 0);
      // Answers from before are at our socket by now, and read before the next one of this connection.
      await sleeping();
    },
    pass: async (milliseconds) => {
      await vi.advanceTimersByTimeAsync(milliseconds);
    },
    until: async (settled) => {
      let isOver = false;
      const over = () => {
        isOver = true;
      };
      settled.then(over, over);
      while (!isOver) {
        await vi.advanceTimersByTimeAsync(10);
        await new Promise(setImmediate);
      }
      return settled;
    },
    [Symbol.asyncDispose]: async () => {
      vi.useRealTimers();
      await client.end();
    },
  };
}
