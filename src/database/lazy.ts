/** The function, run at its first call only; every call waits for it. */
export function lazy(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  return () => {
    running ??= work();
    return running;
  };
}
