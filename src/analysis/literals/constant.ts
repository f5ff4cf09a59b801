import { baseType } from '../catalog/base-type.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { arrayConstant, constantValue, isReadable } from '../tree/constants.ts';
import type { Expr } from '../tree/nodes.ts';
import type { Literal } from '../type.ts';

const BOOL = 16;
const INT2 = 21;
const INT4 = 23;
const TEXT = 25;
const VARCHAR = 1043;
/** Of a literal whose type nothing tells: it goes for text. */
const UNKNOWN = 705;

// Types whose equal values are one and the same in TypeScript too; bigint and numeric have several spellings there,
// bpchar is padded.
const EXACT = new Set([BOOL, INT2, INT4, TEXT, VARCHAR, UNKNOWN]);

/** Whether values of the type can be told by literals; domains over such types too. */
export function isLiteralType(type: number, catalog: Catalog): boolean {
  return EXACT.has(baseType(catalog, type));
}

/** The literals that are values of the type: numbers of an integer's, strings of a text's. */
export function literalsFor(
  type: number,
  literals: readonly Literal[],
  catalog: Catalog,
): readonly Literal[] {
  const base = baseType(catalog, type);
  const kind = base === BOOL ? 'boolean' : base === INT2 || base === INT4 ? 'number' : 'string';
  return isLiteralType(type, catalog) ? literals.filter((literal) => typeof literal === kind) : [];
}

/** The value of a constant of such a type, also cast among them; null for NULL, undefined for everything else. */
export function literalOf(expr: Expr, catalog: Catalog): Literal | null | undefined {
  switch (expr.tag) {
    case 'CONST':
      return isLiteralType(expr.consttype, catalog) ? readable(constantValue(expr), catalog) : undefined;
    case 'RELABELTYPE':
      return isLiteralType(expr.resulttype ?? 0, catalog) ? literalOf(expr.arg, catalog) : undefined;
    case 'COLLATEEXPR':
      return literalOf(expr.arg, catalog);
    case 'FUNCEXPR': {
      // int2, int4 and int8 constants turned into one another keep their value.
      const [arg, another] = expr.args ?? [];
      const isCast = expr.funcformat === 1 || expr.funcformat === 2;
      if (!isCast || arg?.tag !== 'CONST' || another !== undefined || !INTEGERS.has(expr.funcresulttype))
        return undefined;
      return INTEGERS.has(arg.consttype) ? constantValue(arg) : undefined;
    }
    default:
      return undefined;
  }
}

function readable<T extends Literal | null | undefined>(value: T, catalog: Catalog): T | undefined {
  return typeof value === 'string' && !isReadable(value, catalog.encoding) ? undefined : value;
}

const INTEGERS = new Set([INT2, INT4, 20]);

/** The values of an array that is written out; null if one of them is not such a constant, or is NULL. */
export function literalsOfArray(expr: Expr, catalog: Catalog): readonly Literal[] | null {
  switch (expr.tag) {
    case 'RELABELTYPE':
      return literalsOfArray(expr.arg, catalog);
    case 'ARRAYCOERCEEXPR': {
      const kept =
        expr.elemexpr === undefined ||
        expr.elemexpr?.tag === 'RELABELTYPE' ||
        expr.elemexpr?.tag === 'CASETESTEXPR';
      return kept ? literalsOfArray(expr.arg, catalog) : null;
    }
    case 'ARRAYEXPR':
      return expr.multidims
        ? null
        : withoutNulls((expr.elements ?? []).map((element) => literalOf(element, catalog)));
    case 'CONST': {
      const element = catalog.types.get(expr.consttype)?.element ?? 0;
      return isLiteralType(element, catalog)
        ? withoutNulls(arrayConstant(expr, element)?.map((value) => readable(value, catalog)) ?? null)
        : null;
    }
    default:
      return null;
  }
}

function withoutNulls(values: readonly (Literal | null | undefined)[] | null): readonly Literal[] | null {
  if (values === null) return null;
  const known = values.flatMap((value) => value ?? []);
  return known.length === values.length ? known : null;
}
