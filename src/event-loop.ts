/** How long synchronous work may keep signals, timers and sockets waiting. */
const intervalMs = 50;

/**
 * Makes a function for loops that compute: called after each piece of work, it gives the event loop its turn where the
 * last one was more than 50 ms ago, and else costs next to nothing.
 * @returns a function that returns undefined where there is nothing to wait for, and else a promise, which rejects with
 *   the signal's reason if that was aborted meanwhile
 */
export function createPause(signal?: AbortSignal): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < intervalMs) return undefined;
    return new Promise((resolve, reject) => {
      setImmediate(() => {
        last = performance.now();
        if (signal?.aborted === true) reject(signal.reason);
        else resolve();
      });
    });
  };
}
