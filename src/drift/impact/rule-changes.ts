import type { Causes } from './caused.ts';
import { filledTables, isRequired } from './required-columns.ts';
import type { Rule, Rules, TableColumn } from './rules.ts';

/** What tables demand now and did not before, or the other way round where that is what hurts. */
export interface RuleChanges {
  /** By `schema.table`. */
  readonly columns: ReadonlyMap<string, readonly ColumnChange[]>;
  readonly rules: ReadonlyMap<string, readonly RuleChange[]>;
  /** Tables with a trigger that may give a row what a statement leaves out. */
  readonly filled: Readonly<Record<'insert' | 'update', ReadonlySet<string>>>;
  /** By `schema.table`, then by name: the columns that there are now. */
  readonly present: ReadonlyMap<string, ReadonlyMap<string, TableColumn>>;
  /** Of the new schema. */
  readonly causes: Causes;
}

export interface ColumnChange {
  /** Null for a column that is new. */
  readonly before: TableColumn | null;
  readonly after: TableColumn;
}

export interface RuleChange {
  readonly change: 'added' | 'changed' | 'dropped';
  readonly before: Rule | null;
  readonly after: Rule | null;
  readonly rule: Rule;
}

/** Compares what the tables demand; tables and columns that were renamed are known again. */
export function changedRules(before: Rules, after: Rules): RuleChanges {
  const wereColumns = new Map(before.columns.map((column) => [column.id, column]));
  const columns = after.columns.flatMap((column): ColumnChange[] => {
    const was = wereColumns.get(column.id) ?? null;
    const same =
      was !== null &&
      was.type === column.type &&
      isRequired(was) === isRequired(column) &&
      was.notNull === column.notNull &&
      was.automatic === column.automatic &&
      was.default === column.default;
    return same ? [] : [{ before: was, after: column }];
  });
  return {
    columns: grouped(columns, ({ after: column }) => column),
    rules: grouped(ruleChanges(before.rules, after.rules), ({ rule }) => rule),
    filled: { insert: filledTables(after, 'insert'), update: filledTables(after, 'update') },
    present: new Map(
      [...grouped(after.columns, (column) => column)].map(([table, all]) => [
        table,
        new Map(all.map((column) => [column.column, column])),
      ]),
    ),
    causes: after,
  };
}

function ruleChanges(before: readonly Rule[], after: readonly Rule[]): readonly RuleChange[] {
  const were = new Map(before.map((rule) => [rule.id, rule]));
  const are = new Map(after.map((rule) => [rule.id, rule]));
  // What was dropped and made again says the same under another OID.
  const gone = before.filter(({ id }) => !are.has(id));
  const added = after.filter(({ id }) => !were.has(id));
  const meanings = (rules: readonly Rule[]) => new Set(rules.map(meaning));
  const [goneMeanings, addedMeanings] = [meanings(gone), meanings(added)];
  const changes: RuleChange[] = [];
  for (const rule of added) {
    if (!goneMeanings.has(meaning(rule))) changes.push({ change: 'added', before: null, after: rule, rule });
  }
  for (const rule of after) {
    const was = were.get(rule.id);
    if (was !== undefined && isLoose(was, rule)) {
      changes.push({ change: 'changed', before: was, after: rule, rule });
    }
  }
  for (const rule of gone) {
    if (!addedMeanings.has(meaning(rule)))
      changes.push({ change: 'dropped', before: rule, after: null, rule });
  }
  return changes;
}

function meaning({ kind, schema, table, columns, definition, body }: Rule): string {
  return [kind, schema, table, columns.join('\0'), definition, body].join('\n');
}

/** Constraints can't be altered but for VALIDATE and the names in them; the rest can. */
function isLoose(was: Rule, is: Rule): boolean {
  const alterable =
    was.kind === 'trigger' || was.kind === 'rule' || was.kind === 'policy' || was.kind === 'row security';
  return alterable && (was.body !== is.body || (was.definition !== is.definition && was.table === is.table));
}

function grouped<T>(
  changes: readonly T[],
  of: (change: T) => { readonly schema: string; readonly table: string },
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const change of changes) {
    const { schema, table } = of(change);
    const key = `${schema}.${table}`;
    groups.set(key, [...(groups.get(key) ?? []), change]);
  }
  return groups;
}
