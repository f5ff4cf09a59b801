import { isNode } from './read.ts';

/**
 * Fields that make no other expression: how it was written, where it stands, and what is filled in later or for some
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
 */
export function isSameExpression(stored: unknown, written: unknown, index: number): boolean {
  if (Array.isArray(stored)) {
    return (
      Array.isArray(written) &&
      stored.length === written.length &&
      stored.every((item, i) => isSameExpression(item, written[i], index))
    );
  }
  if (!isNode(stored)) return stored === written;
  if (!isNode(written) || stored.tag !== written.tag) return false;
  if (stored.tag === 'VAR' && written.tag === 'VAR') {
    const isColumn = written.varno === index && written.varlevelsup === 0 && !written.varreturningtype;
    return isColumn && stored.varattno === written.varattno;
  }
  const names = new Set([...Object.keys(stored), ...Object.keys(written)]);
  return [...names].every(
    (name) =>
      incidental.has(name) || isSameExpression(Reflect.get(stored, name), Reflect.get(written, name), index),
  );
}
