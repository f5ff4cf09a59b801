import type { Catalog } from './catalog/catalog.ts';
import { rootScope } from './scope.ts';
import type { QueryNode } from './tree/nodes.ts';
import type { Literal, Value } from './type.ts';
import { isAlwaysNull } from './variants/always-null.ts';
import { type Parts, splitBy } from './variants/split.ts';

/** A query whose rows a column tells apart. */
export interface Discriminated {
  /** The column's index. */
  readonly column: number;
  readonly parts: Parts;
}

// A type of more members is not a help to those who read it.
const MOST_VARIANTS = 32;

/**
 * The column that tells a UNION's rows apart: never NULL, and a constant in every arm, but not the same one. Where several
 * do, that with the most constants; of those a text before others, and the first one. Null where none does.
 *
 * @param columns what is said of the query's columns as a whole, in their order
 */
export function discriminated(
  query: QueryNode,
  catalog: Catalog,
  columns: readonly Pick<Value, 'nullable' | 'literals'>[],
): Discriminated | null {
  const scope = rootScope(catalog, query);
  const found = columns.flatMap(({ nullable, literals = [] }, column): readonly Discriminated[] => {
    if (nullable || literals.length < 2 || literals.length > MOST_VARIANTS) return [];
    const parts = splitBy(column, scope);
    const known = parts !== null && [...parts.keys()].every((value) => literals.includes(value));
    return known && parts.size > 1 ? [{ column, parts }] : [];
  });
  const [best = null] = found.toSorted(
    (a, b) => b.parts.size - a.parts.size || Number(isText(literalOf(b))) - Number(isText(literalOf(a))),
  );
  return best;
}

function literalOf({ parts }: Discriminated): Literal | undefined {
  return [...parts.keys()][0];
}

function isText(value: Literal | undefined): boolean {
  return typeof value === 'string';
}

/**
 * What is known of a column in one of the parts: what is said of the column as a whole, and what its arms say alone.
 * @param part the part's query
 * @param index the column's
 */
export function valueIn(part: QueryNode, index: number, catalog: Catalog, whole: Value, own: Value): Value {
  const value = both(whole, own);
  // The alias may declare it not null.
  return value.nullable && isAlwaysNull(index, rootScope(catalog, part)) ? { ...value, literals: [] } : value;
}

/** Both hold. A record's fields are as the whole has them, which is how it is decoded. */
function both(whole: Value, own: Value): Value {
  const { literals = whole.literals, elementLiterals = whole.elementLiterals, json = whole.json } = own;
  const fields = whole.fields?.map((field, i) => {
    const other = own.fields?.[i];
    return other === undefined ? field : { ...field, value: both(field.value, other.value) };
  });
  return {
    ...whole,
    nullable: whole.nullable && own.nullable,
    ...(whole.elementsNullable !== undefined || own.elementsNullable !== undefined
      ? { elementsNullable: (whole.elementsNullable ?? true) && (own.elementsNullable ?? true) }
      : {}),
    ...(literals && { literals }),
    ...(elementLiterals && { elementLiterals }),
    ...(json && { json }),
    ...(fields && { fields }),
  };
}
