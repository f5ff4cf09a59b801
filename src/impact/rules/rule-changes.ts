import { filledTables, isRequiredColumn } from './required-columns.ts';
import type { Grant, Name, Rule, Rules, Sequence, TableColumn } from './rules.ts';
import { groupedBy, groupedByTable, type SchemaIndex, schemaIndex } from './schema-index.ts';
import { changedSettings, type SettingChange } from './settings.ts';

/** What tables demand now and did not before, or the other way round where that is what hurts; the index is the new schema's. */
export interface RuleChanges extends SchemaIndex {
  /** By `schema.table`. */
  readonly columns: ReadonlyMap<string, readonly ColumnChange[]>;
  readonly rules: ReadonlyMap<string, readonly RuleChange[]>;
  /** Tables with a trigger that may give a row what a statement omits. */
  readonly filled: Readonly<Record<'insert' | 'update', ReadonlySet<string>>>;
  /** Names that only the old schema has; of what is in a relation that is gone, the relation's. */
  readonly gone: readonly Name[];
  /** By schema: the relations and functions that there are now. */
  readonly names: ReadonlyMap<string, readonly Name[]>;
  /** Privileges that only the old schema has, of what the new one has too. */
  readonly revoked: readonly Grant[];
  /** Those of the new schema. */
  readonly grants: readonly Grant[];
  /** Those of the new schema, by `schema.name`. */
  readonly sequences: ReadonlyMap<string, Sequence>;
  readonly shrunk: readonly SequenceChange[];
  /** Sequences that are elsewhere. */
  readonly moved: readonly Sequence[];
  readonly settings: readonly SettingChange[];
  /** Tables, as `schema.table`, with a constraint that is NOT VALID now and was valid. */
  readonly invalidated: ReadonlySet<string>;
  /** Whether there is any change at all. */
  readonly isAny: boolean;
}

export interface SequenceChange {
  readonly before: Sequence;
  readonly after: Sequence;
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
  // To change what a column is computed from, it is often dropped and made again.
  const computed = new Map(
    before.columns.flatMap((one) => (one.generated === null ? [] : [[nameOf(one), one] as const])),
  );
  const columns = after.columns.flatMap((column): ColumnChange[] => {
    const was = wereColumns.get(column.id) ?? computed.get(nameOf(column)) ?? null;
    const same =
      was !== null &&
      was.type === column.type &&
      isRequiredColumn(was) === isRequiredColumn(column) &&
      was.notNull === column.notNull &&
      was.automatic === column.automatic &&
      was.generated === column.generated &&
      !isReordered(was.labels, column.labels) &&
      was.default === column.default;
    return same ? [] : [{ before: was, after: column }];
  });
  const rules = ruleChanges(before.rules, after.rules);
  const gone = goneNames(before.names, after.names);
  const revoked = revokedGrants(before.grants, after.grants);
  const shrunk = shrunkSequences(before.sequences, after.sequences);
  const moves = new Set(after.moved.slice(before.moved.length));
  const moved = after.sequences.filter(({ id }) => moves.has(id));
  const settings = changedSettings(before.settings, after.settings);
  return {
    ...schemaIndex(after),
    columns: groupedByTable(columns, ({ after: column }) => column),
    rules: groupedByTable(rules, ({ rule }) => rule),
    filled: { insert: filledTables(after, 'insert'), update: filledTables(after, 'update') },
    gone,
    names: groupedBy(
      after.names.filter(({ relation }) => relation === null),
      ({ schema }) => schema,
    ),
    revoked,
    grants: after.grants,
    sequences: new Map(after.sequences.map((one) => [`${one.schema}.${one.name}`, one])),
    shrunk,
    moved,
    settings,
    invalidated: invalidatedTables(before, after),
    isAny: [columns, rules, gone, revoked, shrunk, moved, settings].some(({ length }) => length > 0),
  };
}

function nameOf({ schema, table, column }: TableColumn): string {
  return JSON.stringify([schema, table, column]);
}

/** Whether labels that an enum had before compare otherwise now. */
export function isReordered(before: readonly string[] | null, after: readonly string[] | null): boolean {
  if (before === null || after === null) return false;
  const common = before.filter((label) => after.includes(label));
  return common.join('\0') !== after.filter((label) => before.includes(label)).join('\0');
}

function goneNames(before: readonly Name[], after: readonly Name[]): readonly Name[] {
  const key = ({ schema, relation, name, isFunction }: Name) =>
    JSON.stringify([schema, relation, name, isFunction]);
  const are = new Set(after.map(key));
  return before.filter((one) => {
    const { schema, relation } = one;
    if (are.has(key(one))) return false;
    return relation === null || are.has(key({ schema, relation: null, name: relation, isFunction: false }));
  });
}

function invalidatedTables(before: Rules, after: Rules): ReadonlySet<string> {
  const valid = new Set(before.rules.filter((rule) => !isNotValid(rule)).map(meaning));
  const weaker = after.rules.filter((rule) => isNotValid(rule) && valid.has(meaning(rule)));
  const were = new Map(before.columns.map((column) => [column.id, column]));
  const columns = after.columns.filter(({ id, isValidated }) => !isValidated && were.get(id)?.isValidated);
  return new Set([...weaker, ...columns].map(({ schema, table }) => `${schema}.${table}`));
}

function isNotValid({ definition }: Rule): boolean {
  return / NOT VALID$/.test(definition);
}

function revokedGrants(before: readonly Grant[], after: readonly Grant[]): readonly Grant[] {
  const key = (grant: Grant) => JSON.stringify([grant.kind, grant.key, grant.role, grant.privilege]);
  const are = new Set(after.map(key));
  return before.filter((grant) => !are.has(key(grant)) && !are.has(key({ ...grant, role: 'PUBLIC' })));
}

function ruleChanges(before: readonly Rule[], after: readonly Rule[]): readonly RuleChange[] {
  const were = new Map(before.map((rule) => [rule.id, rule]));
  const are = new Map(after.map((rule) => [rule.id, rule]));
  // What was dropped and made again says the same under another OID.
  const gone = before.filter(({ id }) => !are.has(id));
  const added = after.filter(({ id }) => !were.has(id));
  const meanings = (rules: readonly Rule[]) => new Set(rules.map(meaning));
  const goneMeanings = new Set([...meanings(gone), ...gone.map((rule) => meaning(strictest(rule)))]);
  const addedMeanings = meanings(added);
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
  const ofAll = meanings(after.filter(({ kind, name }) => kind === 'privilege' && name === 'PUBLIC'));
  for (const rule of gone) {
    const isKept = rule.kind === 'privilege' && ofAll.has(meaning({ ...rule, name: 'PUBLIC' }));
    if (!isKept && !addedMeanings.has(meaning(rule)))
      changes.push({ change: 'dropped', before: rule, after: null, rule });
  }
  return changes;
}

/** Rows that met a constraint meet the same one that is NOT VALID. */
function meaning({ kind, schema, table, name, columns, definition, body }: Rule): string {
  const role = kind === 'privilege' ? name : '';
  return [kind, schema, table, role, columns.join('\0'), definition.replace(/ NOT VALID$/, ''), body].join(
    '\n',
  );
}

/** A key under which fewer values are equal demands less. */
function strictest(rule: Rule): Rule {
  return rule.kind === 'unique' ? { ...rule, body: '' } : rule;
}

const alterable: readonly Rule['kind'][] = ['trigger', 'rule', 'check option', 'policy', 'row security'];

/** Constraints can't be altered except VALIDATE and the names in them; the rest can. */
function isLoose(was: Rule, is: Rule): boolean {
  if (!alterable.includes(was.kind)) return false;
  return was.body !== is.body || (was.definition !== is.definition && was.table === is.table);
}

/** Sequences that end earlier than before: there a statement fails that draws from them. */
function shrunkSequences(before: readonly Sequence[], after: readonly Sequence[]): readonly SequenceChange[] {
  const key = ({ schema, name }: Sequence) => JSON.stringify([schema, name]);
  const were = new Map(before.flatMap((one) => [[one.id, one] as const, [key(one), one] as const]));
  return after.flatMap((one) => {
    const was = were.get(one.id) ?? were.get(key(one));
    return was !== undefined && endsEarlier(was, one) ? [{ before: was, after: one }] : [];
  });
}

function endsEarlier(was: Sequence, is: Sequence): boolean {
  if (BigInt(is.max) < BigInt(was.max) || BigInt(is.min) > BigInt(was.min)) return true;
  if (is.cycle) return false;
  return was.cycle || isFaster(BigInt(was.increment), BigInt(is.increment));
}

function isFaster(was: bigint, is: bigint): boolean {
  return was < 0n ? is < was || is > 0n : is > was || is < 0n;
}
