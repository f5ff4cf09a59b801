import type { Scope } from './scope.ts';

/** What is behind a SELECT's conditions: ORDER BY, LIMIT, OFFSET, FETCH, row locks; often nothing. */
export function ordering(scope: Scope, distinct: boolean): string {
  const { generator } = scope;
  const { choices } = generator;
  if (!choices.rarely(4)) return '';
  const key = distinct ? '1' : generator.expression({ ...scope, depth: 0, windows: false }, 'int', 1);
  const order = ` ORDER BY ${/^-?\d+$/.test(key) ? '1' : key}${choices.one('', ' DESC', ' NULLS FIRST', ' DESC NULLS LAST')}`;
  const count = choices.one('1', '0', '2', 'NULL', '(1 - 1)');
  switch (choices.below(8)) {
    case 0:
      return ` LIMIT ${count}`;
    case 1:
      return ` OFFSET ${choices.one('1', '0', 'NULL')}`;
    case 2:
      return `${order} LIMIT ${count} OFFSET ${choices.one('0', '1')}`;
    case 3:
      return `${order} FETCH FIRST ${choices.one('1', '2')} ROWS WITH TIES`;
    case 4:
      return ` LIMIT (${generator.expression({ ...scope, fields: [], aggregates: null, depth: 0, windows: false }, 'int', 0)})`;
    default:
      return order;
  }
}
