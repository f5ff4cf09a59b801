import { baseType } from '../catalog/base-type.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { FIRST_NORMAL_OID } from '../catalog/catalog.ts';
import { domainLiterals } from '../literals/column.ts';
import { RECORD } from '../row-columns.ts';
import type { JsonShape } from '../type.ts';
import { jsonOrNull, literals, object, union, unknown } from './union.ts';

// src/include/catalog/pg_type.dat
const BOOL = 16;
const INTEGERS = new Set([20, 21, 23]);
const FLOATS = new Set([700, 701]);
const NUMERIC = 1700;
const JSON_TYPES = new Set([114, 3802]);
/** record, and int2vector and oidvector, which are arrays to JSON only. */
const UNTOLD = new Set([2249, 22, 30]);

/** What JSON has no numbers for, and to_json writes as strings. */
export const specialNumbers = ['NaN', 'Infinity', '-Infinity'] as const;

export type Special = (typeof specialNumbers)[number];

export function isJson(type: number | null, catalog: Catalog): boolean {
  return type !== null && JSON_TYPES.has(baseType(catalog, type));
}

/** Whether values may have structures that only the expression tells: JSON, records, arrays of them. */
export function isBuilt(type: number | null, catalog: Catalog): boolean {
  if (type === null) return false;
  if (type === RECORD || isJson(type, catalog)) return true;
  return isBuilt(catalog.types.get(baseType(catalog, type))?.element || null, catalog);
}

/** Whether values may be NaN or infinite. */
export function mayBeSpecial(type: number, catalog: Catalog): boolean {
  const base = baseType(catalog, type);
  return base === NUMERIC || FLOATS.has(base);
}

/**
 * How to_json writes values of a type that are not NULL (json_categorize_type and datum_to_json,
 * src/backend/utils/adt/jsonfuncs.c and json.c).
 */
export function typeShape(type: number, catalog: Catalog): JsonShape {
  const listed = domainLiterals(type, catalog);
  if (listed !== null) return literals(listed);
  const base = baseType(catalog, type);
  if (base === BOOL) return { kind: 'boolean' };
  if (INTEGERS.has(base)) return { kind: 'number' };
  if (base === NUMERIC || FLOATS.has(base)) return union([{ kind: 'number' }, literals(specialNumbers)]);
  if (JSON_TYPES.has(base) || UNTOLD.has(base)) return unknown;
  const entry = catalog.types.get(base);
  if (entry === undefined) return unknown;
  if (entry.element !== 0)
    return { kind: 'array', element: jsonOrNull(typeShape(entry.element, catalog), true) };
  if (entry.kind === 'c') {
    const columns = [...(catalog.relations.get(entry.relation)?.columns.values() ?? [])];
    return columns.length === 0
      ? unknown
      : object(
          columns.map(({ name, type: of }) => ({ name, value: jsonOrNull(typeShape(of, catalog), true) })),
        );
  }
  if (base >= FIRST_NORMAL_OID && catalog.jsonCasts.has(base)) return unknown;
  if (entry.kind === 'e') return literals(entry.labels);
  if (entry.kind === 'p') return unknown;
  return { kind: 'string' };
}
