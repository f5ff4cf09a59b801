import { definingQuery } from '../catalog/definition.ts';
import { innerScope, rootScope, type Scope, withQueryOf } from '../scope.ts';
import { type RangeTblEntry, Rte } from '../tree/nodes.ts';

/**
 * The query whose rows an entry of the range table of `scope` has, such that it could as well be a subquery:
 * a subquery, a WITH query of the same level, a view. Null for other entries.
 */
export function rowsOf(entry: RangeTblEntry, scope: Scope): Scope | null {
  switch (entry.rtekind) {
    case Rte.subquery:
      return entry.subquery ? innerScope(scope, entry.subquery) : null;
    case Rte.cte: {
      const found = entry.ctelevelsup === 0 ? withQueryOf(scope, entry) : null;
      // SEARCH and CYCLE add columns that the query itself does not have.
      if (found === null || found.node.search_clause !== null || found.node.cycle_clause !== null)
        return null;
      return innerScope(scope, found.node.ctequery);
    }
    case Rte.relation: {
      // What a materialised view stores may be older than what its tables are now.
      const relation = scope.catalog.relations.get(entry.relid ?? 0);
      const view = relation?.kind === 'v' ? definingQuery(relation) : null;
      return view === null ? null : rootScope(scope.catalog, view);
    }
    default:
      return null;
  }
}
