import type { Query } from '../../analysis/query.ts';
import { type Caused, causedBy } from './caused.ts';
import type { Change } from './change.ts';
import type { RuleChanges } from './rule-changes.ts';
import type { Routine } from './rules.ts';

/**
 * Functions that a statement runs whose text names something that is gone. Postgres does not look into the text of a
 * function in PL/pgSQL, or of one in quotes, before it runs. A function is taken to be called where its name is a word of
 * the statement, of a default, or of another such function, and where a trigger that fires runs it.
 */
export function brokenRoutines(query: Query, changes: RuleChanges): readonly Change[] {
  if (changes.gone.length === 0) return [];
  const operations = causedBy(query.operations ?? [], changes.causes);
  const texts = [query.statement.sql, ...operations.flatMap((operation) => textsRunBy(operation, changes))];
  return calledFrom(texts, changes.routines).flatMap((routine) => brokenBy(routine, changes.gone));
}

function textsRunBy({ event, schema, table, columns }: Caused, changes: RuleChanges): readonly string[] {
  const key = `${schema}.${table}`;
  const triggers = changes.triggers.filter(
    (one) => one.schema === schema && one.table === table && one.events.includes(event),
  );
  const present = [...(changes.present.get(key)?.values() ?? [])];
  const defaults = event === 'insert' ? present.filter(({ column }) => !columns.includes(column)) : [];
  return [
    ...triggers.map(({ definition }) => definition),
    ...defaults.flatMap((column) => column.default ?? []),
    ...present.flatMap((column) => column.generated ?? []),
  ];
}

/** Those that the texts name, and those that these name in turn. */
function calledFrom(texts: readonly string[], routines: readonly Routine[]): readonly Routine[] {
  const found = new Set<Routine>();
  const waiting = [...texts];
  for (let text = waiting.pop(); text !== undefined; text = waiting.pop()) {
    const words = wordsOf(text);
    for (const routine of routines) {
      if (found.has(routine) || !words.has(routine.name.toLowerCase())) continue;
      found.add(routine);
      waiting.push(routine.body);
    }
  }
  return [...found];
}

function brokenBy({ name, body }: Routine, gone: readonly string[]): readonly Change[] {
  const lines = body.split('\n').map(wordsOf);
  return gone.flatMap((one): Change[] => {
    const line = lines.findIndex((words) => words.has((one.split('.').at(-1) ?? one).toLowerCase()));
    if (line < 0) return [];
    return [
      {
        kind: 'function',
        severity: 'may break',
        subject: `${name}()`,
        before: one,
        after: null,
        direction: null,
        effect: `line ${line + 1} of its text names ${one}, which is gone`,
      },
    ];
  });
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}_$]+/gu) ?? []);
}
