/**
 * Settles as `promise` does, or rejects with the signal's reason as soon as it is aborted; `isAbortable` says whether it
 * still may be.
 */
export function abortable<Result>(
  promise: Promise<Result>,
  signal: AbortSignal | undefined,
  isAbortable = () => true,
): Promise<Result> {
  if (signal === undefined) {
    return promise;
  }
  return new Promise((resolve, reject) => {
    const abort = () => {
      if (isAbortable()) {
        reject(signal.reason);
      }
    };
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
    if (signal.aborted) {
      abort();
    }
  });
}

/**
 * Runs `open`, which runs `use` with what it has opened, such as a connection. While it waits for that, it rejects with the
 * signal's reason as soon as this is aborted; what comes late is released unused.
 */
export function untilOpened<Opened, Result>(
  signal: AbortSignal | undefined,
  open: (use: (opened: Opened) => Promise<Result>) => Promise<Result>,
  use: (opened: Opened) => Promise<Result>,
): Promise<Result> {
  let isOpen = false;
  const done = open(async (opened) => {
    signal?.throwIfAborted();
    isOpen = true;
    return use(opened);
  });
  return abortable(done, signal, () => !isOpen);
}
