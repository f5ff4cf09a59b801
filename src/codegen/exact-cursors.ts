import type { AnalysedQuery, SlotValue } from '../analysis/analysed-query.ts';
import type { PgType } from '../analysis/type.ts';
import { type Diagnostic, diagnostic } from '../diagnostic.ts';
import type { TsTypeOf } from './ts-types.ts';

/**
 * Refuses queries whose pages begin after a time that loses its microseconds in TypeScript: rows of the same millisecond
 * would be on two pages, or on none.
 *
 * @param typeOf called only if there are pages
 * @param diagnostics takes what is refused
 * @returns the other queries
 */
export function withExactCursors(
  queries: readonly AnalysedQuery[],
  typeOf: () => TsTypeOf,
  diagnostics: Diagnostic[],
): readonly AnalysedQuery[] {
  return queries.filter(({ statement, params }) => {
    const slots = params.flatMap((param) => ('fields' in param ? param.fields : [param]));
    const wrong = slots.find((slot) => isInexact(slot, typeOf));
    if (wrong === undefined) return true;
    const { name, file, line, column } = statement;
    const type = baseName(wrong.value.type);
    const key = wrong.column ? `${wrong.column.schema}.${wrong.column.table}.${wrong.column.column}` : type;
    diagnostics.push(
      diagnostic({
        ...{ file, line, column },
        code: 'ND3022',
        message: `${name}: a page begins after ${wrong.name}, which is a Date with milliseconds, but a ${type} has microseconds, so that pages omit or repeat rows`,
        hint: `Make the column ${type}(3), or configure "types": { "${key}": "string" }.`,
      }),
    );
    return false;
  });
}

function isInexact({ value, column, cursor }: SlotValue, typeOf: () => TsTypeOf): boolean {
  const type = baseName(value.type);
  if ((type !== 'timestamptz' && type !== 'timestamp') || cursor === undefined || cursor.milliseconds)
    return false;
  return typeOf()({ ...value, nullable: false }, 'result', column) === 'Date';
}

/** The name of a base type, also of one that a domain is over. */
function baseName(type: PgType): string {
  if (type.kind === 'domain') return baseName(type.base);
  return type.kind === 'base' ? type.name : '';
}
