import type { Generator } from './generator.ts';
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

/** A parameter, which is NULL on some sets of data. */
export function parameter({ choices, params }: Generator, type: Type): string {
  const [first, second] = values[type];
  params.push(choices.one([null, first, second], [first, null, second], [first, second, null]));
  return `$${params.length}::${type}`;
}
