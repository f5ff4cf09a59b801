import { baseType } from '../catalog/base-type.ts';
import { type Catalog, FIRST_NORMAL_OID } from '../catalog/catalog.ts';

/**
 * Whether a conversion that is not in the tree (of a set operation's arm, of what a function's body returns) gives
 * NULL for NULL alone: built-in ones do, a cast of the user's making may not.
 */
export function keepsNotNull(catalog: Catalog, from: number, to: number): boolean {
  if (from === to) return true;
  const isBuiltIn = (type: number) => type !== 0 && type < FIRST_NORMAL_OID;
  return (isBuiltIn(from) && isBuiltIn(to)) || baseType(catalog, from) === baseType(catalog, to);
}
