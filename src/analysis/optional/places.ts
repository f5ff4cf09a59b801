import { step } from '../steps.ts';
import { LAZY } from '../tree/field-runs.ts';
import type { Node } from '../tree/nodes.ts';
import { isNode } from '../tree/read.ts';

/** The byte of the statement that a node of a complete tree begins at; -1: unknown. */
export function locationOf(node: Node): number {
  const found: unknown = Reflect.get(node, 'location');
  return typeof found === 'number' ? found : -1;
}

/** The first and the last place of all that is below a node; null: unknown. */
export function extentOf(node: Node): { readonly first: number; readonly last: number } | null {
  let [first, last] = [Number.POSITIVE_INFINITY, -1];
  visitNodes(node, (below) => {
    const location = locationOf(below);
    if (location >= 0) {
      first = Math.min(first, location);
      last = Math.max(last, location);
    }
    return true;
  });
  return last === -1 ? null : { first, last };
}

/** Visits a node and all below it; `visit` returns false to omit what is below. */
export function visitNodes(value: unknown, visit: (node: Node) => boolean): void {
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    step();
    if (Array.isArray(next)) waiting.push(...next);
    else if (isNode(next) && visit(next)) {
      for (const field of fieldsOf(next)) waiting.push(Reflect.get(next, field));
    }
  }
}

/** What a node is made of, without what the server derives for joins. */
export function fieldsOf(node: Node): readonly string[] {
  return Object.keys(node).filter((field) => !LAZY.has(field));
}

/** Turns places of the tree into offsets of the text, UTF-16 code units. */
export function offsets(sql: string): (location: number) => number {
  const length = Buffer.byteLength(sql);
  if (length === sql.length) return (location) => location;
  const table = new Uint32Array(length + 1);
  let byte = 0;
  let unit = 0;
  for (const character of sql) {
    table.fill(unit, byte, byte + Buffer.byteLength(character));
    byte += Buffer.byteLength(character);
    unit += character.length;
  }
  table[length] = unit;
  return (location) => table[location] ?? location;
}
