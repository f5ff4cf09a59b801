import type { QueryNode } from '../tree/nodes.ts';
import type { JsonShape } from '../type.ts';
import { union, unknown } from './union.ts';
import { forgetKeys, keyOf } from './written-out.ts';

/** What the structures of one statement have in common while they are looked for. */
export interface Rounds {
  /** The structure of this key of a frame or a query. It is looked for once in a round. */
  readonly once: (holder: object, key: string, find: () => JsonShape) => JsonShape;
  /**
   * A column of a recursive WITH query.
   *
   * @param holder the frame it was opened in, which the result depends on
   * @param query the WITH query's
   * @param first what its first arm has there
   * @param all what all of its arms have there, which may ask for the column itself
   */
  readonly recursive: (
    holder: object,
    query: QueryNode,
    column: number,
    first: () => JsonShape,
    all: () => JsonShape,
  ) => JsonShape;
}

interface Assumed {
  shape: JsonShape;
  changes: number;
}

const MOST_CHANGES = 5;

/**
 * Looks for structures in rounds. Columns of recursive WITH queries are at first what their first arms make of them; each
 * round adds what the other arms make of that, in all columns at once, until nothing is new. What does not come to rest is
 * unknown, so that there are few rounds.
 */
export function inRounds<T>(find: (rounds: Rounds) => T): T {
  forgetKeys();
  const assumed = new Map<QueryNode, Map<number, Assumed>>();
  for (;;) {
    let isStable = true;
    const known = new Map<object, Map<string, JsonShape>>();
    const visited = new Map<object, Set<number>>();
    const found = find({
      once(holder, key, make) {
        const here = known.get(holder) ?? new Map<string, JsonShape>();
        known.set(holder, here);
        const before = here.get(key);
        if (before !== undefined) return before;
        const shape = make();
        here.set(key, shape);
        return shape;
      },
      recursive(holder, query, column, first, all) {
        const columns = assumed.get(query) ?? new Map<number, Assumed>();
        assumed.set(query, columns);
        const seen = visited.get(holder) ?? new Set<number>();
        visited.set(holder, seen);
        const entry = columns.get(column) ?? { shape: first(), changes: 0 };
        columns.set(column, entry);
        if (seen.has(column)) return entry.shape;
        seen.add(column);
        const next = union([entry.shape, all()]);
        if (keyOf(next) !== keyOf(entry.shape)) {
          isStable = false;
          entry.changes++;
          entry.shape = entry.changes > MOST_CHANGES ? unknown : next;
        }
        return entry.shape;
      },
    });
    if (isStable) return found;
  }
}
