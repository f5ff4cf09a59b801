/** Waits for work, or for a signal to be aborted, whichever comes first; rejects with the signal's reason. */
export async function untilAborted<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (signal === undefined) return work;
  // Work that is given up may still fail: that is not reported.
  work.catch(() => {});
  signal.throwIfAborted();
  let interrupt: (() => void) | undefined;
  const interrupted = new Promise<never>((_resolve, reject) => {
    interrupt = () => reject(signal.reason);
    signal.addEventListener('abort', interrupt);
  });
  try {
    return await Promise.race([work, interrupted]);
  } finally {
    if (interrupt !== undefined) signal.removeEventListener('abort', interrupt);
  }
}
