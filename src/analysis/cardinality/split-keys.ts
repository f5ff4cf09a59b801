import { step } from '../steps.ts';
import type { KeyPlan } from './block.ts';
import { addWatcher, type Counting, isOneFor, type LayerState, type Watcher, waysOf } from './knowledge.ts';
import type { Term } from './terms.ts';

// Each doubles the cases.
const MAX_SPLIT = 3;

/**
 * Of partial indexes that together cover both cases, `WHERE b IS NULL` and `WHERE b IS NOT NULL`, one applies to all rows where
 * b has one value, whether that is NULL or not.
 */
export function watchSplitKeys(
  counting: Counting,
  state: LayerState,
  keys: readonly KeyPlan[],
  then: () => void,
): void {
  const split = [...new Set(keys.flatMap(({ isNull }) => isNull))].slice(0, MAX_SPLIT);
  if (split.length === 0) return;
  const terms = new Set([
    ...split,
    ...keys.flatMap(({ columns, notNull }) => [...columns.map(({ term }) => term), ...notNull]),
  ]);
  const covers = (key: KeyPlan, nulls: ReadonlySet<Term>) => {
    const isNotNull = (term: Term) =>
      (split.includes(term) && !nulls.has(term)) ||
      waysOf(counting, state, term).some(({ nullable }) => !nullable);
    return (
      key.isNull.every((term) => nulls.has(term)) &&
      key.notNull.every(isNotNull) &&
      key.columns.every((column) => {
        const acceptsNull = column.acceptsNull || isNotNull(column.term);
        return isOneFor({ ...column, acceptsNull }, waysOf(counting, state, column.term), counting);
      })
    );
  };
  const watcher: Watcher = {
    run: () => {
      step();
      const isOne =
        split.every((term) => waysOf(counting, state, term).length > 0) &&
        subsets(split).every((nulls) => keys.some((key) => covers(key, nulls)));
      if (isOne) return then();
      for (const term of terms) addWatcher(counting, term, watcher);
    },
  };
  watcher.run();
}

function subsets(terms: readonly Term[]): readonly ReadonlySet<Term>[] {
  return Array.from(
    { length: 2 ** terms.length },
    (_, bits) => new Set(terms.filter((_, i) => bits & (1 << i))),
  );
}
