import type { Var } from './nodes.ts';
import { isNode } from './read.ts';

/**
 * Fields that make no other expression: how it was written, where it is, and what is filled in later or for some
 * trees only.
 */
export const incidental: ReadonlySet<string> = new Set([
  'location',
  'funcformat',
  'relabelformat',
  'coerceformat',
  'convertformat',
  'row_format',
  'varnullingrels',
  'resname',
  'resorigtbl',
  'resorigcol',
  'aggno',
  'aggtransno',
  'colnames',
  'opfuncid',
]);

/**
 * Whether an expression about a relation, as the catalogs hold it (its columns are Vars of entry 1), is the same as one
 * of a query about a range table entry.
 *
 * @param columnOf the column that a Var of the query represents: a join's columns are those of what it joins
 */
export function isSameExpression(
  stored: unknown,
  written: unknown,
  index: number,
  columnOf: (variable: Var) => Var | null = (variable) => variable,
): boolean {
  if (Array.isArray(stored)) {
    return (
      Array.isArray(written) &&
      stored.length === written.length &&
      stored.every((item, i) => isSameExpression(item, written[i], index, columnOf))
    );
  }
  if (!isNode(stored)) return stored === written;
  if (!isNode(written) || stored.tag !== written.tag) return false;
  if (stored.tag === 'VAR' && written.tag === 'VAR') {
    const column = columnOf(written);
    if (column === null || column.varno !== index || column.varlevelsup !== 0) return false;
    return !column.varreturningtype && stored.varattno === column.varattno;
  }
  const names = new Set([...Object.keys(stored), ...Object.keys(written)]);
  return [...names].every(
    (name) =>
      incidental.has(name) ||
      isSameExpression(Reflect.get(stored, name), Reflect.get(written, name), index, columnOf),
  );
}
