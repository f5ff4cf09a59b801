import type { Catalog } from './catalog.ts';

/** The type's OID with all domains taken off. */
export function baseType(catalog: Catalog, oid: number): number {
  let entry = catalog.types.get(oid);
  while (entry?.kind === 'd') entry = catalog.types.get(entry.base);
  return entry?.oid ?? oid;
}
