import { definingQuery } from '../catalog/definition.ts';
import { isMadeElsewhere } from '../catalog/updatable.ts';
import { type Context, contextAt, type Frame, type Opened } from '../nullability/context.ts';
import { resultExpressions, withQueryOf } from '../scope.ts';
import type { QueryNode, RangeTblRef, SetOperationStmt, Var } from '../tree/nodes.ts';
import { Rte } from '../tree/nodes.ts';
import type { Json } from '../type.ts';
import type { Shaper } from './shaper.ts';
import { union, unknown } from './union.ts';

/** The structure of a json or jsonb column of the range table, from the expression behind it. */
export function variableShape(variable: Var, context: Context, shaper: Shaper): Json {
  const at = contextAt(context, variable.varlevelsup);
  const column = variable.varattno - 1;
  if (at === null || column < 0) return unknown;
  const { frame } = at;
  const { engine, scope } = frame;
  const entry = scope.query.rtable?.[variable.varno - 1];
  const place: Context = {
    frame,
    outer: frame.outer,
    proven: frame.proven,
    stage: 'row',
    caseTest: null,
    sublink: null,
  };
  switch (entry?.rtekind) {
    case Rte.subquery: {
      const { subquery } = entry;
      return subquery
        ? resultShape(
            once(frame, subquery, () => engine.open(subquery, place)),
            column,
            shaper,
          )
        : unknown;
    }
    case Rte.cte: {
      const cte = withQueryOf(scope, entry);
      const holder = contextAt(place, entry.ctelevelsup ?? 0)?.frame;
      if (cte === null || holder === undefined) return unknown;
      const inside: Context = {
        ...place,
        frame: holder,
        outer: holder.outer,
        proven: holder.start,
      };
      const { ctequery } = cte.node;
      const opened = once(holder, ctequery, () => engine.open(ctequery, inside));
      return cte.node.cterecursive
        ? recursiveShape(opened, column, shaper)
        : resultShape(opened, column, shaper);
    }
    case Rte.relation: {
      // What a materialised view stores was built by the same query, but maybe under other constraints.
      const relation = engine.catalog.relations.get(entry.relid ?? 0);
      const view = relation?.kind === 'v' ? definingQuery(relation) : null;
      return view === null || isMadeElsewhere(scope.query, variable.varno, engine.catalog)
        ? unknown
        : resultShape(
            once(frame, view, () => engine.open(view, null)),
            column,
            shaper,
          );
    }
    case Rte.join:
    case Rte.group: {
      const behind = (entry.rtekind === Rte.group ? entry.groupexprs : entry.joinaliasvars)?.[column];
      return behind ? shaper.json(behind, { ...at, stage: 'row', caseTest: null, sublink: null }) : unknown;
    }
    case Rte.values:
      return union(
        (entry.values_lists ?? []).map((row) => {
          const value = row[column];
          return value === undefined ? unknown : shaper.json(value, place);
        }),
      );
    case Rte.function: {
      const [only, another] = entry.functions ?? [];
      const single = only !== undefined && another === undefined && only.funccolcount === 1 && column === 0;
      return single ? shaper.json(only.funcexpr, place) : unknown;
    }
    default:
      return unknown;
  }
}

// What a recursive WITH query's columns are taken to be while its own arms are looked at.
const assumed = new WeakMap<QueryNode, Map<number, Json>>();
const MOST_ROUNDS = 5;

/** The structure that both arms keep to: what the first makes, with what the second makes of it, until nothing is new. */
function recursiveShape(opened: Opened, column: number, shaper: Shaper): Json {
  const { query } = opened.frame.scope;
  const taken = assumed.get(query) ?? new Map<number, Json>();
  assumed.set(query, taken);
  const outer = taken.get(column);
  if (outer !== undefined) return outer;
  try {
    const first = query.setOperations?.tag === 'SETOPERATIONSTMT' ? query.setOperations.larg : null;
    let shape = first === null ? unknown : armsShape(opened, first, column, shaper);
    for (let round = 0; round < MOST_ROUNDS; round++) {
      taken.set(column, shape);
      const next = union([shape, resultShape(opened, column, shaper)]);
      if (JSON.stringify(next) === JSON.stringify(shape)) return shape;
      shape = next;
    }
    return unknown;
  } finally {
    taken.delete(column);
  }
}

const openedIn = new WeakMap<Frame, Map<QueryNode, Opened>>();

/** Opens a query once for all of its columns. */
function once(frame: Frame, query: QueryNode, open: () => Opened): Opened {
  const all = openedIn.get(frame) ?? new Map<QueryNode, Opened>();
  openedIn.set(frame, all);
  const opened = all.get(query) ?? open();
  all.set(query, opened);
  return opened;
}

/** The structure of a query's result column, of each arm of its set operations. */
export function resultShape(opened: Opened, column: number, shaper: Shaper): Json {
  const { frame, result } = opened;
  const { query } = frame.scope;
  if (query.setOperations !== null) return armsShape(opened, query.setOperations, column, shaper);
  const expr = resultExpressions(query)[column];
  return expr === undefined ? unknown : shaper.json(expr, result);
}

function armsShape(
  opened: Opened,
  node: SetOperationStmt | RangeTblRef,
  column: number,
  shaper: Shaper,
): Json {
  if (node.tag === 'SETOPERATIONSTMT')
    return union([
      armsShape(opened, node.larg, column, shaper),
      armsShape(opened, node.rarg, column, shaper),
    ]);
  const { frame, result } = opened;
  const arm = frame.scope.query.rtable?.[node.rtindex - 1]?.subquery;
  return arm ? resultShape(frame.engine.open(arm, result), column, shaper) : unknown;
}
