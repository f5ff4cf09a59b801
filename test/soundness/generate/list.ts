import { expression } from './expression.ts';
import type { Generated } from './generator.ts';
import type { Field, Scope } from './scope.ts';
import type { Type } from './table.ts';

/** A SELECT list: an expression for each type, under a name of its own. `first`: the first one, if given. */
export function list(scope: Scope, wanted: readonly Type[], first?: string): Generated {
  const columns: Field[] = [];
  const parts = wanted.map((type, i) => {
    const name = scope.generator.name('c');
    columns.push({ ref: name, type });
    const value = i === 0 && first !== undefined ? first : expression(scope, type, 2);
    return `${value} AS ${name}`;
  });
  return { sql: parts.join(', '), columns };
}
