/** A pool that says how many connections are idle, and closes those above `options.min`: pg's, or some of these together. */
export interface IdlingPool {
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly options?: object;
  readonly pools?: readonly IdlingPool[];
  on(event: 'remove', listener: () => void): void;
}

const RETRY_MILLIS = 1000;

/**
 * Keeps `minIdle` connections idle: `make` makes those that are missing, now and whenever one is closed, and again after a
 * while where it rejects. Returns the function to call when one was acquired.
 */
export function keepIdle(
  pool: IdlingPool,
  minIdle: number,
  inUse: () => number,
  make: () => Promise<void>,
): () => void {
  if (minIdle === 0) {
    return () => {};
  }
  // Above it pg closes what has been idle for long; it counts those in use, too.
  for (const { options = {} } of pool.pools ?? [pool]) {
    Object.defineProperty(options, 'min', { get: () => inUse() + minIdle });
  }
  let isMaking = false;
  const refill = (): void => {
    if (isMaking || pool.idleCount >= minIdle || pool.waitingCount > 0) {
      return;
    }
    isMaking = true;
    make()
      .catch(() => {
        (setTimeout(refill, RETRY_MILLIS) as { unref?(): void }).unref?.();
      })
      .finally(() => {
        isMaking = false;
      });
  };
  pool.on('remove', refill);
  refill();
  return refill;
}
