import { aliases, anyType, type Scope } from './scope.ts';

/** A result column of a type that no expression is asked for: a row, a set, an array of rows, json. */
export function extra(scope: Scope): string {
  const { generator } = scope;
  const { choices } = generator;
  const any = () => generator.expression(scope, anyType(scope), 1);
  const name = generator.name('x');
  const [first, ...others] = aliases(scope);
  if (first !== undefined && choices.below(2) === 1) {
    const row = choices.one(first, ...others);
    return choices.one(
      `${row} AS ${name}`,
      `${row}.*`,
      `to_json(${row}) AS ${name}`,
      `ARRAY[${row}] AS ${name}`,
      `(SELECT ${row}) AS ${name}`,
      `CASE WHEN ${generator.expression(scope, 'bool', 1)} THEN ${row} END AS ${name}`,
      `json_build_object('r', ${row}, 'n', ${any()}) AS ${name}`,
      `ARRAY(SELECT ${row}) AS ${name}`,
    );
  }
  if (scope.aggregates !== null) {
    const [row, ...more] = aliases(scope.aggregates);
    if (row !== undefined && choices.below(2) === 1)
      return `${choices.one('array_agg', 'json_agg')}(${choices.one(row, ...more)}) AS ${name}`;
  }
  const of = `${choices.one("'{1,2}'", "'{}'", "'{NULL,1}'")}::int[]`;
  return choices.one(
    `ROW(${any()}, ${any()}) AS ${name}`,
    `ARRAY[ROW(${any()}, ${any()})] AS ${name}`,
    `json_build_object('a', ${any()}, ${choices.one("'b'", "'a'")}, ${any()}) AS ${name}`,
    `row_to_json(ROW(${any()}, ${any()})) AS ${name}`,
    `unnest(${of}) AS ${name}`,
    `generate_series(1, ${choices.one('2', '0')}) AS ${name}, unnest(${of}) AS ${name}u`,
    `json_array_elements_text('["a", null]') AS ${name}`,
    `regexp_matches(${generator.expression(scope, 'text', 1)}, '(a)|(b)', 'g') AS ${name}`,
    `ARRAY[ARRAY[${generator.expression(scope, 'int', 1)}]] AS ${name}`,
    `xmlforest(${generator.expression(scope, 'text', 1)} AS a)::text AS ${name}`,
    `(${generator.expression(scope, 'int', 1)})::numeric / 2 AS ${name}`,
    `extract(${choices.one('day', 'year')} FROM timestamp ${choices.one("'2024-02-29'", "'infinity'")}) AS ${name}`,
  );
}
