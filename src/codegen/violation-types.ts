import type { AnalysedQuery, Violation } from '../analysis/analysed-query.ts';
import { stringUnion } from './literal-type.ts';
import type { TsField } from './ts-type.ts';

const kinds = ['unique', 'foreignKey', 'notNull', 'check', 'exclusion'] as const;

/**
 * What a query can violate, as the fields of a type: the names of constraints by their kind, for NOT NULL those of
 * columns. None where it can violate nothing that has a name; null where it may violate others, too.
 */
export function violationFields({ violations }: AnalysedQuery): readonly TsField[] | null {
  if (violations.open) return null;
  return kinds.flatMap((kind): TsField[] => {
    const names = violations.constraints.flatMap((violation) =>
      violation.kind === kind ? (nameOf(violation) ?? []) : [],
    );
    return names.length === 0 ? [] : [{ name: kind, type: stringUnion([...new Set(names)].sort()) }];
  });
}

/** As the error has it: that of NOT NULL names the column, and none where it is a domain's. */
function nameOf({ kind, constraint, columns }: Violation): string | null {
  return kind === 'notNull' ? (columns[0] ?? null) : constraint;
}
