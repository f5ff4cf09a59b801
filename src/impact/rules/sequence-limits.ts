import type { AnalysedQuery } from '../../analysis/analysed-query.ts';
import type { Change } from '../change.ts';
import { relationName } from '../relation-name.ts';
import { type Caused, causedBy } from './caused.ts';
import { draws } from './drawn-sequences.ts';
import type { ExecutedCode } from './executed.ts';
import { mentions, wordsOf } from './mentions.ts';
import type { RuleChanges } from './rule-changes.ts';
import type { Sequence } from './rules.ts';

/** What that means to a statement: it draws from one by an identity column, a default, or its text. */
export function sequenceChanges(
  query: AnalysedQuery,
  executed: ExecutedCode,
  changes: RuleChanges,
): readonly Change[] {
  if (changes.shrunk.length + changes.moved.length === 0) return [];
  const operations = causedBy(query.operations ?? [], changes.causes);
  const shrunk = changes.shrunk.flatMap(({ before, after }): readonly Change[] => {
    if (!draws(after, operations, executed, ['nextval', 'setval'])) return [];
    return [
      {
        kind: 'sequence',
        severity: 'may break',
        subject: relationName({ schema: after.schema, table: after.name }),
        before: textOf(before),
        after: textOf(after),
        direction: 'narrower',
        effect: 'nextval() fails with 2200H at the end of the sequence',
      },
    ];
  });
  const moved = changes.moved
    .filter((sequence) => draws(sequence, operations, executed, ['nextval']))
    .map((sequence): Change => {
      const isKey = operations.some((operation) => givesKey(operation, sequence, executed, changes));
      return {
        kind: 'sequence',
        severity: 'may break',
        subject: relationName({ schema: sequence.schema, table: sequence.name }),
        before: null,
        after: 'RESTART or setval()',
        direction: null,
        effect: isKey
          ? 'it can give values that rows have already: they fail with 23505'
          : 'it can give values again, or nextval() fails with 2200H where it has come to the end',
      };
    });
  return [...shrunk, ...moved];
}

/** Whether what is drawn goes, or can go, to a column of a unique key. */
function givesKey(
  { event, schema, table }: Caused,
  sequence: Sequence,
  { texts }: ExecutedCode,
  { demands, present }: RuleChanges,
): boolean {
  if (event === 'delete') return false;
  const keys = (demands.get(`${schema}.${table}`) ?? []).filter(({ kind }) => kind === 'unique');
  const isDrawnFor = (name: string) => {
    const column = present.get(`${schema}.${table}`)?.get(name);
    const { identity } = sequence;
    return (
      mentions(wordsOf(column?.default ?? ''), sequence.schema, sequence.name) ||
      (identity?.schema === schema && identity.table === table && identity.column === name)
    );
  };
  const isInText = texts.some(
    ({ words, isText }) => isText && words.has('nextval') && mentions(words, sequence.schema, sequence.name),
  );
  return keys.some(({ columns }) => isInText || columns.some(isDrawnFor));
}

function textOf({ type, min, max, increment, cycle }: Sequence): string {
  return `${type} INCREMENT ${increment} MINVALUE ${min} MAXVALUE ${max}${cycle ? ' CYCLE' : ''}`;
}
