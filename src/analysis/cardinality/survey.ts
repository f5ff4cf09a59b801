import type { Catalog } from '../catalog/catalog.ts';
import type { Scope } from '../scope.ts';
import { calledFunctions } from '../tree/calls.ts';
import type { Node, QueryNode, Var } from '../tree/nodes.ts';
import { walk } from '../tree/walk.ts';

/** What is found out about each query of a statement or view in one walk. */
export interface Surveyed {
  /**
   * Whether running it again within the statement may give other rows: it calls something volatile, or locks rows, where those
   * that the statement has changed meanwhile are omitted. A subquery in FROM or after IN may be run for each row of what it
   * is joined with.
   */
  unstable: boolean;
  /** OIDs of the relations that it reads, those of the queries within it too. */
  readonly relations: Set<number>;
  /** The columns of the query right around it that it considers; their `varlevelsup` is that of the place. */
  readonly aroundIt: Var[];
}

/** Surveys the query of a scope and all within it. */
export function surveyQueries(
  catalog: Catalog,
  scope: Scope,
  surveyed: Map<QueryNode, Surveyed>,
  onNode: () => void,
): void {
  const of = (query: QueryNode) => {
    let found = surveyed.get(query);
    if (found === undefined) {
      found = { unstable: false, relations: new Set(), aroundIt: [] };
      surveyed.set(query, found);
    }
    return found;
  };
  of(scope.query);
  walk(catalog, scope.query, scope.outer, (node, inside) => {
    onNode();
    if (node.tag === 'QUERY') of(node);
    if (node.tag === 'VAR' && node.varlevelsup > 0) {
      const below = outwards(inside, node.varlevelsup - 1);
      if (below !== null) of(below.query).aroundIt.push(node);
    } else if (node.tag === 'RANGETBLENTRY' && node.relid) {
      const { relid } = node;
      eachAround(inside, ({ query }) => of(query).relations.add(relid));
    } else if (isUnstable(node, catalog)) {
      eachAround(inside, ({ query }) => {
        of(query).unstable = true;
      });
    }
    return true;
  });
}

function isUnstable(node: Node, catalog: Catalog): boolean {
  if (node.tag === 'NEXTVALUEEXPR') return true;
  if (node.tag === 'QUERY') return node.rowMarks !== null;
  return calledFunctions(node, catalog).some(
    (oid) => (catalog.functions.get(oid)?.volatility ?? 'v') === 'v',
  );
}

function outwards(scope: Scope | null, levels: number): Scope | null {
  let at = scope;
  for (let i = 0; i < levels && at !== null; i++) at = at.outer;
  return at;
}

function eachAround(scope: Scope | null, visit: (scope: Scope) => void): void {
  for (let at = scope; at !== null; at = at.outer) visit(at);
}
