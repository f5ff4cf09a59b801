import { filledTables, isRequiredColumn } from './required-columns.ts';
import {
  type Grant,
  type Name,
  ofRows,
  type Routine,
  type Rule,
  type Rules,
  type Sequence,
  type TableColumn,
  type TypeDemand,
} from './rules.ts';
import { groupedBy, groupedByTable, type SchemaIndex, schemaIndex } from './schema-index.ts';
import { changedSettings, type SettingChange } from './settings.ts';
import { addedDemands } from './tightened-types.ts';

/** What tables demand now and did not before, or the other way round where that is what hurts; the index is the new schema's. */
export interface RuleChanges extends SchemaIndex {
  /** By `schema.table`. */
  readonly columns: ReadonlyMap<string, readonly ColumnChange[]>;
  readonly rules: ReadonlyMap<string, readonly RuleChange[]>;
  /** Tables with a trigger that may give a row what a statement omits. */
  readonly filled: Readonly<Record<'insert' | 'update', ReadonlySet<string>>>;
  /** Functions that do something else than before, or in another way, as they were: by Routine.key of what they are. */
  readonly altered: ReadonlyMap<string, Routine>;
  /** The functions that there were, by Routine.key. */
  readonly functions: ReadonlyMap<string, Routine>;
  /** What types demand that they did not. */
  readonly demanded: readonly TypeDemand[];
  /** Names that only the old schema has; of what is in a relation that is gone, the relation's. */
  readonly gone: readonly Name[];
  /** The columns that there are now, also of views: `schema.table.column`. */
  readonly columnNames: ReadonlySet<string>;
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
  /** Whether only those who come by a parent that the table did not have meet it. */
  readonly isReached?: true;
  /** Null for a column that is new. */
  readonly before: TableColumn | null;
  readonly after: TableColumn;
}

export interface RuleChange {
  /** As ColumnChange.isReached. */
  readonly isReached?: true;
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
      was.collation === column.collation &&
      !isReordered(was.labels, column.labels) &&
      was.default === column.default;
    return same ? [] : [{ before: was, after: column }];
  });
  const rules = ruleChanges(before.rules, after.rules);
  const demanded = addedDemands(before.types, after.types);
  const reached = newlyReached(before, after);
  const altered = alteredRoutines(before.routines, after.routines);
  const gone = goneNames(before.names, after.names);
  const revoked = revokedGrants(before.grants, after.grants);
  const shrunk = shrunkSequences(before.sequences, after.sequences);
  const moves = new Set(after.moved.slice(before.moved.length));
  const moved = after.sequences.filter(({ id }) => moves.has(id));
  const settings = changedSettings(before.settings, after.settings);
  return {
    ...schemaIndex(after),
    columns: groupedByTable([...columns, ...reached.columns], ({ after: column }) => column),
    rules: groupedByTable([...rules, ...reached.rules], ({ rule }) => rule),
    filled: { insert: filledTables(after, 'insert'), update: filledTables(after, 'update') },
    altered,
    functions: new Map(before.routines.map((one) => [one.key, one])),
    demanded,
    gone,
    columnNames: new Set(
      after.names.flatMap(({ schema, relation, name, kind }) =>
        kind === 'column' ? [`${schema}.${relation}.${name}`] : [],
      ),
    ),
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
    isAny:
      [columns, rules, reached.columns, reached.rules, demanded, gone, revoked, shrunk, moved, settings].some(
        ({ length }) => length > 0,
      ) || altered.size > 0,
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

/** One that may write all the same does what it did. */
function isOtherwiseRun(was: Routine, is: Routine): boolean {
  const others = ({ properties }: Routine) => properties.replace(/^\w+ ?/, '');
  const isVolatile = ({ properties }: Routine) => properties.startsWith('VOLATILE');
  return others(was) !== others(is) || (isVolatile(was) && !isVolatile(is));
}

/** The text of a parsed body changes with the names in it: only one that was replaced is another. */
function alteredRoutines(
  before: readonly Routine[],
  after: readonly Routine[],
): ReadonlyMap<string, Routine> {
  const were = new Map(before.flatMap((one) => [[one.key, one] as const, [one.id, one] as const]));
  return new Map(
    after.flatMap((is): [string, Routine][] => {
      const was = were.get(is.id) ?? were.get(is.key);
      if (was === undefined || is.kind === 'view') return [];
      const isReplaced = is.kind !== 'parsed' || is.version === null || was.version !== is.version;
      const isOther = isOtherwiseRun(was, is) || (isReplaced && was.action !== is.action);
      return isOther ? [[is.key, was]] : [];
    }),
  );
}

/** What tables demand that were there before and whose rows are another table's now, by ATTACH PARTITION or INHERIT. */
function newlyReached(before: Rules, after: Rules): Reached {
  const were = new Set(before.children.map(({ id }) => id));
  const waiting = after.children.filter(({ id }) => !were.has(id));
  if (waiting.length === 0) return { columns: [], rules: [] };
  const keyOf = ({ schema, table }: { readonly schema: string; readonly table: string }) =>
    `${schema}.${table}`;
  const below = new Set<string>();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const child = { schema: next.childSchema, table: next.childTable };
    if (below.has(keyOf(child))) continue;
    below.add(keyOf(child));
    waiting.push(...after.children.filter((link) => keyOf(link) === keyOf(child)));
  }
  const own = after.columns.filter((one) => below.has(keyOf(one)) && one.notNull && !one.inherited);
  const demands = after.rules.filter(
    (rule) => below.has(keyOf(rule)) && ofRows.includes(rule.kind) && !rule.inherited,
  );
  return {
    columns: own.map((column) => ({
      before: { ...column, notNull: false },
      after: column,
      isReached: true,
    })),
    rules: demands.map((rule) => ({ change: 'added', before: null, after: rule, rule, isReached: true })),
  };
}

interface Reached {
  readonly columns: readonly ColumnChange[];
  readonly rules: readonly RuleChange[];
}

function goneNames(before: readonly Name[], after: readonly Name[]): readonly Name[] {
  const key = ({ schema, relation, name, kind }: Name) => JSON.stringify([schema, relation, name, kind]);
  const are = new Set(after.map(key));
  return before.filter((one) => {
    const { schema, relation } = one;
    const kind = one.kind === 'label' ? 'type' : 'relation';
    if (are.has(key(one))) return false;
    return relation === null || are.has(key({ schema, relation: null, name: relation, kind }));
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

const alterable: readonly Rule['kind'][] = [
  'foreign key',
  'trigger',
  'rule',
  'check option',
  'policy',
  'row security',
  'partition',
  'privilege',
];

/** Constraints can't be altered except VALIDATE, the names in them, and when a foreign key is checked; the rest can. */
function isLoose(was: Rule, is: Rule): boolean {
  if (!alterable.includes(was.kind)) return false;
  if (was.kind === 'privilege') return was.definition !== is.definition && is.definition !== 'as a superuser';
  if (was.kind === 'foreign key') return lateness(was) > lateness(is);
  return was.body !== is.body || (was.definition !== is.definition && was.table === is.table);
}

/** How late a foreign key can be checked. */
function lateness({ definition }: Rule): number {
  if (/ INITIALLY DEFERRED/.test(definition)) return 2;
  return / DEFERRABLE/.test(definition) ? 1 : 0;
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
