import type { AnalysedQuery } from '../../analysis/analysed-query.ts';
import type { Change } from '../change.ts';
import { relationName } from '../relation-name.ts';
import type { Caused } from './caused.ts';
import { type Called, routineKey } from './executed.ts';
import { lastWord, type MentionedWords, mentions, wordsOf } from './mentions.ts';
import type { RuleChange, RuleChanges } from './rule-changes.ts';
import { effectOf, subjectOf, textOf } from './rule-effects.ts';
import type { Name, Routine, Rule } from './rules.ts';

/**
 * What can fail inside functions that a statement runs: their text names what is gone, or a table that demands more.
 * Postgres does not analyse the text of a function in PL/pgSQL, or of one in quotes, before it runs.
 */
export function routineChanges(
  called: readonly Called[],
  operations: readonly Caused[],
  changes: RuleChanges,
): readonly Change[] {
  // What a trigger's function does is told of the trigger.
  const own = new Set(called.filter(({ isChecked }) => isChecked).map(({ routine }) => routine));
  const demanded = [...changes.rules.values()].flat();
  return [...new Set(called.map(({ routine }) => routine))]
    .filter(({ kind }) => kind !== 'view')
    .flatMap((routine) => {
      const words = wordsOf(routine.body);
      return [
        ...(own.has(routine) ? alteration(routine, changes) : []),
        ...brokenBy(routine, words, changes.gone),
        ...reshaped(routine, words, operations, changes),
        ...demanded.flatMap((one) => demandedOf(routine, words, one)),
      ];
    });
}

/** What a statement itself calls that it did not before: names, operators and casts can mean another function now. */
export function callChanges(
  before: AnalysedQuery,
  after: AnalysedQuery,
  changes: RuleChanges,
): readonly Change[] {
  const [were, are] = [before.calls, after.calls];
  if (were === undefined || are === undefined) return [];
  const [was, is] = [were.map(routineKey), are.map(routineKey)];
  const lost = was.filter((key) => !is.includes(key)).flatMap((key) => changes.functions.get(key) ?? []);
  return is
    .filter((key) => !was.includes(key))
    .flatMap((key) => changes.routines.get(key) ?? [])
    .filter(({ id, action }) => !lost.some((one) => one.id === id || one.action === action))
    .map(({ key }) => {
      const replaced = lost.map((one) => one.key).join(', ');
      return functionChange(key, replaced || null, key, 'it calls another function than before');
    });
}

function alteration(routine: Routine, { altered }: RuleChanges): readonly Change[] {
  const was = altered.get(routine.key);
  if (was === undefined) return [];
  const texts =
    was.properties === routine.properties
      ? (['its text', 'another text'] as const)
      : ([was.properties, routine.properties] as const);
  return [functionChange(textNameOf(routine), ...texts, 'it can fail or return something else')];
}

/**
 * A text with a `*`, or one that returns a table's rows, does with a column that comes or goes what it did not before;
 * one that names a column does so with its new type.
 */
function reshaped(
  routine: Routine,
  words: MentionedWords,
  operations: readonly Caused[],
  { columns, gone }: RuleChanges,
): readonly Change[] {
  if (routine.kind !== 'text') return [];
  const { rowOf, body } = routine;
  const isOfAll = everyColumn.test(body);
  const isOfTrigger = words.has('new') || words.has('old');
  const uses = ({ schema, table }: TableName) =>
    mentions(words, schema, table) ||
    (isOfTrigger && operations.some((one) => one.schema === schema && one.table === table));
  const usesAll = (table: TableName) =>
    rowOf === `${table.schema}.${table.table}` || (isOfAll && uses(table));
  const subject = textNameOf(routine);
  const changed = [...columns.values()].flat().flatMap(({ before, after }): Change[] => {
    const name = `${relationName(after)}.${after.column}`;
    if (before === null)
      return usesAll(after) ? [functionChange(subject, null, name, 'its text takes all columns')] : [];
    const isUsed = usesAll(after) || (uses(after) && words.has(lastWord(after.column)));
    if (before.type === after.type || !isUsed) return [];
    const texts = [`${name} ${before.type}`, `${name} ${after.type}`] as const;
    return [functionChange(subject, ...texts, 'its text was made for the other type')];
  });
  const dropped = gone.flatMap(({ schema, relation, name, kind }): Change[] => {
    if (kind !== 'column' || relation === null || !usesAll({ schema, table: relation })) return [];
    const before = `${relationName({ schema, table: relation })}.${name}`;
    return [functionChange(subject, before, null, 'its text takes all columns')];
  });
  return [...changed, ...dropped];
}

interface TableName {
  readonly schema: string;
  readonly table: string;
}

const everyColumn = /\bselect\s+(?:distinct\s+|all\s+)?\*|\breturning\s+\*|\.\s*\*|,\s*\*|%\s*rowtype\b/i;

function functionChange(
  subject: string,
  before: string | null,
  after: string | null,
  effect: string,
): Change {
  return { kind: 'function', severity: 'may break', subject, before, after, direction: null, effect };
}

function brokenBy(routine: Routine, words: MentionedWords, gone: readonly Name[]): readonly Change[] {
  if (routine.kind === 'parsed') return [];
  return gone
    .filter((one) => (one.kind === 'label' ? routine.body.includes(`'${one.name}'`) : isNamed(words, one)))
    .map((one): Change => {
      const line = routine.body.split('\n').findIndex((text) => wordsOf(text).has(lastWord(one.name)));
      const relation = relationName({ schema: one.schema, table: one.relation ?? one.name });
      const before = one.relation === null ? relation : `${relation}.${one.name}`;
      return {
        kind: 'function',
        severity: 'may break',
        subject: textNameOf(routine),
        before,
        after: null,
        direction: null,
        effect: `line ${line + 1} of its text names ${before}, which is gone`,
      };
    });
}

/** A column can be that of a row in a variable; where the text names only another schema's table, it is that one's. */
function isNamed(words: MentionedWords, { schema, relation, name }: Name): boolean {
  if (relation === null) return mentions(words, schema, name);
  if (!words.has(lastWord(name))) return false;
  const isOfVariable = words.has('new') || words.has('old') || !words.has(lastWord(relation));
  return isOfVariable || mentions(words, schema, relation);
}

/** What its statements do to the table is told by the words alone. */
function demandedOf(routine: Routine, words: MentionedWords, changed: RuleChange): readonly Change[] {
  const { before, after, rule } = changed;
  if (changed.isReached || !mentions(words, rule.schema, rule.table) || !isSubject(routine, rule)) return [];
  const event = rule.events.find((one) => does[one].some((word) => words.has(word)));
  const effect = effectOf(changed);
  if (event === undefined || effect === null) return [];
  return [
    {
      kind: rule.kind,
      severity: 'may break',
      subject: subjectOf(rule),
      before: textOf(before),
      after: textOf(after),
      direction: null,
      effect: effect.replace('%', `${event.toUpperCase()} in ${textNameOf(routine)}`),
    },
  ];
}

const does: Readonly<Record<Rule['events'][number], readonly string[]>> = {
  select: ['select', 'from', 'perform', 'table', 'where', 'returning', 'copy'],
  insert: ['insert', 'merge', 'copy'],
  update: ['update', 'merge'],
  delete: ['delete', 'merge'],
  truncate: ['truncate'],
};

function isSubject({ grantees }: Routine, { kind, name }: Rule): boolean {
  return kind !== 'privilege' || grantees === null || grantees.includes(name);
}

function textNameOf({ schema, name }: Routine): string {
  return `${relationName({ schema, table: name })}()`;
}
