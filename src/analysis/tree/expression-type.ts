import { type Expr, Sub } from './nodes.ts';

const BOOL = 16;
const INT4 = 23;

/** The type of an expression's value, as an OID (exprType, src/backend/nodes/nodeFuncs.c); null where it isn't told. */
export function expressionType(expr: Expr): number | null {
  switch (expr.tag) {
    case 'VAR':
      return expr.vartype;
    case 'CONST':
      return expr.consttype;
    case 'PARAM':
      return expr.paramtype;
    case 'AGGREF':
      return expr.aggtype;
    case 'WINDOWFUNC':
      return expr.wintype;
    case 'SUBSCRIPTINGREF':
      return expr.refrestype;
    case 'FUNCEXPR':
      return expr.funcresulttype;
    case 'OPEXPR':
    case 'NULLIFEXPR':
      return expr.opresulttype;
    case 'FIELDSELECT':
    case 'FIELDSTORE':
      return expr.resulttype;
    case 'RELABELTYPE':
    case 'COERCEVIAIO':
    case 'ARRAYCOERCEEXPR':
    case 'CONVERTROWTYPEEXPR':
    case 'COERCETODOMAIN':
      return expr.resulttype ?? null;
    case 'COLLATEEXPR':
    case 'NAMEDARGEXPR':
      return expressionType(expr.arg);
    case 'CASEEXPR':
      return expr.casetype;
    case 'CASETESTEXPR':
    case 'COERCETODOMAINVALUE':
    case 'SETTODEFAULT':
      return expr.typeId;
    case 'ARRAYEXPR':
      return expr.array_typeid;
    case 'ROWEXPR':
      return expr.row_typeid;
    case 'COALESCEEXPR':
      return expr.coalescetype;
    case 'MINMAXEXPR':
      return expr.minmaxtype;
    case 'SQLVALUEFUNCTION':
      return expr.type;
    case 'XMLEXPR':
      return expr.type;
    case 'JSONCONSTRUCTOREXPR':
    case 'JSONEXPR':
      return expr.returning?.typid ?? null;
    case 'JSONVALUEEXPR':
      return expressionType(expr.formatted_expr ?? expr.raw_expr);
    case 'GROUPINGFUNC':
      return INT4;
    case 'BOOLEXPR':
    case 'NULLTEST':
    case 'BOOLEANTEST':
    case 'DISTINCTEXPR':
    case 'SCALARARRAYOPEXPR':
    case 'ROWCOMPAREEXPR':
    case 'JSONISPREDICATE':
    case 'CURRENTOFEXPR':
      return BOOL;
    case 'SUBLINK': {
      if (expr.subLinkType === Sub.expr) return firstColumn(expr.subselect.targetList?.[0]?.expr);
      // ARRAY(...)'s type is not in the tree.
      return expr.subLinkType === Sub.array || expr.subLinkType === Sub.multiExpr ? null : BOOL;
    }
    default:
      return null;
  }
}

function firstColumn(expr: Expr | undefined): number | null {
  return expr === undefined ? null : expressionType(expr);
}
