import type { Catalog } from './catalog/catalog.ts';
import type { Facts } from './facts.ts';
import type { ColumnReference } from './query.ts';
import type { QueryNode } from './tree/nodes.ts';

/** What a statement accepts as `$n`. */
export interface ParameterFacts {
  /** What every use of it accepts. */
  readonly facts: Facts;
  /** Whether NULL raises an error wherever it is used: it is written to a NOT NULL column. */
  readonly refusesNull: boolean;
  /** The column that it is written to or compared with; null if none or several. */
  readonly column: ColumnReference | null;
}

/** For `$1`..`$count`, in order. */
export function parameterFacts(
  _query: QueryNode,
  _catalog: Catalog,
  count: number,
): readonly ParameterFacts[] {
  return Array.from({ length: count }, () => ({
    facts: { nullable: true },
    refusesNull: false,
    column: null,
  }));
}
