import type { Change } from '../change.ts';
import { relationName } from '../relation-name.ts';
import type { Caused } from './caused.ts';
import type { ExecutedCode } from './executed.ts';
import { mentions } from './mentions.ts';
import type { RuleChanges } from './rule-changes.ts';

/**
 * Where a statement makes values of a type that demands more: in a column whose type holds it, in a cast, as an argument of
 * a function, or in its body. Columns of the domain itself have a rule of their own.
 */
export function typeDemandChanges(
  { routines, texts }: ExecutedCode,
  operations: readonly Caused[],
  { demanded, present }: RuleChanges,
): readonly Change[] {
  return demanded
    .filter(({ kind, schema, type, holders }) => {
      const names = holders.map(({ schema: of, name }) => `${of}.${name}`);
      const isWritten = operations.some((operation) => {
        const columns = present.get(`${operation.schema}.${operation.table}`)?.values() ?? [];
        return [...columns].some(
          (column) =>
            names.includes(column.typeName) &&
            (kind === 'attribute' || column.typeName !== `${schema}.${type}`) &&
            isGiven(operation, column),
        );
      });
      return (
        isWritten ||
        routines.some(({ routine }) => names.some((name) => argumentsOf(routine.key).includes(name))) ||
        texts.some(({ text, words, routine }) =>
          holders.some(
            ({ schema: of, name }) =>
              mentions(words, of, name) && (routine?.kind === 'text' || isCast(text, name)),
          ),
        )
      );
    })
    .map(({ schema, type, name, definition, kind }) => ({
      kind: 'check',
      severity: 'may break',
      subject: `${name} of type ${relationName({ schema, table: type })}`,
      before: null,
      after: kind === 'attribute' ? `${name} ${definition}` : definition,
      direction: 'narrower',
      effect: 'values of the type fail that do not satisfy it',
    }));
}

function isGiven(
  { event, columns }: Caused,
  { column, default: value }: { readonly column: string; readonly default: string | null },
): boolean {
  return event !== 'delete' && (columns.includes(column) || (event === 'insert' && value !== null));
}

function argumentsOf(key: string): readonly string[] {
  return key.slice(key.indexOf('(') + 1, -1).split(', ');
}

/** A column can have the name of a type. */
function isCast(sql: string, type: string): boolean {
  const name = type.replaceAll(/[^\p{L}\p{N}_]/gu, '.');
  return new RegExp(`(?:::|\\bas)\\s*(?:[\\w"]+\\.)?"?${name}\\b`, 'iu').test(sql);
}
