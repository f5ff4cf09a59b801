import { aliases, anyType, type Scope } from './scope.ts';

/** A jsonb value that the query builds. */
export function json(scope: Scope, depth: number): string {
  const { choices, major } = scope.generator;
  const any = () => scope.generator.expression(scope, anyType(scope), depth - 1);
  const of = () => scope.generator.expression(scope, 'jsonb', depth - 1);
  const [first, ...others] = aliases(scope);
  switch (choices.below(major >= 16 ? 15 : 13)) {
    case 0:
      return `jsonb_build_object('a', ${any()}, 'b', ${any()})`;
    case 1:
      return `to_jsonb(${any()})`;
    case 2:
      return `jsonb_build_array(${any()}, ${any()})`;
    case 3:
      return `(${of()} || jsonb_build_object('a', ${any()}))`;
    case 4:
      return `(${of()} -> ${choices.one("'a'", "'b'", '0')})`;
    case 5:
      return `jsonb_strip_nulls(${of()})`;
    case 6:
      return `(jsonb_build_object('a', ${any()}, 'b', ${any()}) - 'a')`;
    case 7:
      return `jsonb_set(jsonb_build_object('a', ${any()}), '{${choices.one('a', 'b')}}', ${of()})`;
    case 8:
      return `to_jsonb(ROW(${any()}, ${any()}))`;
    case 9:
      return `(${of()} #> '{a,b}')`;
    case 10:
    case 11:
      return first === undefined ? of() : `to_jsonb(${choices.one(first, ...others)})`;
    case 12:
      return `jsonb_path_query_first(${of()}, '$.a')`;
    case 13:
      return `JSON_OBJECT('a': ${any()}, 'b': ${any()} ${choices.one('NULL', 'ABSENT')} ON NULL RETURNING jsonb)`;
    default:
      return `JSON_ARRAY(${any()}, ${any()} ${choices.one('NULL', 'ABSENT')} ON NULL RETURNING jsonb)`;
  }
}
