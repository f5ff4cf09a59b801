import { definingQuery } from '../catalog/definition.ts';
import { isMadeElsewhere } from '../catalog/updatable.ts';
import { type Context, contextAt, type Frame, type Opened } from '../nullability/context.ts';
import { armsOf, resultExpression, withQueryOf } from '../scope.ts';
import type { RangeTblEntry, RangeTblRef, SetOperationStmt, Var } from '../tree/nodes.ts';
import { Rte } from '../tree/nodes.ts';
import type { JsonShape } from '../type.ts';
import type { Shaper } from './shaper.ts';
import { union, unknown } from './union.ts';

/** The structure of a json or jsonb column of the range table, from the expression behind it. */
export function variableShape(variable: Var, context: Context, shaper: Shaper): JsonShape {
  const at = contextAt(context, variable.varlevelsup);
  const column = variable.varattno - 1;
  if (at === null || column < 0) return unknown;
  const { frame } = at;
  const entry = frame.scope.query.rtable?.[variable.varno - 1];
  if (entry === undefined) return unknown;
  if (entry.rtekind === Rte.join || entry.rtekind === Rte.group) {
    const behind = (entry.rtekind === Rte.group ? entry.groupexprs : entry.joinaliasvars)?.[column];
    return behind ? shaper.json(behind, { ...at, stage: 'row', caseTest: null, sublink: null }) : unknown;
  }
  return shaper.rounds.once(frame, `${variable.varno}.${column}`, () =>
    entryShape(entry, variable.varno, column, frame, shaper),
  );
}

/** The structure of an entry's column, which depends on nothing around it. */
function entryShape(
  entry: RangeTblEntry,
  varno: number,
  column: number,
  frame: Frame,
  shaper: Shaper,
): JsonShape {
  const { engine, scope } = frame;
  const context: Context = {
    frame,
    outer: frame.outer,
    proven: frame.proven,
    stage: 'row',
    caseTest: null,
    sublink: null,
  };
  switch (entry.rtekind) {
    case Rte.subquery:
      return entry.subquery ? resultShape(engine.open(entry.subquery, context), column, shaper) : unknown;
    case Rte.cte: {
      const cte = withQueryOf(scope, entry);
      const holder = contextAt(context, entry.ctelevelsup ?? 0)?.frame;
      if (cte === null || holder === undefined) return unknown;
      const inside: Context = {
        ...context,
        frame: holder,
        outer: holder.outer,
        proven: holder.start,
      };
      const opened = engine.open(cte.node.ctequery, inside);
      return cte.node.cterecursive
        ? recursiveShape(opened, column, shaper)
        : resultShape(opened, column, shaper);
    }
    case Rte.relation: {
      // What a materialised view stores was built by the same query, but maybe under other constraints.
      const relation = engine.catalog.relations.get(entry.relid ?? 0);
      const view = relation?.kind === 'v' ? definingQuery(relation) : null;
      return view === null || isMadeElsewhere(scope.query, varno, engine.catalog)
        ? unknown
        : resultShape(engine.open(view, null), column, shaper);
    }
    case Rte.values:
      return union(
        (entry.values_lists ?? []).map((row) => {
          const value = row[column];
          return value === undefined ? unknown : shaper.json(value, context);
        }),
      );
    case Rte.function: {
      const [only, another] = entry.functions ?? [];
      const single = only !== undefined && another === undefined && only.funccolcount === 1 && column === 0;
      return single ? shaper.json(only.funcexpr, context) : unknown;
    }
    default:
      return unknown;
  }
}

/** The structure that all arms keep to: what the first makes, with what the others make of it. */
function recursiveShape(opened: Opened, column: number, shaper: Shaper): JsonShape {
  const { query } = opened.frame.scope;
  const first = query.setOperations?.tag === 'SETOPERATIONSTMT' ? query.setOperations.larg : null;
  return shaper.rounds.recursive(
    opened,
    query,
    column,
    () => (first === null ? unknown : armsShape(opened, first, column, shaper)),
    () => resultShape(opened, column, shaper),
  );
}

/** The structure of a query's result column, of each arm of its set operations. */
export function resultShape(opened: Opened, column: number, shaper: Shaper): JsonShape {
  return shaper.rounds.once(opened, String(column), () => {
    const { frame, result } = opened;
    const { query } = frame.scope;
    if (query.setOperations !== null) return armsShape(opened, query.setOperations, column, shaper);
    const expr = resultExpression(query, column);
    return expr === undefined ? unknown : shaper.json(expr, result);
  });
}

function armsShape(
  { frame, result }: Opened,
  operations: SetOperationStmt | RangeTblRef,
  column: number,
  shaper: Shaper,
): JsonShape {
  return union(
    armsOf(operations).map(({ rtindex }) => {
      const arm = frame.scope.query.rtable?.[rtindex - 1]?.subquery;
      return arm ? resultShape(frame.engine.open(arm, result), column, shaper) : unknown;
    }),
  );
}
