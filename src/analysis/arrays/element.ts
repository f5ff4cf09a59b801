import type { ElementType } from '../../sql/row-source.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { pgType } from '../catalog/pg-type.ts';
import { sqlTypeName } from '../sql-type-name.ts';
import { withoutDomains } from '../without-domains.ts';

/**
 * How values of a type are the elements of an array: the elements of an array of arrays are one dimension more, and
 * `unnest` makes columns of the fields of composite values, so these are sent as texts.
 *
 * @returns null where there is no such array: for pseudo-types, and for domains whose casts make values shorter
 */
export function elementTypeOf(type: number, catalog: Catalog): ElementType | null {
  const found = pgType(catalog, type);
  const name = sqlTypeName(found);
  if (name === null) return null;
  const { kind } = withoutDomains(found);
  if (kind !== 'array' && kind !== 'composite') return name;
  return hasLength(type, catalog) ? null : { castTo: name };
}

/** Whether a domain, or one below it, is over a type with a length: input refuses what a cast cuts off. */
function hasLength(type: number, catalog: Catalog): boolean {
  const entry = catalog.types.get(type);
  return entry?.kind === 'd' && (entry.baseModifier !== -1 || hasLength(entry.base, catalog));
}
