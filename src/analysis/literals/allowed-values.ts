import type { Catalog } from '../catalog/catalog.ts';
import type { BoolExpr, Expr } from '../tree/nodes.ts';
import type { Literal } from '../type.ts';
import { literalOf, literalsOfArray } from './constant.ts';

/**
 * The only values besides NULL with which a CHECK condition does not fail; null if it does not bound them.
 *
 * @param isSubject whether an expression is the column, or the domain's value, that is asked for
 */
export function allowedValues(
  condition: Expr,
  isSubject: (expr: Expr) => boolean,
  catalog: Catalog,
): readonly Literal[] | null {
  switch (condition.tag) {
    case 'BOOLEXPR': {
      if (condition.boolop === 'not') return null;
      const args = besidesNull(condition, isSubject);
      const all = args.map((arg) => allowedValues(arg, isSubject, catalog));
      if (condition.boolop === 'or') {
        if (all.length === 0) return null;
        return all.includes(null) ? null : distinct(all.flatMap((values) => values ?? []));
      }
      const [first, ...others] = all.filter((values) => values !== null);
      return first?.filter((value) => others.every((values) => values.includes(value))) ?? null;
    }
    case 'OPEXPR': {
      const [left, right] = condition.args ?? [];
      if (left === undefined || right === undefined) return null;
      if (!isExactEquality(condition.opno, condition.inputcollid, catalog)) return null;
      const value = isSubject(left)
        ? literalOf(right, catalog)
        : isSubject(right)
          ? literalOf(left, catalog)
          : undefined;
      // Compared with NULL the condition is unknown, which a CHECK lets pass.
      return value === undefined || value === null ? null : [value];
    }
    case 'SCALARARRAYOPEXPR': {
      const [left, right] = condition.args ?? [];
      if (left === undefined || right === undefined || !condition.useOr || !isSubject(left)) return null;
      if (!isExactEquality(condition.opno, condition.inputcollid, catalog)) return null;
      const values = literalsOfArray(right, catalog);
      return values === null ? null : distinct(values);
    }
    default:
      return null;
  }
}

/**
 * The only elements that an array may have where a CHECK condition is not false: `tags <@ ARRAY['a', 'b']`. NULL is no
 * such element (array_contain_compare, src/backend/utils/adt/arrayfuncs.c). Null if the condition does not bound them.
 */
export function allowedElements(
  condition: Expr,
  isSubject: (expr: Expr) => boolean,
  catalog: Catalog,
): readonly Literal[] | null {
  if (condition.tag === 'BOOLEXPR' && condition.boolop === 'or') {
    const [only, another] = besidesNull(condition, isSubject);
    return only === undefined || another !== undefined ? null : allowedElements(only, isSubject, catalog);
  }
  if (condition.tag === 'BOOLEXPR' && condition.boolop === 'and') {
    for (const arg of condition.args) {
      const found = allowedElements(arg, isSubject, catalog);
      if (found !== null) return found;
    }
    return null;
  }
  if (condition.tag !== 'OPEXPR' || catalog.nondeterministic.has(condition.inputcollid)) return null;
  const { schema, name } = catalog.functions.get(catalog.operators.get(condition.opno)?.function ?? 0) ?? {};
  if (schema !== 'pg_catalog') return null;
  const [array, list] =
    name === 'arraycontained' ? (condition.args ?? []) : (condition.args ?? []).toReversed();
  if (name !== 'arraycontained' && name !== 'arraycontains') return null;
  if (array === undefined || list === undefined || !isSubject(array)) return null;
  const values = literalsOfArray(list, catalog);
  return values === null || values.length === 0 ? null : distinct(values);
}

/** The terms of `x IS NULL OR …` that say something of a value; of other conditions all. */
function besidesNull({ boolop, args }: BoolExpr, isSubject: (expr: Expr) => boolean): readonly Expr[] {
  if (boolop !== 'or') return args;
  return args.filter(
    (arg) => arg.tag !== 'NULLTEST' || arg.nulltesttype !== 0 || arg.argisrow || !isSubject(arg.arg),
  );
}

/** An expression without casts that keep its value and its text: varchar to text, a domain to its base. */
export function withoutRelabels(expr: Expr): Expr {
  return expr.tag === 'RELABELTYPE' || expr.tag === 'COLLATEEXPR' ? withoutRelabels(expr.arg) : expr;
}

const INT2 = 21;
const INT4 = 23;
const EXACT = new Set([16, 20, INT2, INT4, 25]);

/** An equality of pg_catalog that holds for equal spellings only. */
function isExactEquality(operator: number, collation: number, catalog: Catalog): boolean {
  const entry = catalog.operators.get(operator);
  return (
    entry !== undefined &&
    entry.schema === 'pg_catalog' &&
    catalog.equality.has(operator) &&
    EXACT.has(entry.left) &&
    EXACT.has(entry.right) &&
    !catalog.nondeterministic.has(collation)
  );
}

function distinct(values: readonly Literal[]): readonly Literal[] {
  return [...new Set(values)];
}
