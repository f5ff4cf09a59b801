import type { Generator } from './generator.ts';
import { withKinds } from './kinds.ts';
import { modification } from './modification.ts';
import { select } from './select.ts';
import { utility } from './utility.ts';

/** A statement: mostly a SELECT, sometimes one that writes, now and then a utility statement. */
export function statement(generator: Generator): string {
  const { choices } = generator;
  if (choices.rarely(6)) return modification(generator).sql;
  if (choices.rarely(30)) return utility(generator);
  if (choices.rarely(20)) {
    const { sql, columns } = modification(generator);
    const main = select({ generator, outer: [], withs: [{ name: 'changed', columns }], depth: 1 }, null);
    return `WITH changed AS (${sql}) ${main.sql}`;
  }
  const depth = choices.rarely(8) ? 3 : 2;
  const { sql, union } = generator.query({ generator, outer: [], withs: [], depth }, null);
  if (union !== undefined) return withKinds(union, generator.names);
  return choices.rarely(30) ? `${sql} FOR ${choices.one('UPDATE', 'SHARE')}` : sql;
}
