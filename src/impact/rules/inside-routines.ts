import type { Change } from '../change.ts';
import type { Called } from './executed.ts';
import { lastWord, type MentionedWords, mentions, wordsOf } from './mentions.ts';
import type { RuleChange, RuleChanges } from './rule-changes.ts';
import { effectOf, shown, subjectOf, textOf } from './rule-effects.ts';
import type { Name, Routine, Rule } from './rules.ts';

/**
 * What can fail inside functions that a statement runs: their text names what is gone, or a table that demands more.
 * Postgres does not analyse the text of a function in PL/pgSQL, or of one in quotes, before it runs.
 */
export function routineChanges(called: readonly Called[], changes: RuleChanges): readonly Change[] {
  if (changes.gone.length === 0 && changes.rules.size === 0) return [];
  return [...new Set(called.map(({ routine }) => routine))]
    .filter(({ kind }) => kind !== 'view')
    .flatMap((routine) => {
      const words = wordsOf(routine.body);
      const demanded = [...changes.rules.values()].flat();
      return [
        ...brokenBy(routine, words, changes.gone),
        ...demanded.flatMap((one) => demandedOf(routine, words, one)),
      ];
    });
}

function brokenBy(routine: Routine, words: MentionedWords, gone: readonly Name[]): readonly Change[] {
  if (routine.kind === 'parsed') return [];
  return gone
    .filter((one) => isNamed(words, one))
    .map((one): Change => {
      const line = routine.body.split('\n').findIndex((text) => wordsOf(text).has(lastWord(one.name)));
      const relation = shown({ schema: one.schema, table: one.relation ?? one.name });
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
  if (!mentions(words, rule.schema, rule.table) || !isSubject(routine, rule)) return [];
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
};

function isSubject({ grantees }: Routine, { kind, name }: Rule): boolean {
  return kind !== 'privilege' || grantees === null || grantees.includes(name);
}

function textNameOf({ schema, name }: Routine): string {
  return `${shown({ schema, table: name })}()`;
}
