import type {
  AnalysedQuery,
  ColumnReference,
  RelationUse,
  SlotValue,
} from '../../analysis/analysed-query.ts';
import type { Change, ChangeKind, Severity } from '../change.ts';
import { relationName } from '../relation-name.ts';
import { capturedNames } from './captured.ts';
import { type Caused, causedBy } from './caused.ts';
import { executedBy } from './executed.ts';
import { canFail } from './index-expressions.ts';
import { callChanges, routineChanges } from './inside-routines.ts';
import { mentions, wordsOf } from './mentions.ts';
import { holdsFewer, shrinks } from './modifier.ts';
import { objectPrivilegeChanges, ungrantedSequences } from './object-privileges.ts';
import { isRequiredColumn } from './required-columns.ts';
import { type ColumnChange, isReordered, type RuleChange, type RuleChanges } from './rule-changes.ts';
import { effectOf, subjectOf, textOf } from './rule-effects.ts';
import type { Rule, TableColumn } from './rules.ts';
import { sequenceChanges } from './sequence-limits.ts';
import { settingChanges } from './settings.ts';
import { touches } from './touches.ts';
import { typeDemandChanges } from './type-demands.ts';

/**
 * What can go wrong when a query runs, though Postgres accepts the statement: columns that its INSERTs omit
 * and that need a value now, new constraints, triggers and policies on the tables that it uses, privileges taken
 * away.
 * @param before the same query as the database has it before the change
 * @param query as the database has it after the change
 */
export function runTimeChanges(
  before: AnalysedQuery,
  query: AnalysedQuery,
  changes: RuleChanges,
): readonly Change[] {
  const calls = callChanges(before, query, changes);
  if (!changes.isAny && calls.length === 0) return movedParameters(before, query, changes);
  const executed = executedBy(query, changes);
  const operations = causedBy(query.operations ?? [], changes.causes);
  const found: Change[] = [
    ...calls,
    ...movedParameters(before, query, changes),
    ...typeDemandChanges(executed, operations, changes),
    ...routineChanges(executed.routines, operations, changes),
    ...objectPrivilegeChanges(query, executed, changes),
    ...sequenceChanges(query, executed, changes),
    ...settingChanges(query, changes.settings),
  ];
  found.push(...capturedNames(before, query, changes));
  for (const operation of operations) {
    const key = `${operation.schema}.${operation.table}`;
    for (const column of changes.columns.get(key) ?? []) {
      found.push(...columnRisk(operation, column, query, changes));
    }
    for (const rule of changes.rules.get(key) ?? []) {
      if (!isListed(query, rule.rule)) found.push(...ruleRisk(operation, rule, changes));
      found.push(...arbiterRisk(operation, rule, query));
    }
  }
  const views = query.reads.flatMap(({ schema, table }) => changes.routines.get(`${schema}.${table}`) ?? []);
  const texts = [...executed.texts.map(({ text }) => text), ...views.map(({ body }) => body)];
  for (const use of query.reads) {
    for (const rule of changes.rules.get(`${use.schema}.${use.table}`) ?? [])
      found.push(...readRisk(query, use, rule));
    for (const column of changes.columns.get(`${use.schema}.${use.table}`) ?? [])
      found.push(...virtualRisk(use, column), ...paddingRisk(use, column), ...orderRisk(use, column, texts));
  }
  if (query.kind === 'UTILITY') found.push(...truncateRisk(query, changes));
  return unique(found);
}

function columnRisk(
  operation: Caused,
  { before, after, isReached }: ColumnChange,
  query: AnalysedQuery,
  changes: RuleChanges,
): readonly Change[] {
  if (isReached && operation.by !== 'partition') return [];
  const { filled } = changes;
  const { event, by } = operation;
  const given = operation.columns.includes(after.column);
  const subject = `${relationName(after)}.${after.column}`;
  if (event === 'delete') return [];
  if (isComputed(operation, after, changes) && before?.generated !== after.generated) {
    const effect = 'computing it can fail';
    return [
      change('generated column', 'may break', subject, before?.generated ?? null, after.generated, effect),
    ];
  }
  if (by === 'partition') return event === 'insert' || given ? ofPartition(subject, before, after) : [];
  if (!given) {
    if (event !== 'insert') return [];
    const table = `${after.schema}.${after.table}`;
    const isFilled = filled.insert.has(table) || isRewritten(table, changes);
    const ungranted = before === null ? ungrantedSequences(after, changes) : [];
    return [...leftOut(subject, before, after, isFilled), ...ungranted];
  }
  if (before === null) return [];
  const risks: Change[] = [];
  const checked = isChecked(query, after);
  if (!before.notNull && after.notNull && !checked) {
    const effect = 'written values must not be null any more';
    risks.push(change('required column', 'may break', subject, 'NULL allowed', 'NOT NULL', effect));
  }
  const shrunk =
    shrinks(before.baseType, after.baseType) || (!checked && holdsFewer(before.baseType, after.baseType));
  if (shrunk) {
    const effect = 'values that fitted fail, or are cut off';
    risks.push(change('column type', 'may break', subject, before.type, after.type, effect));
  }
  return risks;
}

/** Whether a rule may have an INSERT do something else. */
function isRewritten(table: string, { demands }: RuleChanges): boolean {
  return (demands.get(table) ?? []).some(({ kind, events }) => kind === 'rule' && events.includes('insert'));
}

/** Whether an operation computes the value of a stored generated column, except a mere copy of another column. */
function isComputed(
  { event, columns }: Caused,
  column: TableColumn,
  { present, filled }: RuleChanges,
): boolean {
  const { generated, computedFrom, isStored } = column;
  if (generated === null || !isStored) return false;
  const key = `${column.schema}.${column.table}`;
  const [from = ''] = computedFrom;
  const isCopy = generated.replaceAll('"', '') === from && present.get(key)?.get(from)?.type === column.type;
  if (isCopy) return false;
  return event === 'insert' || filled.update.has(key) || computedFrom.some((name) => columns.includes(name));
}

/** A NOT NULL that only the partition has; its defaults are for those who name the partition. */
function ofPartition(subject: string, before: TableColumn | null, after: TableColumn): readonly Change[] {
  if (before === null || before.notNull || !after.notNull || after.inherited) return [];
  const effect = 'written values must not be null any more';
  return [change('required column', 'may break', subject, 'NULL allowed', 'NOT NULL', effect)];
}

/** Of an INSERT that does not give the column a value. */
function leftOut(
  subject: string,
  before: TableColumn | null,
  after: TableColumn,
  filled: boolean,
): readonly Change[] {
  if (isRequiredColumn(after)) {
    if (before !== null && isRequiredColumn(before)) return [];
    const was = before === null ? null : before.notNull ? (before.default ?? 'automatic') : 'NULL allowed';
    const [severity, effect] = filled
      ? ([
          'may break',
          'INSERTs omit it: they fail with 23502 unless a trigger or a rule fills it in',
        ] as const)
      : (['breaks', 'INSERTs omit it, and nothing fills it in: they fail with 23502'] as const);
    return [change('required column', severity, subject, was, 'NOT NULL without a default', effect)];
  }
  // With another type the default is written in another way.
  if (before === null || before.type !== after.type || after.automatic) return [];
  const was = before.automatic ? 'automatic' : before.default;
  if (was === after.default) return [];
  const effect = `INSERTs that omit it store ${after.default ?? 'NULL'} from now on`;
  return [change('default', 'may break', subject, was, after.default, effect)];
}

/** Whether a parameter goes there, so that its own nullability says it all. */
function isChecked(query: AnalysedQuery, column: TableColumn): boolean {
  return slotsFor(query, column).length > 0;
}

/** Whether a CHECK lists the values of one column, and a parameter that goes there has them as its literal union. */
function isListed(query: AnalysedQuery, { kind, schema, table, columns, definition }: Rule): boolean {
  const [column, ...others] = columns;
  if (kind !== 'check' || column === undefined || others.length > 0) return false;
  const listing = / = (ANY \(|')/.test(definition);
  return (
    listing && slotsFor(query, { schema, table, column }).some(({ value }) => value.literals !== undefined)
  );
}

function slotsFor(query: AnalysedQuery, { schema, table, column }: ColumnReference): readonly SlotValue[] {
  const slots = query.params.flatMap((param) => ('fields' in param ? param.fields : [param]));
  return slots.filter(
    ({ column: to }) => to?.schema === schema && to.table === table && to.column === column,
  );
}

function ruleRisk(operation: Caused, changed: RuleChange, changes: RuleChanges): readonly Change[] {
  const { before, after, rule } = changed;
  if (changed.isReached && operation.by !== 'partition') return [];
  if (!touches(operation, rule, changes)) return [];
  if (rule.kind === 'index' && !canFail(rule.definition)) return [];
  const effect = effectOf(changed);
  if (effect === null) return [];
  const verb = verbs[operation.by](operation.event.toUpperCase());
  const severity = rule.kind === 'publication' && operation.by === 'statement' ? 'breaks' : 'may break';
  return [
    change(rule.kind, severity, subjectOf(rule), textOf(before), textOf(after), effect.replace('%', verb)),
  ];
}

/** What TRUNCATE is refused by, or runs: it names the tables. */
function truncateRisk({ statement }: AnalysedQuery, { rules }: RuleChanges): readonly Change[] {
  const words = wordsOf(statement.sql);
  if (!words.has('truncate')) return [];
  return [...rules.values()].flat().flatMap((changed) => {
    const { before, after, rule } = changed;
    const effect = effectOf(changed)?.replace('%', 'TRUNCATE');
    if (effect === undefined || !rule.events.includes('truncate')) return [];
    if (!mentions(words, rule.schema, rule.table)) return [];
    return [change(rule.kind, 'may break', subjectOf(rule), textOf(before), textOf(after), effect)];
  });
}

/** Parameters whose values go to another column than before, which is still there: columns have another order. */
function movedParameters(
  before: AnalysedQuery,
  query: AnalysedQuery,
  { columnNames }: RuleChanges,
): readonly Change[] {
  const slots = ({ params }: AnalysedQuery) =>
    params.flatMap((param) => ('fields' in param ? param.fields : [param]));
  const were = slots(before);
  return slots(query).flatMap(({ name, column: to }, i): readonly Change[] => {
    const from = were[i]?.column;
    if (!to || !from) return [];
    if (were[i]?.name !== name) return [];
    if (from.schema !== to.schema || from.table !== to.table || from.column === to.column) return [];
    if (!columnNames.has(`${to.schema}.${to.table}.${from.column}`)) return [];
    const effect = 'its values go to another column';
    const [was, is] = [`${relationName(from)}.${from.column}`, `${relationName(to)}.${to.column}`];
    return [change('parameter', 'may break', `:${name}`, was, is, effect)];
  });
}

/** A generated column that is computed when it is read. */
function virtualRisk({ columns }: RelationUse, { before, after }: ColumnChange): readonly Change[] {
  const { generated, isStored, column } = after;
  if (isStored || generated === null || before?.generated === generated || !columns.includes(column))
    return [];
  const subject = `${relationName(after)}.${column}`;
  const was = before?.generated ?? null;
  return [change('generated column', 'may break', subject, was, generated, 'computing it can fail')];
}

function paddingRisk({ columns }: RelationUse, { before, after }: ColumnChange): readonly Change[] {
  if (before === null || before.baseType === after.baseType || !columns.includes(after.column)) return [];
  if (![before.baseType, after.baseType].every((type) => /^character\(\d+\)$/.test(type))) return [];
  const subject = `${relationName(after)}.${after.column}`;
  const effect = 'values come padded with another number of blanks';
  return [change('column type', 'may break', subject, before.type, after.type, effect)];
}

/** An INSERT whose ON CONFLICT has a key for its arbiter, or any of the table's keys, inserts what it skipped or updated. */
function arbiterRisk(
  { event, by }: Caused,
  { change: how, before, rule }: RuleChange,
  { statement }: AnalysedQuery,
): readonly Change[] {
  const isKey = rule.kind === 'unique' || rule.kind === 'exclusion';
  if (how !== 'dropped' || !isKey || event !== 'insert' || by === 'action') return [];
  const found = /\bon\s+conflict\b\s*(?:\(([^)]*)\)|on\s+constraint\s+(\S+))?/i.exec(statement.sql);
  if (found === null) return [];
  const [, columns, name] = found;
  const isArbiter =
    columns === undefined
      ? name === undefined || name.replaceAll('"', '') === rule.name
      : rule.columns.every((column) => columns.includes(column));
  if (!isArbiter) return [];
  const effect = 'rows that conflicted with others are inserted: other constraints can refuse them';
  return [change(rule.kind, 'may break', subjectOf(rule), textOf(before), null, effect)];
}

const verbs: Readonly<Record<Caused['by'], (event: string) => string>> = {
  statement: (event) => event,
  partition: (event) => event,
  action: (event) => `the foreign key's ${event}`,
};

/** What uses a collation. */
const collating =
  /[<>=~]|\b(order|min|max|between|greatest|least|over|rank|distinct|group|union|intersect|except|in|like|ilike|similar|natural|using)\b|\w\(/i;

/** What sorts or compares. */
const comparing = /[<>]|\b(order|min|max|between|greatest|least|over|rank|distinct|group)\b/i;

function orderRisk(
  { columns }: RelationUse,
  { before, after }: ColumnChange,
  texts: readonly string[],
): readonly Change[] {
  if (before === null || !columns.includes(after.column)) return [];
  const [was, is] = [before.collation, after.collation];
  if (was !== null && is !== null && was !== is && texts.some((sql) => collating.test(sql))) {
    const effect = 'its texts compare and sort differently, which some operations refuse';
    return [change('order', 'may break', `${relationName(after)}.${after.column}`, was, is, effect)];
  }
  if (!isReordered(before.labels, after.labels)) return [];
  if (!texts.some((sql) => comparing.test(sql))) return [];
  const subject = `${relationName(after)}.${after.column}`;
  const effect = 'its values compare and sort differently';
  const text = (labels: readonly string[] | null) => (labels ?? []).join(' < ');
  return [change('order', 'may break', subject, text(before.labels), text(after.labels), effect)];
}

function readRisk(
  { statement }: AnalysedQuery,
  { columns }: RelationUse,
  changed: RuleChange,
): readonly Change[] {
  const { before, after, rule } = changed;
  const isLocked =
    locking.test(statement.sql) &&
    rule.events.includes('update') &&
    (rule.kind === 'privilege' || rule.kind === 'policy');
  if (!rule.events.includes('select') && !isLocked) return [];
  const relevant = rule.columns.length === 0 || rule.columns.some((column) => columns.includes(column));
  const effect = effectOf(changed)?.replace('%', 'SELECT');
  if (!relevant || effect === undefined) return [];
  const severity = rule.kind === 'materialized view' ? 'breaks' : 'may break';
  return [change(rule.kind, severity, subjectOf(rule), textOf(before), textOf(after), effect)];
}

/** It needs the privilege to UPDATE, too. */
const locking = /\bfor\s+(?:no\s+key\s+)?update\b|\bfor\s+(?:key\s+)?share\b/i;

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

/** A statement can do one thing twice. */
function unique(changes: readonly Change[]): readonly Change[] {
  const seen = new Map(changes.map((one) => [JSON.stringify([one.kind, one.subject, one.after]), one]));
  return [...seen.values()];
}
