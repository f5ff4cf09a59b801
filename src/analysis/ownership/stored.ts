import type { Relation } from '../catalog/catalog.ts';
import { definingQuery } from '../catalog/definition.ts';
import { step } from '../steps.ts';
import { calledFunctions } from '../tree/calls.ts';
import { walk } from '../tree/walk.ts';
import { isOwnFunction } from './calls.ts';
import type { Proof } from './query-use.ts';

/** Whether a stored view has been made from rows that have owners. */
export function showsOwned(relation: Relation, { catalog, owner }: Proof): boolean {
  let found = false;
  const seen = new Set<Relation>();
  const look = (one: Relation) => {
    const query = seen.has(one) ? null : definingQuery(one);
    seen.add(one);
    walk(catalog, query, null, (node) => {
      step();
      found ||= calledFunctions(node, catalog).some(
        (oid) => isOwnFunction(oid) && catalog.functions.get(oid)?.volatility !== 'i',
      );
      const read = node.tag === 'RANGETBLENTRY' ? catalog.relations.get(node.relid ?? 0) : undefined;
      if (read === undefined || read === one) return true;
      found ||= owner.tables.has(read.oid) || owner.parents.has(read.oid);
      look(read);
      return true;
    });
  };
  look(relation);
  return found;
}
