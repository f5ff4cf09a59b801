import { diagnostic, Failure } from '../../diagnostic.ts';

/** The migration history beside the files. */
export interface MigrationOrder {
  /** Names of files that have not run, in the order in which they will. */
  readonly pending: readonly string[];
  /** Of these, those that are before one that has run. */
  readonly outOfOrder: readonly string[];
  /** Names that have run and whose files are gone. */
  readonly missing: readonly string[];
}

/**
 * Compares the migration history with the files.
 * @param applied names in the order in which they ran
 * @param files names in the order in which they are to run
 */
export function migrationOrder(applied: readonly string[], files: readonly string[]): MigrationOrder {
  const done = new Set(applied);
  const known = new Set(files);
  const pending = files.filter((name) => !done.has(name));
  const lastDone = files.findLastIndex((name) => done.has(name));
  return {
    pending,
    outOfOrder: files.slice(0, lastDone + 1).filter((name) => !done.has(name)),
    missing: applied.filter((name) => !known.has(name)),
  };
}

/**
 * Refuses what node-pg-migrate's checkOrder refuses: what has run must be the beginning of the files.
 * @throws Failure (1)
 */
export function checkOrder(applied: readonly string[], files: readonly string[]): void {
  const length = Math.min(applied.length, files.length);
  const at = applied.slice(0, length).findIndex((name, index) => name !== files[index]);
  if (at === -1) return;
  const [ran, next] = [applied[at] ?? '', files[at] ?? ''];
  const { outOfOrder, missing } = migrationOrder(applied, files);
  if (missing.includes(ran)) {
    const hint = 'Restore the file, or delete its row from the table pgmigrations.';
    throw refused(`${ran} has run, but its file is gone.`, hint);
  }
  if (outOfOrder.includes(next)) {
    const hint = 'Migrations run in the order of their numbers: give the new one a later number.';
    throw refused(`Not run migration ${next} is preceding already run migration ${ran}`, hint);
  }
  const hint = 'Rename the files so that their order is the one in which they ran.';
  throw refused(`${ran} has run before ${next}, but the files are in the opposite order.`, hint);
}

function refused(message: string, hint: string): Failure {
  return new Failure(1, [diagnostic({ code: 'ND4009', message, hint })]);
}
