import type { Catalog } from '../catalog/catalog.ts';
import { extensionFunctions } from './extensions.ts';
import { neverNull, type Rule } from './table.ts';

/** When a function is never NULL, by the tables of built-in functions and of those of extensions. */
export function neverNullRule(oid: number, catalog: Catalog): Rule | undefined {
  const extension = catalog.extensionFunctions.get(oid);
  const entry = extension === undefined ? undefined : catalog.functions.get(oid);
  if (entry === undefined) return neverNull.get(oid);
  const types = entry.argumentTypes.map((type) => catalog.types.get(type)?.name);
  return extensionFunctions.get(`${extension}.${entry.name}(${types.join(', ')})`);
}
