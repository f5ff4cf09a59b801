import type { Generator } from './generator.ts';
import type { Type } from './table.ts';

/** A column in sight, as it is written. */
export interface Field {
  readonly ref: string;
  readonly type: Type;
}

/** A WITH query in sight. */
export interface With {
  readonly name: string;
  readonly columns: readonly Field[];
}

/** Where a query is. */
export interface Place {
  readonly generator: Generator;
  /** Columns of the queries around, which it may refer to. */
  readonly outer: readonly Field[];
  readonly withs: readonly With[];
  /** How deep queries in it may go. */
  readonly depth: number;
}

/** Where an expression is. */
export interface Scope extends Place {
  readonly fields: readonly Field[];
  /** Where groups are considered: the scope of their rows. */
  readonly aggregates: Scope | null;
  readonly windows: boolean;
}

/** The names of what FROM has in sight, for whole rows; none where groups are considered. */
export function aliases(scope: Scope): readonly string[] {
  if (scope.aggregates !== null) return [];
  const names = scope.fields.map(({ ref }) => /^([a-z]+\d+)\.(?:\w+|"[^"].*")$/.exec(ref)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))];
}

/** A type of any kind. */
export function anyType(scope: Scope): Type {
  return scope.generator.choices.one(
    'int',
    'text',
    'bool',
    'int[]',
    'text[]',
    'pair',
    'jsonb',
    'float8',
    'numeric',
    'timestamp',
  );
}
