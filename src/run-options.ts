/** What every command takes that opens a database. */
export interface RunOptions {
  /** Aborts the work: the database is closed first, then the command rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Where the cache of the embedded database lies follows from it; default: the process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Called with what is being done, for a progress line: `migrating`, `analysing 12 of 400 queries`. */
  readonly progress?: (stage: string) => void;
}
