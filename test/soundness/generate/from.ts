import { type Item, item } from './item.ts';
import { join, joinCondition } from './join.ts';
import type { Place } from './scope.ts';

/**
 * What is in FROM: tables, subqueries and joins.
 * @param recursive the WITH query whose recursive term this is in, which must be among them
 */
export function from(place: Place, recursive?: Item): Item {
  const { choices } = place.generator;
  if (recursive) return fromItself(place, recursive);
  let found = item(place, null);
  const joins = choices.one(0, 1, 1, 2);
  for (let i = 0; i < joins; i++) found = join(place, found);
  if (choices.rarely(6)) {
    const other = item({ ...place, depth: place.depth - 1 }, found.fields);
    return { sql: `${found.sql}, ${other.sql}`, fields: [...found.fields, ...other.fields] };
  }
  return found;
}

function fromItself(place: Place, recursive: Item): Item {
  const { choices } = place.generator;
  if (choices.below(2) === 0) return recursive;
  const other = item({ ...place, withs: [], depth: Math.min(place.depth, 1) }, recursive.fields);
  const condition = joinCondition({ ...place, depth: 0 }, recursive.fields, other.fields, false);
  return {
    sql: `${recursive.sql} ${choices.one('JOIN', 'LEFT JOIN')} ${other.sql} ON ${condition}`,
    fields: [...recursive.fields, ...other.fields],
  };
}
