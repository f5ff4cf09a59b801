import { baseType } from '../analysis/catalog/base-type.ts';
import type { Catalog } from '../analysis/catalog/catalog.ts';
import { literalOf, literalsOfArray } from '../analysis/literals/constant.ts';
import type { Expr, OpExpr } from '../analysis/tree/nodes.ts';
import type { CompareOperator, Comparison, Condition, ConditionTerm } from './condition.ts';

/** By the OID of a base type (src/include/catalog/pg_type.dat) how its values are compared, where JavaScript can do it. */
const comparisons: ReadonlyMap<number, Comparison> = new Map([
  [16, 'boolean'],
  [20, 'integer'],
  [21, 'integer'],
  [23, 'integer'],
  [25, 'text'],
  [1043, 'text'],
]);

/**
 * A CHECK constraint's condition in a form that means the same outside of the database; null if it has none.
 * @param nameOf the column that a Var of the condition is, by its number; 0: a domain's value
 */
export function readCheck(
  node: Expr,
  catalog: Catalog,
  nameOf: (attnum: number) => string | undefined,
): Condition | null {
  const all = (args: readonly Expr[]): readonly Condition[] | null => {
    const found = args.map(condition);
    return found.every((one) => one !== null) ? found : null;
  };

  function condition(expr: Expr): Condition | null {
    switch (expr.tag) {
      case 'BOOLEXPR': {
        const args = all(expr.args);
        const [first] = args ?? [];
        if (args === null || first === undefined) return null;
        return expr.boolop === 'not' ? { kind: 'not', arg: first } : { kind: expr.boolop, args };
      }
      case 'NULLTEST': {
        const arg = expr.argisrow ? null : term(expr.arg);
        if (arg === null) return null;
        return expr.nulltesttype === 0
          ? { kind: 'isNull', arg }
          : { kind: 'not', arg: { kind: 'isNull', arg } };
      }
      case 'BOOLEANTEST': {
        const arg = condition(expr.arg);
        const outcome = (['true', 'true', 'false', 'false', 'unknown', 'unknown'] as const)[
          expr.booltesttype
        ];
        if (arg === null || outcome === undefined) return null;
        const is: Condition = { kind: 'is', outcome, arg };
        return expr.booltesttype % 2 === 0 ? is : { kind: 'not', arg: is };
      }
      case 'OPEXPR':
        return compare(expr);
      case 'SCALARARRAYOPEXPR': {
        const [left, right] = expr.args ?? [];
        const values = right === undefined ? null : literalsOfArray(right, catalog);
        const found = operatorOf(expr.opno, expr.inputcollid);
        const subject = left === undefined ? null : term(left);
        if (values === null || values.length === 0 || found === null || subject === null) return null;
        const args = values.map(
          (value): Condition => ({
            kind: 'compare',
            ...found,
            left: subject,
            right: { kind: 'constant', value },
          }),
        );
        return { kind: expr.useOr ? 'or' : 'and', args };
      }
      default: {
        const arg = isBoolean(expr) ? term(expr) : null;
        return arg === null ? null : { kind: 'truth', arg };
      }
    }
  }

  function compare({ opno, inputcollid, args }: OpExpr): Condition | null {
    const [left, right] = (args ?? []).map(term);
    const found = operatorOf(opno, inputcollid);
    return found === null || !left || !right ? null : { kind: 'compare', ...found, left, right };
  }

  /** Of texts only whether they are equal: in which order they are is the collation's. */
  function operatorOf(
    opno: number,
    collation: number,
  ): { readonly by: Comparison; readonly operator: CompareOperator } | null {
    const entry = catalog.operators.get(opno);
    const [by, other] = [entry?.left ?? 0, entry?.right ?? 0].map((type) => comparisons.get(type));
    if (entry?.schema !== 'pg_catalog' || by === undefined || by !== other) return null;
    if (!/^(?:[<>]=?|=|<>)$/.test(entry.name) || catalog.nondeterministic.has(collation)) return null;
    const operator = entry.name as CompareOperator;
    return by === 'text' && operator !== '=' && operator !== '<>' ? null : { by, operator };
  }

  function term(expr: Expr): ConditionTerm | null {
    const literal = literalOf(expr, catalog);
    if (literal === null) return null;
    if (literal !== undefined) return { kind: 'constant', value: literal };
    switch (expr.tag) {
      case 'CONST':
        return null;
      case 'RELABELTYPE':
        return term(expr.arg);
      case 'VAR':
        return columnOf(expr.varattno, expr.vartype);
      case 'COERCETODOMAINVALUE':
        return columnOf(0, expr.typeId);
      case 'FUNCEXPR': {
        const entry = catalog.functions.get(expr.funcid);
        const [only, another] = expr.args ?? [];
        if (entry?.schema !== 'pg_catalog' || only === undefined || another !== undefined) return null;
        const arg = term(only);
        if (arg === null || entry.argumentTypes[0] !== TEXT) return null;
        if (/^(?:length|char_length|character_length)$/.test(entry.name)) return { kind: 'length', arg };
        return entry.name === 'btrim' ? { kind: 'trim', arg } : null;
      }
      default:
        return null;
    }
  }

  function columnOf(attnum: number, type: number): ConditionTerm | null {
    const column = nameOf(attnum);
    return column === undefined || !comparisons.has(baseType(catalog, type))
      ? null
      : { kind: 'column', column };
  }

  function isBoolean(expr: Expr): boolean {
    return expr.tag === 'VAR' && baseType(catalog, expr.vartype) === BOOL;
  }

  return condition(node);
}

const BOOL = 16;
const TEXT = 25;
