import type { Facts } from '../facts.ts';
import { constantValue } from '../tree/constants.ts';
import type { Expr } from '../tree/nodes.ts';
import { isCurrent } from './extract.ts';

// Of timestamptz and timestamp (pg_proc.dat); those of numbers are never NULL.
const toChar = new Set([1770, 2049]);
const toNumber = 1777;

/**
 * Whether a call is `to_char` or `to_number` of something that is not NULL, by a constant format: an empty one gives NULL.
 * So does infinity, which a date or timestamp may be, but not the current one (timestamp_to_char and numeric_to_number,
 * src/backend/utils/adt/formatting.c).
 */
export function isFormatted(oid: number, exprs: readonly Expr[], args: readonly Facts[]): boolean {
  if (oid !== toNumber && !toChar.has(oid)) return false;
  const [source, format] = exprs;
  if (source === undefined || format === undefined || args.some(({ nullable }) => nullable)) return false;
  const text = format.tag === 'CONST' ? constantValue(format) : undefined;
  if (typeof text !== 'string' || text === '') return false;
  return oid === toNumber || isCurrent(source);
}
