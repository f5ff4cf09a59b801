import type { AnalysedQuery } from '../../analysis/analysed-query.ts';
import { type Caused, causedBy } from './caused.ts';
import { type ExecutedCode, executedBy } from './executed.ts';
import { mentions } from './mentions.ts';
import type { Rules, Sequence } from './rules.ts';
import { schemaIndex } from './schema-index.ts';

/** Whether a statement draws from a sequence: by an identity column, a default, or what it runs. */
export function draws(
  sequence: Sequence,
  operations: readonly Caused[],
  { texts }: ExecutedCode,
  functions: readonly string[],
): boolean {
  return (
    operations.some((operation) => fillsIn(operation, sequence)) ||
    texts.some(
      ({ words }) =>
        functions.some((name) => words.has(name)) && mentions(words, sequence.schema, sequence.name),
    )
  );
}

/** Those that take a lock on the sequence, the same for each (src/backend/commands/sequence.c). */
const locking = ['nextval', 'setval', 'currval'];

/** Tells which sequences queries draw from, or ask for what they have drawn. */
export function drawnSequences(rules: Rules): (query: AnalysedQuery) => readonly Sequence[] {
  const index = schemaIndex(rules);
  return (query) => {
    const operations = causedBy(query.operations ?? [], rules);
    const executed = executedBy(query, index);
    return rules.sequences.filter((sequence) => draws(sequence, operations, executed, locking));
  };
}

function fillsIn({ event, schema, table, columns }: Caused, { identity }: Sequence): boolean {
  if (event !== 'insert' || identity === null) return false;
  return identity.schema === schema && identity.table === table && !columns.includes(identity.column);
}
