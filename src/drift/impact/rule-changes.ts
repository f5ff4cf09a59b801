import type { ColumnReference, Operation, Query, RelationUse, SlotValue } from '../../analysis/query.ts';
import type { Change, ChangeKind, Severity } from './change.ts';
import { shrinks } from './modifier.ts';
import { filledTables, isRequired } from './required-columns.ts';
import type { Rule, Rules, TableColumn } from './rules.ts';

/** What tables demand now and did not before, or the other way round where that is what hurts. */
export interface RuleChanges {
  /** By `schema.table`. */
  readonly columns: ReadonlyMap<string, readonly ColumnChange[]>;
  readonly rules: ReadonlyMap<string, readonly RuleChange[]>;
  /** Tables with a trigger that may give a row what an INSERT leaves out. */
  readonly filled: ReadonlySet<string>;
}

interface ColumnChange {
  /** Null for a column that is new. */
  readonly before: TableColumn | null;
  readonly after: TableColumn;
}

interface RuleChange {
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
    filled: filledTables(after),
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
  const alterable = was.kind === 'trigger' || was.kind === 'policy' || was.kind === 'row security';
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

/**
 * What can go wrong when a query runs, though Postgres accepts the statement: columns that its INSERTs leave out
 * and that need a value now, new constraints, triggers and policies on the tables that it uses, privileges taken
 * away.
 * @param query as the database has it after the change
 */
export function runTimeChanges(query: Query, changes: RuleChanges): readonly Change[] {
  if (changes.columns.size === 0 && changes.rules.size === 0) return [];
  const found: Change[] = [];
  for (const operation of query.operations ?? []) {
    const key = `${operation.schema}.${operation.table}`;
    for (const column of changes.columns.get(key) ?? []) {
      found.push(...columnRisk(operation, column, query, changes.filled.has(key)));
    }
    for (const rule of changes.rules.get(key) ?? []) {
      if (!isListed(query, rule.rule)) found.push(...ruleRisk(operation, rule));
    }
  }
  for (const use of query.reads) {
    for (const rule of changes.rules.get(`${use.schema}.${use.table}`) ?? [])
      found.push(...readRisk(use, rule));
  }
  return unique(found);
}

function columnRisk(
  operation: Operation,
  { before, after }: ColumnChange,
  query: Query,
  filled: boolean,
): readonly Change[] {
  const given = operation.columns.includes(after.column);
  const subject = `${shown(after)}.${after.column}`;
  if (operation.event === 'delete') return [];
  if (!given) return operation.event === 'insert' ? leftOut(subject, before, after, filled) : [];
  const changes: Change[] = [];
  if (before !== null && !before.notNull && after.notNull && !isChecked(query, after)) {
    const effect = 'what is written there must not be null any more';
    changes.push(change('required column', 'may break', subject, 'NULL allowed', 'NOT NULL', effect));
  }
  if (before !== null && shrinks(before.type, after.type)) {
    const effect = 'values that fitted fail, or are cut off';
    changes.push(change('column type', 'may break', subject, before.type, after.type, effect));
  }
  return changes;
}

/** Of an INSERT that does not give the column a value. */
function leftOut(
  subject: string,
  before: TableColumn | null,
  after: TableColumn,
  filled: boolean,
): readonly Change[] {
  if (isRequired(after)) {
    if (before !== null && isRequired(before)) return [];
    const was = before === null ? null : before.notNull ? (before.default ?? 'automatic') : 'NULL allowed';
    const [severity, effect] = filled
      ? (['may break', 'INSERTs leave it out: they fail with 23502 unless a trigger fills it in'] as const)
      : (['breaks', 'INSERTs leave it out, and nothing fills it in: they fail with 23502'] as const);
    return [change('required column', severity, subject, was, 'NOT NULL without a default', effect)];
  }
  // With another type the default is written in another way.
  if (before === null || before.type !== after.type || after.automatic) return [];
  const was = before.automatic ? 'automatic' : before.default;
  if (was === after.default) return [];
  const effect = `INSERTs that leave it out store ${after.default ?? 'NULL'} from now on`;
  return [change('default', 'may break', subject, was, after.default, effect)];
}

/** Whether a parameter goes there, so that its own nullability says it all. */
function isChecked(query: Query, column: TableColumn): boolean {
  return slotsFor(query, column).length > 0;
}

/** Whether a CHECK lists the values of one column, and a parameter that goes there has them as its literal union. */
function isListed(query: Query, { kind, schema, table, columns, definition }: Rule): boolean {
  const [column, ...others] = columns;
  if (kind !== 'check' || column === undefined || others.length > 0) return false;
  const listing = / = (ANY \(|')/.test(definition);
  return (
    listing && slotsFor(query, { schema, table, column }).some(({ value }) => value.literals !== undefined)
  );
}

function slotsFor(query: Query, { schema, table, column }: ColumnReference): readonly SlotValue[] {
  const slots = query.params.flatMap((param) => ('fields' in param ? param.fields : [param]));
  return slots.filter(
    ({ column: to }) => to?.schema === schema && to.table === table && to.column === column,
  );
}

function ruleRisk(
  operation: Operation,
  { change: what, before, after, rule }: RuleChange,
): readonly Change[] {
  if (!rule.events.includes(operation.event)) return [];
  const touches =
    rule.columns.length === 0 ||
    operation.event === 'delete' ||
    (rule.kind === 'trigger' && operation.event === 'insert') ||
    rule.columns.some((column) => operation.columns.includes(column));
  if (!touches) return [];
  const effect = effects[rule.kind][what];
  if (effect === null) return [];
  const verb = operation.event.toUpperCase();
  return [
    change(rule.kind, 'may break', subjectOf(rule), textOf(before), textOf(after), effect.replace('%', verb)),
  ];
}

function readRisk(
  { columns }: RelationUse,
  { change: what, before, after, rule }: RuleChange,
): readonly Change[] {
  if (!rule.events.includes('select')) return [];
  const relevant = rule.columns.length === 0 || rule.columns.some((column) => columns.includes(column));
  const effect = effects[rule.kind][what];
  if (!relevant || effect === null) return [];
  return [
    change(
      rule.kind,
      'may break',
      subjectOf(rule),
      textOf(before),
      textOf(after),
      effect.replace('%', 'SELECT'),
    ),
  ];
}

/** `%` stands for what the query does; null: no harm comes of it. */
const effects: Readonly<Record<Rule['kind'], Readonly<Record<RuleChange['change'], string | null>>>> = {
  check: { added: '% fails where a row does not satisfy it', changed: null, dropped: null },
  unique: { added: '% fails where a row with the same values exists', changed: null, dropped: null },
  exclusion: { added: '% fails where a row conflicts with another', changed: null, dropped: null },
  'foreign key': { added: '% fails where the reference would not hold', changed: null, dropped: null },
  trigger: {
    added: '% runs it: it can change the row, or fail',
    changed: '% runs it: it can change the row, or fail, in another way',
    dropped: '% does not run it any more',
  },
  policy: {
    added: '% is held to it where row security is on',
    changed: '% is held to it where row security is on',
    dropped: '% loses the rows that it let through where row security is on',
  },
  'row security': {
    added: '% sees and writes only the rows that a policy lets through',
    changed: '% sees and writes only the rows that a policy lets through',
    dropped: null,
  },
  privilege: { added: null, changed: null, dropped: '% is refused to that role' },
  partition: { added: null, changed: null, dropped: '% does not find its rows there any more' },
};

function change(
  kind: ChangeKind,
  severity: Severity,
  subject: string,
  before: string | null,
  after: string | null,
  effect: string,
): Change {
  return { kind, severity, subject, before, after, direction: null, effect };
}

function subjectOf(rule: Rule): string {
  return rule.name === '' ? shown(rule) : `${rule.name} of ${shown(rule)}`;
}

function textOf(rule: Rule | null): string | null {
  return rule === null ? null : rule.definition;
}

function shown({ schema, table }: { readonly schema: string; readonly table: string }): string {
  return schema === 'public' ? table : `${schema}.${table}`;
}

/** A statement can do one thing twice. */
function unique(changes: readonly Change[]): readonly Change[] {
  const seen = new Map(changes.map((one) => [JSON.stringify([one.kind, one.subject, one.after]), one]));
  return [...seen.values()];
}
