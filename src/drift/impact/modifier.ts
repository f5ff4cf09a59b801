/**
 * Whether a column's type takes less than before though it is the same type: `character varying(20)` after
 * `character varying(50)`, `numeric(8,2)` after `numeric(10,2)`, `timestamp(0)` after `timestamp`.
 */
export function shrinks(before: string, after: string): boolean {
  const [was, is] = [read(before), read(after)];
  if (was.name !== is.name || before === after) return false;
  if (is.numbers.length === 0) return false;
  if (was.numbers.length === 0) return true;
  const [length = 0, scale = 0] = was.numbers;
  const [newLength = 0, newScale = 0] = is.numbers;
  // Digits before the point, and behind it.
  return newLength - newScale < length - scale || newScale < scale;
}

function read(type: string): { readonly name: string; readonly numbers: readonly number[] } {
  const modifier = /\((-?\d+)(?:,(-?\d+))?\)/.exec(type);
  const numbers = (modifier?.slice(1) ?? []).filter((digits) => digits !== undefined).map(Number);
  return { name: type.replace(modifier?.[0] ?? '', ''), numbers };
}
