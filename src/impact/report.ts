import type { DiagnosticJson } from '../diagnostic.ts';
import type { Change, Severity } from './change.ts';
import type { LockingStatement } from './locks/lock-report.ts';

/**
 * What `nodrift impact --json` prints and `impact` returns. `formatVersion` grows when a reader of this format
 * could be misled; additions do not raise it. docs/impact.schema.json describes every field.
 */
export interface ImpactReport {
  readonly formatVersion: 1;
  /** The server's version, such as `18.4`. */
  readonly postgres: string;
  /** The commit that the running code is of, as it was named; null: the queries on the disk. */
  readonly since: string | null;
  /** How many queries the running code has. */
  readonly queries: number;
  /** The gravest that the migrations do to running code; those that are allowed are omitted. */
  readonly severity: Severity;
  /** Large tables that migrations read while queries wait, sorted; those of migrations that are allowed are omitted. */
  readonly largeTables: readonly string[];
  /** Those considered, in the order in which they run. */
  readonly migrations: readonly ImpactOfMigration[];
  readonly rollout: Rollout;
  /** Queries of the running code that are refused without these migrations too. */
  readonly broken: readonly DiagnosticJson[];
  readonly notes: readonly string[];
}

export interface ImpactOfMigration {
  readonly name: string;
  /** Relative to the configuration's folder, '/' separated. */
  readonly file: string;
  readonly severity: Severity;
  /** Why it may break running code; null where that is not allowed. */
  readonly allowed: string | null;
  /** Queries that something changes for. */
  readonly queries: readonly ImpactOnQuery[];
  /** How many nothing changes for. */
  readonly unaffected: number;
  /** Its statements that queries wait for, or that take long on large tables, in their order. */
  readonly locks: readonly LockingStatement[];
}

export interface ImpactOnQuery {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** The gravest of the changes'. */
  readonly severity: Severity;
  readonly changes: readonly Change[];
  /** Why it is refused, with the place in the file as the running code has it. */
  readonly errors: readonly DiagnosticJson[];
}

/**
 * In which order the migrations and the new code can go out:
 * - any: both ways work
 * - migrate first: the new code breaks on the old schema
 * - deploy first: the running code breaks on the new schema
 * - none: both break, so that the migration must be split (expand, then contract)
 * - unfit: the new code does not work on the new schema either
 */
export type RolloutOrder = 'any' | 'migrate first' | 'deploy first' | 'none' | 'unfit';

/** The time between migrating and deploying; queries that are compatible are omitted. */
export interface Rollout {
  readonly order: RolloutOrder;
  readonly runningCodeOnNewSchema: readonly ImpactOnQuery[];
  readonly newCodeOnOldSchema: readonly ImpactOnQuery[];
  /** Where the running code breaks while only some of the migrations have run, though not when all have. */
  readonly between: readonly Between[];
  /** Queries on the disk that the new schema refuses. */
  readonly newCodeOnNewSchema: readonly DiagnosticJson[];
}

/** The time between two migrations. */
export interface Between {
  /** The migrations' files. */
  readonly after: string;
  readonly before: string;
  /** The queries that break then, by their names. */
  readonly queries: readonly string[];
}
