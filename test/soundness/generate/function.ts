import { columnTypes } from './column-types.ts';
import type { Generator } from './generator.ts';
import type { Field, Scope } from './scope.ts';
import type { Type } from './table.ts';

/** A function of one int and one text in SQL, whose body is analysed or a string. */
export interface SqlFunction {
  readonly name: string;
  /** Of its result; null if it returns a set of rows. */
  readonly type: Type | null;
  /** Of the rows that it returns. */
  readonly columns: readonly Field[];
}

const parameters: readonly Field[] = [
  { ref: 'p0', type: 'int' },
  { ref: 'p1', type: 'text' },
];

/** A function, and the statement that creates it. */
export function sqlFunction(
  generator: Generator,
  name: string,
): { readonly ddl: string; readonly made: SqlFunction } {
  const { choices } = generator;
  const how = choices.one('STABLE', 'STABLE STRICT', 'VOLATILE');
  const create = `CREATE FUNCTION ${name}(p0 int, p1 text ${choices.one('', 'DEFAULT NULL')}) RETURNS`;
  if (choices.below(2) === 0) {
    const type = choices.one<Type>('int', 'text', 'bool', 'int[]', 'pair');
    const scope: Scope = {
      generator,
      fields: parameters,
      outer: [],
      withs: [],
      depth: 1,
      aggregates: null,
      windows: false,
    };
    const body = generator.expression(scope, type, 2);
    return {
      ddl: choices.rarely(2)
        ? `${create} ${type} LANGUAGE sql ${how} ${settings(choices)} AS $body$ SELECT ${body} $body$`
        : `${create} ${type} LANGUAGE sql ${how} RETURN ${body}`,
      made: { name, type, columns: [] },
    };
  }
  const { sql, columns } = generator.query(
    { generator, outer: parameters, withs: [], depth: 1 },
    columnTypes(choices, null),
  );
  const named = columns.map(({ type }, i) => ({ ref: `r${i}`, type }));
  const table = named.map(({ ref, type }) => `${ref} ${type}`).join(', ');
  return {
    ddl: choices.rarely(2)
      ? `${create} TABLE (${table}) LANGUAGE sql ${how} ${settings(choices)} AS $body$ ${sql} $body$`
      : `${create} TABLE (${table}) LANGUAGE sql ${how} BEGIN ATOMIC ${sql}; END`,
    made: { name, type: null, columns: named },
  };
}

/** Under all of these the names in a body mean the same. */
function settings(choices: Generator['choices']): string {
  return choices.one('', '', 'SET search_path FROM CURRENT', 'SET work_mem = 1024');
}

/** A call with arguments of the scope. */
export function call(scope: Scope, { name }: SqlFunction): string {
  const { generator } = scope;
  const of = (type: Type) => generator.expression({ ...scope, aggregates: null, windows: false }, type, 1);
  return generator.choices.rarely(4)
    ? `${name}(p1 => ${of('text')}, p0 => ${of('int')})`
    : `${name}(${of('int')}, ${of('text')})`;
}
