/** How many waited for longer than the bucket before says, and for no longer than this one does. */
export interface WaitBucket {
  /** In milliseconds; the last is Infinity. */
  readonly upToMillis: number;
  readonly count: number;
}

/** A pool at a moment. */
export interface PoolStats {
  /** Connections: in use, idle, and being made or closed. */
  readonly total: number;
  readonly inUse: number;
  readonly idle: number;
  /** How many wait for a connection, also for one that is being made or tried. */
  readonly waiting: number;
  /** How long it took to get a connection, or to give up, since the pool was made. */
  readonly waits: readonly WaitBucket[];
}

const BOUNDS = [1, 5, 25, 100, 500, 2500, Number.POSITIVE_INFINITY];

/** Counts waiting times in fixed buckets. */
export function waitHistogram(): { note(millis: number): void; read(): WaitBucket[] } {
  const counts = BOUNDS.map(() => 0);
  return {
    note: (millis) => {
      const bucket = BOUNDS.findIndex((bound) => millis <= bound);
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    },
    read: () => BOUNDS.map((upToMillis, i) => ({ upToMillis, count: counts[i] ?? 0 })),
  };
}
