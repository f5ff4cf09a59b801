/**
 * What a change of the schema means for code that is running:
 * - breaks: a call fails or yields what its type does not allow, for inputs and rows that the old schema allowed
 * - may break: it depends on values, rows or code that cannot be seen from here
 * - compatible: the code runs on as it is; what is generated for it may change
 */
export type Severity = 'breaks' | 'may break' | 'compatible';

/** Whether a column or parameter can take fewer values than before, more, or simply others. */
export type ChangeDirection = 'narrower' | 'wider' | 'other';

/**
 * What has changed.
 * - query: Postgres or nodrift refuses the statement now (`after` null), or accepts it from now on (`before` null)
 * - column, parameter: its type, nullability or literal union; `before` or `after` is null where it is not there
 * - rows: how many rows it can return; reads, writes: the relations and columns; effect: whether it can be sent again
 * - order: of an enum's labels, by which it compares; function: one that it runs names what is gone
 * - sequence: one that it draws from; setting: what sessions begin with
 * - required column, default, column type, generated column: of a table that it writes
 * - check, unique, exclusion, index, publication, foreign key, trigger, rule, check option, materialized view, policy, row security, privilege, partition: of a table that it uses
 */
export type ChangeKind =
  | 'query'
  | 'column'
  | 'parameter'
  | 'rows'
  | 'reads'
  | 'writes'
  | 'effect'
  | 'order'
  | 'function'
  | 'sequence'
  | 'setting'
  | 'required column'
  | 'default'
  | 'column type'
  | 'generated column'
  | RuleKind;

/** What a table demands of those who use it, beyond the types of its columns. */
export type RuleKind =
  | 'check'
  | 'unique'
  | 'exclusion'
  | 'index'
  | 'publication'
  | 'foreign key'
  | 'trigger'
  | 'rule'
  | 'check option'
  | 'materialized view'
  | 'policy'
  | 'row security'
  | 'privilege'
  | 'partition';

/** One thing about a query that is not as it was. */
export interface Change {
  readonly kind: ChangeKind;
  readonly severity: Severity;
  /** A result column `body`, for some rows `body (kind 'note')`, a parameter `:id`, a table `notes`, a table's column `notes.body`; '' for the query. */
  readonly subject: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly direction: ChangeDirection | null;
  /** What it means for running code, one line. */
  readonly effect: string;
}

const rank: Readonly<Record<Severity, number>> = { breaks: 0, 'may break': 1, compatible: 2 };

/** The graver one first, as `sort` wants it. */
export function bySeverity(a: Severity, b: Severity): number {
  return rank[a] - rank[b];
}

/** The gravest of them; of none at all: compatible. */
export function worst(severities: readonly Severity[]): Severity {
  return severities.toSorted(bySeverity)[0] ?? 'compatible';
}
