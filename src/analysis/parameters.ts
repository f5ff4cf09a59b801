import { baseType } from './catalog/base-type.ts';
import type { Catalog } from './catalog/catalog.ts';
import type { Facts } from './facts.ts';
import { literalsFor } from './literals/constant.ts';
import { collectRestrictions, type Restrict } from './parameters/collect.ts';
import type { Restriction } from './parameters/restriction.ts';
import type { ColumnReference } from './query.ts';
import type { QueryNode } from './tree/nodes.ts';
import { walk } from './tree/walk.ts';
import type { Literal } from './type.ts';

/** What a statement accepts as `$n`. */
export interface ParameterFacts {
  /** What every use of it accepts. */
  readonly facts: Facts;
  /** Whether NULL raises an error wherever it is used: it is written to a NOT NULL column. */
  readonly refusesNull: boolean;
  /** The column that it is written to or compared with; null if none or several. */
  readonly column: ColumnReference | null;
  /** `COMMENT ON COLUMN` of that column. */
  readonly comment: string | null;
}

/**
 * What each of `$1`..`$count` may be, in order, from all of its uses.
 *
 * Not nullable is a parameter
 * - that is written to a NOT NULL column, or one whose domain or CHECK refuses NULL;
 * - that is compared, or handed to a strict function, in a condition (WHERE, ON, HAVING, FILTER, WHEN), unless the
 *   condition has an answer to NULL and can then be true: `:x IS NULL OR a = :x`, `a = coalesce(:x, a)`;
 * - of LIMIT and OFFSET, of a window's frame, and of a strict function in FROM.
 * All others take NULL, also those written to a table whose BEFORE row triggers may fill a NOT NULL column.
 * `refusesNull` is kept for what surely raises an error.
 * Literals and elements follow the CHECK constraints of the columns written to or compared with.
 */
export function parameterFacts(query: QueryNode, catalog: Catalog, count: number): readonly ParameterFacts[] {
  const found = Array.from({ length: count }, (): Restriction[] => []);
  const types = Array.from({ length: count }, () => 0);
  if (count === 0) return [];
  const restrict: Restrict = (parameter, by) => found[parameter - 1]?.push(by);
  walk(catalog, query, null, (node, scope) => {
    if (node.tag === 'PARAM' && node.paramkind === 0) types[node.paramid - 1] = node.paramtype;
    if (scope !== null) collectRestrictions(node, scope, restrict);
    return true;
  });
  return found.map((restrictions, i) => ({
    facts: factsOf(restrictions, types[i] ?? 0, catalog),
    refusesNull: restrictions.some(({ refusesNull }) => refusesNull === 'raises an error'),
    ...columnOf(restrictions),
  }));
}

function factsOf(all: readonly Restriction[], type: number, catalog: Catalog): Facts {
  const ofElement = catalog.types.get(baseType(catalog, type))?.element ?? 0;
  // A parameter that is cast before it is compared has other values than the column.
  const literals = common(
    all.flatMap((by) => (by.literals ? [literalsFor(type, by.literals, catalog)] : [])),
  );
  const elementLiterals = common(
    all.flatMap((by) => (by.elementLiterals ? [literalsFor(ofElement, by.elementLiterals, catalog)] : [])),
  );
  const elementNullable = !all.some(({ refusesNullElements }) => refusesNullElements);
  const element = { nullable: elementNullable, ...(elementLiterals && { literals: elementLiterals }) };
  return {
    nullable: !all.some(({ refusesNull }) => refusesNull !== undefined),
    ...(literals && { literals }),
    ...((!elementNullable || elementLiterals) && { element }),
  };
}

/** What all lists have in common; null if there is nothing, or no list. */
function common(lists: readonly (readonly Literal[])[]): readonly Literal[] | null {
  const [first, ...others] = lists;
  const shared = (first ?? []).filter((literal) => others.every((list) => list.includes(literal)));
  return shared.length === 0 ? null : shared;
}

function columnOf(all: readonly Restriction[]): Pick<ParameterFacts, 'column' | 'comment'> {
  const columns = new Map<string, Pick<ParameterFacts, 'column' | 'comment'>>();
  for (const { column } of all) {
    const attribute = column?.relation.columns.get(column.attnum);
    if (column === undefined || attribute === undefined) continue;
    const { name, comment } = attribute;
    const { schema, name: table } = column.relation;
    columns.set(JSON.stringify([schema, table, name]), { column: { schema, table, column: name }, comment });
  }
  const [only, another] = columns.values();
  return only === undefined || another !== undefined ? { column: null, comment: null } : only;
}
