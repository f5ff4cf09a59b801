import type { Column } from '../../src/analysis/analysed-query.ts';
import type { Value } from '../../src/analysis/type.ts';
import { fits } from './json-fits.ts';

/** Whether a row, as pg decodes it, is one that these columns allow. */
export function rowFits(row: readonly unknown[], columns: readonly Column[]): boolean {
  return row.length === columns.length && columns.every(({ value }, i) => valueFits(row[i], value));
}

function valueFits(found: unknown, value: Value): boolean {
  if (found === null) return value.nullable;
  if (value.literals !== undefined && !value.literals.some((literal) => literal === found)) return false;
  if (Array.isArray(found) && value.type.kind === 'array') {
    const elements = found.flat(9);
    if (value.elementsNullable === false && elements.includes(null)) return false;
    const { elementLiterals } = value;
    if (elementLiterals && elements.some((element) => element !== null && !elementLiterals.includes(element)))
      return false;
  }
  return value.json === undefined || fits(found, value.json);
}
