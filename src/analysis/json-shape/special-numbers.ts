import { baseType } from '../catalog/base-type.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { originsOf, type Scope } from '../scope.ts';
import { calledFunctions } from '../tree/calls.ts';
import { expressionType } from '../tree/expression-type.ts';
import type { Const, Expr } from '../tree/nodes.ts';
import { mayBeSpecial, specialNumbers } from './type-shape.ts';

type Special = (typeof specialNumbers)[number];

const none: readonly Special[] = [];
const nan: readonly Special[] = ['NaN'];
const NUMERIC = 1700;

// Functions, operators' functions and aggregates of pg_catalog that make finite numbers of finite numbers: beyond
// the range they raise an error (src/backend/utils/adt/numeric.c, float.c).
const FINITE = new Set(
  (
    'numeric_add numeric_sub numeric_mul numeric_div numeric_mod numeric_uminus numeric_uplus numeric_abs ' +
    'float8pl float8mi float8mul float8div float8um float8abs float4pl float4mi float4mul float4div ' +
    'abs mod round trunc ceil ceiling floor sum avg min max numeric float8 float4'
  ).split(' '),
);

/** Which of NaN, Infinity and -Infinity a number may be. */
export function specialOf(expr: Expr, scope: Scope): readonly Special[] {
  const { catalog } = scope;
  const type = expressionType(expr);
  if (type !== null && !mayBeSpecial(type, catalog)) return none;
  const each = (args: readonly (Expr | null)[]) =>
    together(args.map((arg) => (arg === null ? none : specialOf(arg, scope))));
  switch (expr.tag) {
    case 'CONST':
      return constantSpecial(expr);
    case 'VAR': {
      const origins = originsOf(scope, expr);
      if (origins !== null && origins.length > 0)
        return together(origins.map(({ node, scope: inside }) => specialOf(node, inside)));
      // numeric(p, s) takes NaN, but nothing infinite.
      const limited = (expr.vartypmod ?? -1) >= 0 && baseType(catalog, expr.vartype) === NUMERIC;
      return limited ? nan : specialNumbers;
    }
    case 'FUNCEXPR':
    case 'OPEXPR': {
      if (!staysFinite(expr, catalog)) return specialNumbers;
      const found = each(expr.args ?? []);
      const limited = expr.tag === 'FUNCEXPR' && expr.funcresulttype === NUMERIC && expr.args?.length === 2;
      return limited && isCast(expr, catalog)
        ? found.filter((special) => special === 'NaN')
        : afterArithmetic(found);
    }
    case 'AGGREF': {
      if (!staysFinite(expr, catalog)) return specialNumbers;
      return afterArithmetic(each((expr.args ?? []).map((entry) => entry.expr)));
    }
    case 'WINDOWFUNC':
      return staysFinite(expr, catalog) ? afterArithmetic(each(expr.args ?? [])) : specialNumbers;
    case 'COALESCEEXPR':
    case 'MINMAXEXPR':
      return each(expr.args);
    case 'NULLIFEXPR':
      return each((expr.args ?? []).slice(0, 1));
    case 'CASEEXPR':
      return each([...expr.args.map(({ result }) => result), expr.defresult]);
    case 'RELABELTYPE':
    case 'COERCETODOMAIN':
      return specialOf(expr.arg, scope);
    default:
      return specialNumbers;
  }
}

function staysFinite(expr: Expr, catalog: Catalog): boolean {
  return calledFunctions(expr, catalog).every((oid) => {
    const entry = catalog.functions.get(oid);
    return entry?.schema === 'pg_catalog' && FINITE.has(entry.name);
  });
}

function isCast(expr: Expr & { tag: 'FUNCEXPR' }, catalog: Catalog): boolean {
  return catalog.functions.get(expr.funcid)?.name === 'numeric';
}

/** Infinity less Infinity is NaN. */
function afterArithmetic(found: readonly Special[]): readonly Special[] {
  return found.some((special) => special !== 'NaN') ? specialNumbers : found;
}

function together(all: readonly (readonly Special[])[]): readonly Special[] {
  return specialNumbers.filter((special) => all.some((found) => found.includes(special)));
}

/** The sign bits of a numeric (NUMERIC_SPECIAL, src/backend/utils/adt/numeric.c). */
function constantSpecial(node: Const): readonly Special[] {
  if (node.constisnull) return none;
  const bytes = Uint8Array.from(node.constvalue ?? []);
  if (node.consttype !== NUMERIC || bytes.length < 6) return specialNumbers;
  return (new DataView(bytes.buffer).getUint16(4, true) & 0xc000) === 0xc000 ? specialNumbers : none;
}
