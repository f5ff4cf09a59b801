import type { Generator } from './generator.ts';
import type { Scope } from './scope.ts';
import type { Type } from './table.ts';

const values: Readonly<Record<Type, readonly [string, string]>> = {
  int: ['1', '2'],
  text: ['a', ''],
  bool: ['t', 'f'],
  'int[]': ['{1,NULL}', '{}'],
  'text[]': ['{a,NULL}', '{}'],
  float8: ['2', 'NaN'],
  numeric: ['2.50', 'NaN'],
  timestamp: ['2024-01-01', 'infinity'],
  pair: ['(1,)', '(,)'],
  jsonb: ['{"a": null}', 'null'],
};

/** A parameter of a statement. */
export interface Parameter {
  readonly type: Type;
  /** On the sets of data. */
  readonly values: readonly (string | null)[];
}

/** A parameter, which is NULL on some sets of data; now and then one that the statement has already. */
export function parameter({ choices, params }: Generator, type: Type): string {
  const [used, ...others] = params.flatMap((one, i) => (one.type === type ? [i + 1] : []));
  if (used !== undefined && choices.below(2) === 1) return `$${choices.one(used, ...others)}::${type}`;
  const [first, second] = values[type];
  params.push({
    type,
    values: choices.one([null, first, second], [first, null, second], [first, second, null]),
  });
  return `$${params.length}::${type}`;
}

/** A condition with a parameter that is used twice, as optional filters are written; null where there is no column for it. */
export function filter({ generator, fields }: Scope): string | null {
  const { choices } = generator;
  const [first, ...others] = fields.filter(({ type }) => type === 'int' || type === 'text');
  if (first === undefined) return null;
  const { ref, type } = choices.one(first, ...others);
  const given = parameter(generator, type);
  return choices.one(
    `${given} IS NULL OR ${ref} = ${given}`,
    `${ref} = coalesce(${given}, ${ref})`,
    `CASE WHEN ${given} IS NULL THEN true ELSE ${ref} = ${given} END`,
    `${ref} = ${given} OR ${given} IS NOT NULL`,
    `NOT EXISTS (SELECT WHERE ${ref} <> ${given})`,
    `${ref} IS NOT DISTINCT FROM ${given} AND ${given} <> ALL (ARRAY[NULL, ${ref}])`,
    `(${ref} = ${given}) IS NOT FALSE`,
    `${ref} = ${given} AND ${given} = ${given}`,
  );
}
