import type { Catalog } from '../catalog/catalog.ts';
import type { Node } from './nodes.ts';

/** The OIDs of the functions that a node itself calls. */
export function calledFunctions(node: Node, catalog: Catalog): readonly number[] {
  switch (node.tag) {
    case 'FUNCEXPR':
      return [node.funcid];
    case 'OPEXPR':
    case 'DISTINCTEXPR':
    case 'NULLIFEXPR':
    case 'SCALARARRAYOPEXPR':
      return [operatorFunction(node.opno, catalog)];
    case 'ROWCOMPAREEXPR':
      return node.opnos.map((opno) => operatorFunction(opno, catalog));
    case 'AGGREF':
      return [node.aggfnoid];
    case 'WINDOWFUNC':
      return [node.winfnoid];
    default:
      return [];
  }
}

/** The OID of an operator's function; 0 if the catalog does not hold it. */
export function operatorFunction(operator: number, catalog: Catalog): number {
  return catalog.operators.get(operator)?.function ?? 0;
}
