import type { Caused } from './caused.ts';
import type { RuleChanges } from './rule-changes.ts';
import { ofRows, type Rule, type TableColumn } from './rules.ts';

/** Whether a rule can be violated by what an operation does, or is run by it. */
export function touches(operation: Caused, rule: Rule, changes: RuleChanges): boolean {
  const { event, by } = operation;
  if (!rule.events.includes(event)) return false;
  const reached = ofRows.includes(rule.kind) || (by === 'action' && rule.kind === 'rule');
  if (by !== 'statement' && !reached) return false;
  // It is told of the partitioned table.
  if (by === 'partition' && rule.inherited) return false;
  const key = `${operation.schema}.${operation.table}`;
  if (rule.kind === 'partition' && event === 'update') return concerns(rule, operation.columns);
  if (event === 'delete' || !ofRows.includes(rule.kind)) return true;
  if (rule.kind === 'trigger') return event === 'insert' || concerns(rule, operation.columns);
  if (changes.filled[event].has(key)) return true;
  const present = changes.present.get(key) ?? new Map<string, TableColumn>();
  if (event === 'update') {
    // The rows that are there may violate it already, and each UPDATE checks the whole row.
    if (rule.kind === 'check' && / NOT VALID$/.test(rule.definition)) return true;
    return concerns(rule, written(operation, present));
  }
  return rule.kind === 'check'
    ? isCheckTouched(operation, rule, present)
    : isKeyTouched(operation, rule, present);
}

function concerns({ columns }: Rule, written: readonly string[]): boolean {
  return columns.length === 0 || columns.some((column) => written.includes(column));
}

/** The columns that are given a value, and those that are computed from them. */
function written({ columns }: Caused, present: ReadonlyMap<string, TableColumn>): readonly string[] {
  const computed = [...present.values()].filter(({ computedFrom }) =>
    computedFrom.some((column) => columns.includes(column)),
  );
  return [...columns, ...computed.map(({ column }) => column)];
}

/** An INSERT that gives none of its columns a value writes their defaults. */
function isCheckTouched(operation: Caused, rule: Rule, present: ReadonlyMap<string, TableColumn>): boolean {
  return (
    rule.onDefaults !== true || rule.columns.some((column) => written(operation, present).includes(column))
  );
}

/** A key with a NULL in it is equal to none, and refers to nothing. */
function isKeyTouched(operation: Caused, rule: Rule, present: ReadonlyMap<string, TableColumn>): boolean {
  if (/ NULLS NOT DISTINCT/.test(rule.definition)) return true;
  const given = written(operation, present);
  if (/ MATCH FULL/.test(rule.definition) && rule.columns.some((column) => given.includes(column)))
    return true;
  return !rule.columns.some((name) => {
    const column = present.get(name);
    return !given.includes(name) && column?.default === null && !column.automatic;
  });
}
