import type { Facts } from '../../src/analysis/facts.ts';

/** A value that is against what was declared of it. */
export interface Violation {
  readonly column: number;
  readonly what: string;
}

/**
 * Compares rows with what is declared of their columns.
 * @param rows values in text form
 */
export function violations(
  declared: readonly Facts[],
  rows: readonly (readonly (string | null)[])[],
): readonly Violation[] {
  const found: Violation[] = [];
  declared.forEach((facts, column) => {
    const wrong = rows.map((row) => against(facts, row[column] ?? null)).find((what) => what !== null);
    if (wrong !== undefined && wrong !== null) found.push({ column, what: wrong });
  });
  return found;
}

function against(facts: Facts, value: string | null): string | null {
  if (value === null) return facts.nullable ? null : 'is NULL';
  if (facts.element?.nullable === false && hasNullElement(value)) return `has a NULL element: ${value}`;
  if (facts.dimensions !== undefined && value !== '{}' && !facts.dimensions.includes(dimensionsOf(value)))
    return `has ${dimensionsOf(value)} dimensions: ${value}`;
  if (facts.literals !== undefined && !facts.literals.some((literal) => shown(literal) === value))
    return `is ${value}`;
  return null;
}

function shown(literal: string | number | boolean): string {
  return typeof literal === 'boolean' ? (literal ? 't' : 'f') : String(literal);
}

/** An array's text begins with a brace for each dimension, perhaps behind its bounds. */
function dimensionsOf(text: string): number {
  return /^(?:\[.*?\]=)?(\{*)/.exec(text)?.[1]?.length ?? 0;
}

/** In an array's text form only NULL without quotes is NULL (PostgreSQL documentation, 8.15.6). */
export function hasNullElement(text: string): boolean {
  return /(?:^|[{,])NULL(?=[,}])/.test(text.replace(/"(?:[^"\\]|\\.)*"/g, '""'));
}
