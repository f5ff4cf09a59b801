import { type Facts, notNull, unknownFacts } from '../facts.ts';
import type { Expr, JsonConstructorExpr, TableFunc } from '../tree/nodes.ts';
import type { Context } from './context.ts';
import { withNullable } from './join-facts.ts';

/** JsonExprOp and JsonBehaviorType (primnodes.h). */
const EXISTS = 0;
const UNKNOWN = 5;

/** Whether an expression is JSON_EXISTS that is true, false or an error: not with UNKNOWN ON ERROR. */
export function isJsonExists(expr: Expr): boolean {
  return (
    expr.tag === 'JSONEXPR' && expr.op === EXISTS && expr.on_error !== null && expr.on_error.btype !== UNKNOWN
  );
}

/**
 * What is proven of JSON_OBJECT, JSON_ARRAY and the others that make JSON. JsonConstructorType (primnodes.h): 1 OBJECT,
 * 2 ARRAY, 3 and 4 their aggregates, 5 PARSE, 6 SCALAR, 7 SERIALIZE.
 */
export function jsonConstructorFacts(expr: JsonConstructorExpr, context: Context): Facts {
  const { facts } = context.frame.engine;
  const args = expr.args ?? [];
  switch (expr.type) {
    case 1:
    case 2:
      return notNull;
    case 3:
    case 4:
      return expr.func === null ? unknownFacts : withNullable(notNull, facts(expr.func, context).nullable);
    default:
      return args.length === 0 || args.some((arg) => facts(arg, context).nullable) ? unknownFacts : notNull;
  }
}

/**
 * JSON_TABLE's columns: FOR ORDINALITY and EXISTS ones of the outermost path are there in every row, those of a NESTED
 * PATH are NULL where it finds nothing, and all others where the JSON holds null or nothing
 * (JsonTableGetValue, src/backend/utils/adt/jsonpath_exec.c).
 */
export function jsonTableColumns(table: TableFunc): readonly Facts[] {
  const { plan, colvalexprs } = table;
  const { colMin = 0, colMax = -1 } = plan?.tag === 'JSONTABLEPATHSCAN' ? plan : {};
  return (table.coltypes ?? []).map((_, i) => {
    if (i < colMin || i > colMax || !colvalexprs) return unknownFacts;
    const value = colvalexprs[i] ?? null;
    return value === null || isJsonExists(value) ? notNull : unknownFacts;
  });
}
