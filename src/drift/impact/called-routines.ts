import type { Query } from '../../analysis/query.ts';
import { type Caused, causedBy } from './caused.ts';
import { mentions, wordsOf } from './mentions.ts';
import type { RuleChanges } from './rule-changes.ts';
import type { Routine, Rule } from './rules.ts';

/**
 * The functions and views whose text a statement runs: those that it names, or what the tables do that it uses
 * (triggers, defaults, generated columns, constraints, rules and policies), and those that these name in turn.
 */
export function calledRoutines(query: Query, changes: RuleChanges): readonly Routine[] {
  if (changes.routines.size === 0) return [];
  const operations = causedBy(query.operations ?? [], changes.causes);
  return calledFrom(
    [
      query.statement.sql,
      ...operations.flatMap((operation) => textsRunBy(operation, changes)),
      ...query.reads.flatMap((use) => definitions(`${use.schema}.${use.table}`, 'select', changes)),
    ],
    changes.routines,
  );
}

function textsRunBy({ event, schema, table, columns }: Caused, changes: RuleChanges): readonly string[] {
  const key = `${schema}.${table}`;
  const present = [...(changes.present.get(key)?.values() ?? [])];
  const defaults = event === 'insert' ? present.filter(({ column }) => !columns.includes(column)) : [];
  return [
    ...definitions(key, event, changes),
    ...defaults.flatMap((column) => column.default ?? []),
    ...present.flatMap((column) => column.generated ?? []),
  ];
}

function definitions(
  key: string,
  event: Rule['events'][number],
  { demands }: RuleChanges,
): readonly string[] {
  const rules = demands.get(key) ?? [];
  return rules.filter(({ events }) => events.includes(event)).map(({ definition }) => definition);
}

function calledFrom(
  texts: readonly string[],
  routines: ReadonlyMap<string, readonly Routine[]>,
): readonly Routine[] {
  const found = new Set<Routine>();
  const waiting = [...texts];
  for (let text = waiting.pop(); text !== undefined; text = waiting.pop()) {
    const words = wordsOf(text);
    for (const word of words.keys()) {
      for (const routine of routines.get(word) ?? []) {
        if (found.has(routine) || !mentions(words, routine.schema, routine.name)) continue;
        found.add(routine);
        waiting.push(routine.body);
      }
    }
  }
  return [...found];
}
