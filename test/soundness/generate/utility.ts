import type { Generator } from './generator.ts';
import type { Scope } from './scope.ts';
import type { Type } from './table.ts';

/** What utility statements of `utility` call: it gives NULL back for some arguments. */
export const PROCEDURE =
  "CREATE PROCEDURE p0(a int, INOUT b text, INOUT c int DEFAULT 7) LANGUAGE sql AS 'SELECT nullif(b, ''a''), a'";

/** A utility statement: one that has the tree of a query in it, or what the grammar made of expressions, or neither. */
export function utility(generator: Generator): string {
  const { choices } = generator;
  const query = () => generator.query({ generator, outer: [], withs: [], depth: 1 }, null).sql;
  const scope: Scope = {
    generator,
    fields: [],
    outer: [],
    withs: [],
    depth: 0,
    aggregates: null,
    windows: false,
  };
  const value = (type: Type) => generator.expression(scope, type, 2);
  switch (choices.below(10)) {
    case 0:
      return choices.one(
        'SHOW search_path',
        'SHOW nodrift.era',
        'SHOW "nodrift.ERA"',
        'SHOW TIME ZONE',
        'SHOW ALL',
      );
    case 1:
      return `EXPLAIN (COSTS off, FORMAT ${choices.one('text', 'json', 'yaml', 'xml')}) ${query()}`;
    case 2:
      return `EXPLAIN (ANALYZE, TIMING off, FORMAT ${choices.one('json', 'text')}) ${query()}`;
    case 3:
      return `CREATE TEMP TABLE made AS ${query()}`;
    case 4:
      return `DECLARE made CURSOR FOR ${query()}`;
    case 5:
      return `CREATE VIEW made AS ${query()}`;
    case 6:
      return `CREATE TABLE made (a int DEFAULT ${value('int')}, b text DEFAULT ${value('text')}, CHECK (${value('bool')}))`;
    case 7:
      return choices.one(
        'TRUNCATE t0',
        'LOCK TABLE t0',
        'REFRESH MATERIALIZED VIEW m0',
        "SET LOCAL nodrift.era = ''",
      );
    case 8:
      return `CALL p0(b => ${value('text')}, a => ${value('int')})`;
    default:
      return `CALL p0(${value('int')}, ${value('text')}${choices.one('', ', NULL', `, ${value('int')}`)})`;
  }
}
