import type { Catalog } from '../catalog/catalog.ts';
import { constantValue, isReadable } from '../tree/constants.ts';
import type { Const, Expr } from '../tree/nodes.ts';

// pg_type.dat
const INTEGERS = new Set([20, 21, 23]);
const [BOOL, TEXT, FLOAT8, DATE, NUMERIC] = [16, 25, 701, 1082, 1700];
/** date, timestamp and timestamptz, which are kept as one signed integer. */
const TIMES = new Set([DATE, 1114, 1184]);

/**
 * What a built-in comparison of two constants is: of integers, also where they are cast to numeric or double precision, of
 * booleans, of dates and timestamps of one type, and whether two texts are equal. All are exact.
 *
 * @returns undefined where it cannot be told
 */
export function compareConstants(
  operator: number,
  collation: number,
  left: Expr,
  right: Expr,
  catalog: Catalog,
): boolean | undefined {
  const { schema, name = '', left: type, right: other } = catalog.operators.get(operator) ?? {};
  const [a, b] = [comparable(left, catalog), comparable(right, catalog)];
  if (schema !== 'pg_catalog' || a === undefined || b === undefined) return undefined;
  if (isNumber(type) && isNumber(other)) return byOrder(name, a, b);
  if (type !== other) return undefined;
  if (type === BOOL || TIMES.has(type ?? 0)) return byOrder(name, a, b);
  // Their order is the collation's.
  if (type !== TEXT || catalog.nondeterministic.has(collation)) return undefined;
  return name === '=' ? a === b : name === '<>' ? a !== b : undefined;
}

function isNumber(type: number | undefined): boolean {
  return type === NUMERIC || type === FLOAT8 || (type !== undefined && INTEGERS.has(type));
}

type Comparable = bigint | boolean | string;

function comparable(expr: Expr, catalog: Catalog): Comparable | undefined {
  switch (expr.tag) {
    case 'CONST':
      return ofConstant(expr, catalog);
    case 'RELABELTYPE':
    case 'COLLATEEXPR':
      return comparable(expr.arg, catalog);
    case 'FUNCEXPR': {
      // Casts of integers to larger numbers, as the parser adds them: int4 to numeric and so on.
      const [arg, another] = expr.args ?? [];
      const isCast = expr.funcformat === 1 || expr.funcformat === 2;
      if (!isCast || arg?.tag !== 'CONST' || another !== undefined) return undefined;
      return INTEGERS.has(arg.consttype) && isNumber(expr.funcresulttype)
        ? ofConstant(arg, catalog)
        : undefined;
    }
    default:
      return undefined;
  }
}

function ofConstant(constant: Const, catalog: Catalog): Comparable | undefined {
  if (constant.constvalue === null) return undefined;
  const bytes = new DataView(Uint8Array.from(constant.constvalue).buffer);
  if (constant.consttype === DATE) return BigInt(bytes.getInt32(0, true));
  if (TIMES.has(constant.consttype)) return bytes.getBigInt64(0, true);
  if (constant.consttype === NUMERIC) return ofNumeric(bytes);
  const value = constantValue(constant);
  if (typeof value === 'number') return BigInt(value) * BASE ** BigInt(FRACTION);
  if (value === null || value === undefined) return undefined;
  return typeof value !== 'string' || isReadable(value, catalog.encoding) ? value : undefined;
}

/** Numbers are told in 1 / 10000^4: numeric has digits of base 10000. */
const BASE = 10_000n;
const FRACTION = 4;

/** A numeric in its short form (src/backend/utils/adt/numeric.c) with at most 16 decimal places; a parsed constant has a header of four bytes. */
function ofNumeric(bytes: DataView): bigint | undefined {
  const header = bytes.getUint16(4, true);
  if ((header & 0xc000) !== 0x8000) return undefined;
  const weight = (header & 0x3f) - (header & 0x40);
  let value = 0n;
  for (let i = 0; 6 + 2 * i < bytes.byteLength; i++) {
    const exponent = weight - i + FRACTION;
    if (exponent < 0) return undefined;
    value += BigInt(bytes.getInt16(6 + 2 * i, true)) * BASE ** BigInt(exponent);
  }
  return (header & 0x2000) === 0 ? value : -value;
}

function byOrder(operator: string, a: Comparable, b: Comparable): boolean | undefined {
  switch (operator) {
    case '=':
      return a === b;
    case '<>':
      return a !== b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    default:
      return undefined;
  }
}
