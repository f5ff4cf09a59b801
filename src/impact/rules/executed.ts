import type { AnalysedQuery } from '../../analysis/analysed-query.ts';
import { type Caused, causedBy } from './caused.ts';
import { type MentionedWords, mentions, wordsOf } from './mentions.ts';
import type { Routine, Rule, TableColumn } from './rules.ts';
import type { SchemaIndex } from './schema-index.ts';

/** What a statement has the database execute beside its own plan. */
export interface ExecutedCode {
  readonly routines: readonly Called[];
  /** Of the statement, of the defaults that it uses, and of the routines. */
  readonly texts: readonly ExecutedText[];
}

/** A function or view that is run, each once for each role as whom it is called. */
export interface Called {
  readonly routine: Routine;
  /** Whose privilege to execute it is considered: as Routine.grantees; null is who sends the statement. */
  readonly by: Routine['grantees'];
  /** False for a trigger's function, which whoever makes the trigger must be allowed to execute. */
  readonly isChecked: boolean;
}

export interface ExecutedText {
  readonly text: string;
  readonly words: MentionedWords;
  /** The function that it is of; null for the statement and for defaults. */
  readonly routine: Routine | null;
  /** With whose privileges it runs. */
  readonly by: Routine['grantees'];
  /** Whether names in it are looked up when it runs. */
  readonly isText: boolean;
}

/**
 * Follows a statement to the functions and views that it runs: those that it names, what the tables do that it uses
 * (triggers, defaults, generated columns, constraints, rules and policies), and what these run in turn. Postgres knows
 * which function is meant, but in the bodies that are texts: there each of that name is taken.
 */
export function executedBy(query: AnalysedQuery, index: SchemaIndex): ExecutedCode {
  const operations = causedBy(query.operations ?? [], index.causes);
  const words = wordsOf(query.statement.sql);
  const defaults = operations.flatMap((operation) => usedDefaults(operation, index));
  const found = new Map<string, Called>();
  const waiting: Called[] = [];
  const add = (routine: Routine, by: Called['by'], isChecked = true) => {
    const key = JSON.stringify([routine.key, by, isChecked]);
    if (found.has(key)) return;
    const called = { routine, by, isChecked };
    found.set(key, called);
    waiting.push(called);
  };
  const addKeys = (keys: readonly string[], by: Called['by'], isChecked = true) => {
    for (const routine of keys.flatMap((key) => index.routines.get(key) ?? [])) add(routine, by, isChecked);
  };
  if (query.calls === undefined) for (const one of namedIn(words, index)) add(one, null);
  addKeys((query.calls ?? []).map(routineKey), null);
  for (const { calls } of defaults) addKeys(calls, null);
  for (const { kind, calls } of rulesFor(query, operations, index)) addKeys(calls, null, kind !== 'trigger');
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { routine } = next;
    const by = routine.grantees ?? next.by;
    addKeys(routine.calls, by);
    if (routine.kind === 'text') for (const one of namedIn(wordsOf(routine.body), index)) add(one, by);
  }
  const routines = [...found.values()];
  return {
    routines,
    texts: [
      { text: query.statement.sql, words, routine: null, by: null, isText: true },
      ...defaults.map((column) => ({
        text: column.default ?? '',
        words: wordsOf(column.default ?? ''),
        routine: null,
        by: null,
        isText: false,
      })),
      ...routines.map(({ routine, by }) => ({
        text: routine.body,
        words: wordsOf(routine.body),
        routine,
        by: routine.grantees ?? by,
        isText: routine.kind === 'text',
      })),
    ],
  };
}

/** As Routine.key. */
export function routineKey({
  schema,
  name,
  argumentTypes,
}: NonNullable<AnalysedQuery['calls']>[number]): string {
  return `${schema}.${name}(${argumentTypes.join(', ')})`;
}

function namedIn(words: MentionedWords, { routinesByWord }: SchemaIndex): readonly Routine[] {
  return [...words.keys()].flatMap((word) =>
    (routinesByWord.get(word) ?? []).filter(({ schema, name }) => mentions(words, schema, name)),
  );
}

/** The columns whose defaults or expressions are computed. */
function usedDefaults(
  { event, schema, table, columns }: Caused,
  { present }: SchemaIndex,
): readonly TableColumn[] {
  const all = [...(present.get(`${schema}.${table}`)?.values() ?? [])];
  return all.filter(
    ({ column, generated, default: value }) =>
      generated !== null || (event === 'insert' && value !== null && !columns.includes(column)),
  );
}

function rulesFor(
  { reads }: AnalysedQuery,
  operations: readonly Caused[],
  { demands }: SchemaIndex,
): readonly Rule[] {
  const of = (key: string, event: Rule['events'][number]) =>
    (demands.get(key) ?? []).filter(({ events }) => events.includes(event));
  return [
    ...operations.flatMap(({ event, schema, table }) => of(`${schema}.${table}`, event)),
    ...reads.flatMap(({ schema, table }) => of(`${schema}.${table}`, 'select')),
  ];
}
