/**
 * Waits for something that cannot be stopped while it comes into being. If the signal is aborted meanwhile, rejects with
 * its reason at once, and disposes of the thing when it is there.
 */
export function abandonable<T>(
  signal: AbortSignal | undefined,
  making: Promise<T>,
  dispose: (made: T) => Promise<unknown>,
): Promise<T> {
  if (signal === undefined) return making;
  return new Promise((resolve, reject) => {
    const abandon = () => {
      reject(signal.reason);
      making.then(dispose).catch(() => {});
    };
    making.then(resolve, reject).finally(() => signal.removeEventListener('abort', abandon));
    signal.addEventListener('abort', abandon);
    if (signal.aborted) abandon();
  });
}
