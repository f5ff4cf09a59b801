import { baseType } from '../catalog/base-type.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { domainConditions } from '../catalog/conditions.ts';
import { definingQuery } from '../catalog/definition.ts';
import { isMadeElsewhere } from '../catalog/updatable.ts';
import { bindingChecks } from '../literals/column.ts';
import { oncePerScope } from '../literals/once-per-scope.ts';
import { entryOf, originsOf, rootScope, type Scope } from '../scope.ts';
import { calledFunctions } from '../tree/calls.ts';
import { expressionType } from '../tree/expression-type.ts';
import { type Expr, Rte, type Var } from '../tree/nodes.ts';
import { constantSpecial, passing } from './number-bounds.ts';
import { mayBeSpecial, type Special, specialNumbers } from './type-shape.ts';

const none: readonly Special[] = [];
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
export const specialOf = oncePerScope<readonly Special[]>(specialNumbers, findSpecial);

function findSpecial(expr: Expr, scope: Scope): readonly Special[] {
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
      return columnSpecial(expr, scope);
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
      const found = each((expr.args ?? []).map((entry) => entry.expr));
      return choosesOne(expr.aggfnoid, catalog) ? found : afterArithmetic(found);
    }
    case 'WINDOWFUNC': {
      if (!staysFinite(expr, catalog)) return specialNumbers;
      const found = each(expr.args ?? []);
      return choosesOne(expr.winfnoid, catalog) ? found : afterArithmetic(found);
    }
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

/** A relation's column: by its type's modifier, its domain and the CHECK constraints of both. */
function columnSpecial(column: Var, scope: Scope): readonly Special[] {
  const { catalog } = scope;
  const found = entryOf(scope, column);
  const entry = found?.node;
  if (found !== null && isMadeElsewhere(found.scope.query, column.varno, catalog)) return specialNumbers;
  const relation = entry?.rtekind === Rte.relation ? catalog.relations.get(entry.relid ?? 0) : undefined;
  const view = relation?.kind === 'v' ? definingQuery(relation) : null;
  const behind = view?.targetList?.find(({ resno }) => resno === column.varattno)?.expr;
  if (view !== null && view.setOperations === null && behind !== undefined)
    return specialOf(behind, rootScope(catalog, view));
  const isColumn = (expr: Expr) => expr.tag === 'VAR' && expr.varattno === column.varattno;
  const checks =
    relation === undefined || relation.kind === 'v' || relation.kind === 'm'
      ? []
      : bindingChecks(relation, catalog);
  const limited = (column.vartypmod ?? -1) >= 0 && baseType(catalog, column.vartype) === NUMERIC;
  return (
    passing(checks, isColumn, catalog)
      // numeric(p, s) takes NaN, but nothing infinite.
      .filter((special) => !limited || special === 'NaN')
      .filter((special) => domainSpecial(column.vartype, catalog).includes(special))
  );
}

function domainSpecial(type: number, catalog: Catalog): readonly Special[] {
  const domain = catalog.types.get(type);
  if (domain?.kind !== 'd') return specialNumbers;
  const limited = domain.baseModifier >= 0 && baseType(catalog, type) === NUMERIC;
  const isValue = (expr: Expr) => expr.tag === 'COERCETODOMAINVALUE';
  return passing(domainConditions(domain), isValue, catalog)
    .filter((special) => !limited || special === 'NaN')
    .filter((special) => domainSpecial(domain.base, catalog).includes(special));
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

function choosesOne(oid: number, catalog: Catalog): boolean {
  return /^(min|max)$/.test(catalog.functions.get(oid)?.name ?? '');
}

/** Infinity less Infinity is NaN. */
function afterArithmetic(found: readonly Special[]): readonly Special[] {
  return found.some((special) => special !== 'NaN') ? specialNumbers : found;
}

function together(all: readonly (readonly Special[])[]): readonly Special[] {
  return specialNumbers.filter((special) => all.some((found) => found.includes(special)));
}
