import type { Choices } from './choices.ts';
import type { Type } from './table.ts';

/** A constant that is not NULL. */
export function literal(choices: Choices, type: Type): string {
  switch (type) {
    case 'int':
      return String(choices.below(4));
    case 'text':
      return choices.one("'a'::text", "'b'::text", "''::text");
    case 'bool':
      return choices.one('true', 'false');
    case 'int[]':
      return choices.one("'{1,2}'::int[]", "'{}'::int[]", "'{NULL}'::int[]");
    case 'text[]':
      return choices.one("'{a,b}'::text[]", "'{}'::text[]", "'{NULL,b}'::text[]");
    case 'pair':
      return choices.one("'(1,a)'::pair", "'(,b)'::pair", "'(,)'::pair");
    case 'float8':
      return choices.one("'1.5'::float8", "'NaN'::float8", "'Infinity'::float8");
    case 'numeric':
      return choices.one('1.5', "'NaN'::numeric", '-2.0');
    case 'timestamp':
      return choices.one("'2024-02-29'::timestamp", "'infinity'::timestamp", "'-infinity'::timestamp");
    case 'jsonb':
      return choices.one("'{}'::jsonb", "'[]'::jsonb", "'null'::jsonb", '\'{"a": {"b": null}}\'::jsonb');
  }
}
