import type { Catalog } from '../catalog/catalog.ts';
import type { Node, QueryNode } from '../tree/nodes.ts';
import { isNode } from '../tree/read.ts';
import { visitNodes } from './places.ts';

/** A bit of AclMode (src/include/nodes/parsenodes.h). */
const SELECT = 2;

/**
 * For each query of a statement that writes, whether it reads columns of its table: only then the policies for SELECT hold
 * for the rows, too. Always false where there can be no policies.
 *
 * @param query complete
 */
export function readTargets(query: QueryNode, catalog: Catalog): readonly boolean[] {
  const found: boolean[] = [];
  visitNodes(query, (node) => {
    if (node.tag !== 'QUERY') return true;
    const entry = node.rtable?.[node.resultRelation - 1];
    if (entry === undefined) return true;
    const relation = catalog.relations.get(entry.relid ?? 0);
    // Below a view may be a table that has policies.
    const mayHavePolicies = relation === undefined || relation.rowSecurity || relation.kind === 'v';
    found.push(mayHavePolicies && (privileges(node, entry) & SELECT) !== 0);
    return true;
  });
  return found;
}

/** Up to PostgreSQL 15 they are in the table's entry, later in a list that it has an index of. */
function privileges(query: QueryNode, entry: Node): number {
  const listed: unknown = Reflect.get(query, 'rteperminfos');
  const own: unknown = Array.isArray(listed)
    ? listed[Number(Reflect.get(entry, 'perminfoindex')) - 1]
    : entry;
  return isNode(own) ? Number(Reflect.get(own, 'requiredPerms')) : 0;
}
