import type { AnalysedQuery } from '../analysis/analysed-query.ts';
import { type Diagnostic, isInternal } from '../diagnostic.ts';
import { bySeverity, type Change, type Severity, worst } from './change.ts';
import { type ComparisonOptions, queryChanges } from './queries/query-changes.ts';
import { isOnlyOfNull } from './queries/value-change.ts';
import { changedRules, type RuleChanges } from './rules/rule-changes.ts';
import { runTimeChanges } from './rules/run-time-changes.ts';
import type { Snapshot } from './snapshot.ts';

/** What a change of the schema does to one query. */
export interface QueryImpact {
  readonly name: string;
  /** Relative to the configuration's folder, '/' separated. */
  readonly file: string;
  /** 1-based, of the name. */
  readonly line: number;
  /** The gravest of the changes'. */
  readonly severity: Severity;
  /** The gravest first. */
  readonly changes: readonly Change[];
  /** Why it is refused from now on, with the place in the file; empty if it is not. */
  readonly errors: readonly Diagnostic[];
}

export interface SnapshotComparison {
  /** Those that something has changed for, in the order of the statements. */
  readonly impacts: readonly QueryImpact[];
  /** How many nothing has changed for. */
  readonly unaffected: number;
  /** Those that are refused before and after. */
  readonly broken: readonly string[];
}

/**
 * Compares the same queries on two states of a schema: what the code was made for, and what it meets.
 * A query that was refused already is only named, or said to be accepted from now on.
 */
export function compareSnapshots(
  before: Snapshot,
  after: Snapshot,
  options: ComparisonOptions,
): SnapshotComparison {
  const rules = changedRules(before.rules, after.rules);
  const impacts: QueryImpact[] = [];
  const broken: string[] = [];
  let unaffected = 0;
  for (const [key, { name, file, line }] of before.statements) {
    const [was, is] = [before.queries.get(key), after.queries.get(key)];
    if (was === undefined && is === undefined) {
      broken.push(key);
      continue;
    }
    const errors = is === undefined ? (after.errors.get(key) ?? []) : [];
    const changes =
      is === undefined
        ? errors.map(refused)
        : was === undefined
          ? [accepted(before.errors.get(key) ?? [])]
          : [...queryChanges(was, is, options), ...runTimeChanges(was, is, rules)].map((change) =>
              onceValid(change, is, rules),
            );
    if (changes.length === 0) {
      unaffected += 1;
      continue;
    }
    impacts.push({
      name,
      file,
      line,
      severity: worst(changes.map(({ severity }) => severity)),
      changes: changes.toSorted((a, b) => bySeverity(a.severity, b.severity)),
      errors,
    });
  }
  return { impacts, unaffected, broken };
}

/** Rows that met a constraint do so still where it is NOT VALID now: others must come from elsewhere. */
function onceValid(change: Change, { reads, writes }: AnalysedQuery, rules: RuleChanges): Change {
  if (change.kind !== 'column' || change.severity !== 'breaks' || !isOnlyOfNull(change)) return change;
  const tables = [...reads, ...writes].map(({ schema, table }) => `${schema}.${table}`);
  const isLoosened = tables.some(
    (table) =>
      (rules.rules.get(table) ?? []).some(
        ({ change: how, rule }) => how === 'dropped' && rule.events.includes('insert'),
      ) || (rules.columns.get(table) ?? []).some(({ before, after }) => before?.notNull && !after.notNull),
  );
  if (isLoosened || !tables.some((table) => rules.invalidated.has(table))) return change;
  return {
    ...change,
    severity: 'may break',
    effect: `${change.effect}, if a constraint that is NOT VALID does not hold`,
  };
}

function refused(found: Diagnostic): Change {
  const { message, sqlstate } = found;
  if (isInternal(found)) return unknown('accepted', withoutName(message));
  const effect = sqlstate === null ? 'nodrift refuses it' : 'every call fails';
  return {
    kind: 'query',
    severity: 'breaks',
    subject: '',
    before: 'accepted',
    after: withoutName(message),
    direction: null,
    effect,
  };
}

function accepted(errors: readonly Diagnostic[]): Change {
  const [first] = errors;
  if (first !== undefined && isInternal(first)) return unknown(withoutName(first.message), 'accepted');
  return {
    kind: 'query',
    severity: 'compatible',
    subject: '',
    before: first === undefined ? 'refused' : withoutName(first.message),
    after: 'accepted',
    direction: null,
    effect: 'it works from now on',
  };
}

/** An internal error on one of the two states: the query may be what it was, or not. */
function unknown(before: string, after: string): Change {
  return {
    kind: 'query',
    severity: 'may break',
    subject: '',
    before,
    after,
    direction: null,
    effect: 'nodrift could not analyse it on both schemas',
  };
}

function withoutName(message: string): string {
  return message.slice(message.indexOf(': ') + 2);
}
