import { calledFunctions } from '../tree/calls.ts';
import type { Node } from '../tree/nodes.ts';
import { walk } from '../tree/walk.ts';
import { type Catalog, FIRST_NORMAL_OID } from './catalog.ts';

/**
 * Whether a node by itself may give another value at another time, for the same row: it depends on the time or on a setting,
 * or calls a function of the user's, which can be replaced even if it is IMMUTABLE.
 */
export function mayChange(node: Node, catalog: Catalog): boolean {
  switch (node.tag) {
    case 'SQLVALUEFUNCTION':
    // They call functions without naming them: input and output functions may depend on DateStyle and TimeZone.
    case 'COERCEVIAIO':
    case 'XMLEXPR':
    case 'JSONEXPR':
    case 'JSONVALUEEXPR':
    case 'JSONCONSTRUCTOREXPR':
      return true;
    case 'MINMAXEXPR':
      return node.minmaxtype >= FIRST_NORMAL_OID;
    case 'VAR':
      // A whole row may have more columns since.
      return node.varattno === 0;
    default:
      return calledFunctions(node, catalog).some(
        (oid) => isUsers(oid) || catalog.functions.get(oid)?.volatility !== 'i',
      );
  }
}

/** Whether an expression may give another value later, for the same row. */
export function mayChangeInside(expr: Node, catalog: Catalog): boolean {
  return anyInside(expr, catalog, (node) => mayChange(node, catalog));
}

/**
 * Whether an expression calls a function of the user's, which can be replaced. Of what an index is about: all else in it is
 * immutable.
 */
export function callsUserFunction(expr: Node, catalog: Catalog): boolean {
  return anyInside(expr, catalog, (node) => calledFunctions(node, catalog).some(isUsers));
}

function isUsers(oid: number): boolean {
  return oid === 0 || oid >= FIRST_NORMAL_OID;
}

function anyInside(expr: Node, catalog: Catalog, test: (node: Node) => boolean): boolean {
  let found = false;
  walk(catalog, expr, null, (node) => {
    found ||= test(node);
    return !found;
  });
  return found;
}
