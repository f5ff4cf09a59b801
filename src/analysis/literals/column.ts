import type { Catalog, Relation } from '../catalog/catalog.ts';
import { domainConditions, tableConditions } from '../catalog/conditions.ts';
import type { Expr } from '../tree/nodes.ts';
import type { Literal } from '../type.ts';
import { allowedElements, allowedValues, withoutRelabels } from './allowed-values.ts';
import { isLiteralType } from './constant.ts';

/** The only values besides NULL that a table's column holds, by its CHECK constraints and domain; null if unbound. */
export function tableColumnLiterals(
  relation: Relation,
  attnum: number,
  catalog: Catalog,
): readonly Literal[] | null {
  const attribute = relation.columns.get(attnum);
  if (attribute === undefined || !isLiteralType(attribute.type, catalog)) return null;
  return inCommon([
    domainLiterals(attribute.type, catalog),
    ...bindingChecks(relation, catalog).map((check) =>
      allowedValues(check, (expr) => isColumn(expr, attnum), catalog),
    ),
  ]);
}

/** The only values besides NULL of a domain; null if its CHECK constraints don't bound them, and for other types. */
export function domainLiterals(type: number, catalog: Catalog): readonly Literal[] | null {
  const domain = catalog.types.get(type);
  if (domain?.kind !== 'd' || !isLiteralType(type, catalog)) return null;
  return inCommon([
    domainLiterals(domain.base, catalog),
    ...domainConditions(domain).map((check) => allowedValues(check, isDomainValue, catalog)),
  ]);
}

/** The only elements besides NULL of a table's array column, by its CHECK constraints and domain; null if unbound. */
export function tableElementLiterals(
  relation: Relation,
  attnum: number,
  catalog: Catalog,
): readonly Literal[] | null {
  const attribute = relation.columns.get(attnum);
  if (attribute === undefined) return null;
  return inCommon([
    domainElementLiterals(attribute.type, catalog),
    ...bindingChecks(relation, catalog).map((check) =>
      allowedElements(check, (expr) => isColumn(expr, attnum), catalog),
    ),
  ]);
}

/** The only elements besides NULL of a domain's arrays; null if its CHECK constraints don't bound them. */
export function domainElementLiterals(type: number, catalog: Catalog): readonly Literal[] | null {
  const domain = catalog.types.get(type);
  if (domain?.kind !== 'd') return null;
  return inCommon([
    domainElementLiterals(domain.base, catalog),
    ...domainConditions(domain).map((check) => allowedElements(check, isDomainValue, catalog)),
  ]);
}

/** Whether a CHECK constraint keeps NULLs out of a column's arrays: `array_position(tags, NULL) IS NULL`, `tags <@ '{a,b}'`. */
export function noNullElements(relation: Relation, attnum: number, catalog: Catalog): boolean {
  const type = relation.columns.get(attnum)?.type ?? 0;
  return (
    bindingChecks(relation, catalog).some((check) =>
      findsNoNull(check, (expr) => isColumn(expr, attnum), catalog),
    ) || domainHasNoNullElements(type, catalog)
  );
}

/** Whether a domain's CHECK constraints keep NULLs out of its arrays. */
export function domainHasNoNullElements(type: number, catalog: Catalog): boolean {
  const domain = catalog.types.get(type);
  if (domain?.kind !== 'd') return false;
  return (
    domainConditions(domain).some((check) => findsNoNull(check, isDomainValue, catalog)) ||
    domainHasNoNullElements(domain.base, catalog)
  );
}

function findsNoNull(check: Expr, isSubject: (expr: Expr) => boolean, catalog: Catalog): boolean {
  if (allowedElements(check, isSubject, catalog) !== null) return true;
  if (check.tag === 'BOOLEXPR' && check.boolop === 'and')
    return check.args.some((arg) => findsNoNull(arg, isSubject, catalog));
  if (check.tag !== 'NULLTEST' || check.nulltesttype !== 0 || check.arg.tag !== 'FUNCEXPR') return false;
  const entry = catalog.functions.get(check.arg.funcid);
  const [array, wanted, from] = check.arg.args ?? [];
  if (entry?.schema !== 'pg_catalog' || entry.name !== 'array_position') return false;
  if (array === undefined || wanted === undefined || from !== undefined) return false;
  return isSubject(array) && wanted.tag === 'CONST' && wanted.constisnull;
}

/** The conditions of the CHECK constraints that all rows meet which a query of the relation sees. */
export function bindingChecks(relation: Relation, catalog: Catalog): readonly Expr[] {
  // The constraints of a foreign table are not enforced.
  if (relation.kind === 'f' || hasForeignChild(relation, catalog)) return [];
  const conditions = tableConditions(relation);
  if (relation.children.length === 0) return conditions;
  return conditions.filter((_, i) => !relation.checks[i]?.noInherit);
}

function hasForeignChild(relation: Relation, catalog: Catalog): boolean {
  return relation.children.some((oid) => {
    const child = catalog.relations.get(oid);
    return child === undefined || child.kind === 'f' || hasForeignChild(child, catalog);
  });
}

function isColumn(expr: Expr, attnum: number): boolean {
  const bare = withoutRelabels(expr);
  return bare.tag === 'VAR' && bare.varattno === attnum;
}

/** What all bounds allow; null if there is none. */
function inCommon(bounds: readonly (readonly Literal[] | null)[]): readonly Literal[] | null {
  const [first, ...others] = bounds.filter((values) => values !== null);
  return first?.filter((value) => others.every((values) => values.includes(value))) ?? null;
}

/** `VALUE` in a domain's CHECK constraint. */
function isDomainValue(expr: Expr): boolean {
  return withoutRelabels(expr).tag === 'COERCETODOMAINVALUE';
}
