import type { QueryViolations } from './analysed-query.ts';
import { usedDefaults } from './catalog/arguments.ts';
import { type Catalog, hasBindings } from './catalog/catalog.ts';
import { definingQuery } from './catalog/definition.ts';
import { foldSetOperation, resultExpressions } from './scope.ts';
import { calledFunctions } from './tree/calls.ts';
import { expressionType } from './tree/expression-type.ts';
import { Cmd, type Node, type QueryNode, Rte } from './tree/nodes.ts';
import { walk } from './tree/walk.ts';
import { type FoundViolations, functionViolations, isNew, typeViolations } from './violations/found.ts';
import { writeViolations } from './violations/write-violations.ts';

/**
 * The constraints that a statement can fail on: those of the tables that it writes to, through views, WITH queries and
 * functions in SQL, of their partitions, of the rows that foreign keys' actions change, and of the
 * domains that it converts to. Omitted is what cannot be: unique keys that ON CONFLICT takes care of, constraints on
 * columns that an UPDATE leaves alone, NOT NULL of values that are proven.
 *
 * `open` where others may be violated too: triggers, rules, foreign tables, and functions whose body is not seen may do
 * anything, or where the catalog lacks what this is told from. The policies of row security are trusted, as are types' input and output functions.
 */
export function violations(query: QueryNode, catalog: Catalog): QueryViolations {
  if (!hasBindings(catalog)) return { constraints: [], open: true };
  const found: FoundViolations = {
    catalog,
    violations: new Map(),
    open: false,
    seen: new Set(),
    settings: [],
    visit: (nodes) =>
      walk(catalog, nodes, null, (node) => {
        visit(node, found);
        return true;
      }),
  };
  found.visit(query);
  const sorted = [...found.violations].sort(([a], [b]) => (a < b ? -1 : 1));
  return { constraints: sorted.map(([, violation]) => violation), open: found.open };
}

function visit(node: Node, found: FoundViolations): void {
  const { catalog } = found;
  for (const type of convertedTo(node)) typeViolations(type, found);
  switch (node.tag) {
    case 'QUERY':
      for (const type of armsConvertedTo(node.setOperations, node)) typeViolations(type, found);
      if (node.commandType !== Cmd.select) writeViolations(node, found);
      break;
    case 'RANGETBLENTRY': {
      const relation = node.rtekind === Rte.relation ? catalog.relations.get(node.relid ?? 0) : undefined;
      if (relation?.kind === 'v' && isNew(`v${relation.oid}`, found)) found.visit(definingQuery(relation));
      break;
    }
    default: {
      for (const oid of calledFunctions(node, catalog)) functionViolations(oid, found);
      // What walk cannot analyse.
      if (node.tag === 'FUNCEXPR' && usedDefaults(node, catalog).includes(null)) found.open = true;
    }
  }
}

/** The types that values are made into here, whose domains then check them; columns hold checked values. */
function convertedTo(node: Node): readonly number[] {
  switch (node.tag) {
    case 'PARAM':
      return [node.paramtype];
    case 'COERCETODOMAIN':
    case 'COERCEVIAIO':
    case 'ARRAYCOERCEEXPR':
      return [node.resulttype ?? 0];
    case 'FUNCEXPR':
      return [node.funcresulttype];
    case 'RANGETBLFUNCTION':
      return node.funccoltypes ?? [];
    case 'TABLEFUNC':
      return node.coltypes ?? [];
    case 'JSONEXPR':
      return node.returning === null ? [] : [node.returning.typid];
    default:
      return [];
  }
}

/**
 * The types that arms of set operations are made into. The tree only shows them as the result's types: the arms stay as
 * they are (transformSetOperationTree, src/backend/parser/analyze.c), as with arrays of a domain in one of them.
 */
function armsConvertedTo(root: QueryNode['setOperations'], query: QueryNode): Iterable<number> {
  const found = new Set<number>();
  if (root === null) return found;
  foldSetOperation<readonly (number | null)[]>(
    root,
    ({ rtindex }) => {
      const subquery = query.rtable?.[rtindex - 1]?.subquery;
      return subquery ? resultExpressions(subquery).map(expressionType) : [];
    },
    ({ colTypes }, left, right) => {
      for (const [i, type] of colTypes.entries()) {
        if (type !== left[i] || type !== right[i]) found.add(type);
      }
      return colTypes;
    },
  );
  return found;
}
