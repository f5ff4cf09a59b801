import { call } from './function.ts';
import type { Generator } from './generator.ts';
import type { Field, Scope } from './scope.ts';

/** What FROM can have beside tables and subqueries: VALUES and functions. Columns without the alias. */
export interface Source {
  /** What is before the alias, and after it. */
  readonly sql: string;
  readonly names: string;
  readonly columns: readonly Field[];
}

const x: Field = { ref: 'x', type: 'int' };
const y: Field = { ref: 'y', type: 'int' };
const text: Field = { ref: 'y', type: 'text' };

/** @param seen columns that it may refer to */
export function source(generator: Generator, seen: readonly Field[]): Source {
  const { choices, schema, major } = generator;
  const array = choices.one('ARRAY[1, 2]', 'ARRAY[1, NULL]', "'{}'::int[]", 'NULL::int[]');
  const scope: Scope = {
    generator,
    fields: seen,
    outer: [],
    withs: [],
    depth: 0,
    aggregates: null,
    windows: false,
  };
  const json = () => generator.expression(scope, 'jsonb', 1);
  switch (choices.below(major >= 17 ? 9 : 8)) {
    case 0:
      return {
        sql: `(VALUES (1, 'a'), (${choices.one('2', 'NULL')}, ${choices.one("'b'", 'NULL')}))`,
        names: '(x, y)',
        columns: [x, text],
      };
    case 1:
      return { sql: `generate_series(1, ${choices.below(3)})`, names: '(x)', columns: [x] };
    case 2:
      return { sql: `unnest(${array}) WITH ORDINALITY`, names: '(x, y)', columns: [x] };
    case 3:
      return {
        sql: `ROWS FROM (unnest(${array}), generate_series(1, ${choices.below(4)}))`,
        names: '(x, y)',
        columns: [x, y],
      };
    case 4:
    case 5: {
      const [first, ...others] = schema.functions.filter(({ type }) => type === null);
      if (first === undefined) return { sql: 'generate_series(0, 1)', names: '(x)', columns: [x] };
      const one = choices.one(first, ...others);
      return { sql: call(scope, one), names: '', columns: one.columns };
    }
    case 6:
      return {
        sql: `jsonb_to_recordset('[{"x": 1, "y": "a"}, {"x": null}]')`,
        names: '(x int, y text)',
        columns: [x, text],
      };
    case 7:
      return { sql: `unnest(${array}, ARRAY['a'])`, names: '(x, y)', columns: [x, text] };
    default:
      return {
        sql: `JSON_TABLE(${json()}, '$[*]' COLUMNS (x FOR ORDINALITY, y int EXISTS PATH '$.a', z text PATH '$.b'))`,
        names: '',
        columns: [x, y, { ref: 'z', type: 'text' }],
      };
  }
}
