import type { Facts } from '../facts.ts';
import { constantValue } from '../tree/constants.ts';
import type { Expr } from '../tree/nodes.ts';

// extract(text from date, timestamp, timestamptz, interval) and date_part of the same (pg_proc.dat).
const extracts = new Set([6199, 6202, 6203, 6204, 1384, 2021, 1171, 1172]);

// Of infinity these fields are infinity; the others, which go round, are NULL (NonFiniteTimestampTzPart and
// NonFiniteIntervalPart, src/backend/utils/adt/timestamp.c).
const monotonicFields = new Set([
  'epoch',
  'year',
  'years',
  'decade',
  'decades',
  'century',
  'centuries',
  'millennium',
  'isoyear',
  'julian',
]);

// now(), transaction_timestamp(), statement_timestamp(), clock_timestamp()
const clocks = new Set([1299, 2647, 2648, 2649]);

/** Whether a call is `extract` of a field that every date and time has, from something that is not NULL. */
export function calendarField(oid: number, exprs: readonly Expr[], args: readonly Facts[]): boolean {
  if (!extracts.has(oid) || args.some(({ nullable }) => nullable)) return false;
  const [field, source] = exprs;
  if (field === undefined || source === undefined) return false;
  const name = field.tag === 'CONST' ? constantValue(field) : undefined;
  return (typeof name === 'string' && monotonicFields.has(name.toLowerCase())) || isCurrent(source);
}

// Of a date and time these make another: casts between date, timestamp and timestamptz, AT TIME ZONE, date_trunc.
const conversions = new Set([
  ...[1174, 1178, 2024, 2027, 2028, 2029, 1961, 1967],
  ...[1026, 1159, 2069, 2070, 6334, 6335, 1217, 1284, 2020],
]);

/** Whether an expression is the current date or time, as it is, converted or cut: it is not an infinity. */
export function isCurrent(expr: Expr): boolean {
  switch (expr.tag) {
    case 'SQLVALUEFUNCTION':
      return true;
    case 'FUNCEXPR':
      if (clocks.has(expr.funcid)) return true;
      return conversions.has(expr.funcid) && (expr.args ?? []).some(isCurrent);
    default:
      return false;
  }
}
