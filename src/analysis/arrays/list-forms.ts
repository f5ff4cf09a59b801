import { textWithArrays } from '../../sql/arrays.ts';
import type { Param, Statement } from '../../sql/statement.ts';
import type { QueryList } from '../analysed-query.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { pgType } from '../catalog/pg-type.ts';
import { isRewritten } from '../catalog/updatable.ts';
import type { StatementAnswer, StatementOptions } from '../statement-analysis.ts';
import { Cmd } from '../tree/nodes.ts';
import { typeText } from '../type-text.ts';
import { elementTypeOf } from './element.ts';

type List = Extract<Param, { kind: 'list' | 'objects' }>;

/** How the lists of a statement are sent, and why some are not sent as arrays. */
export function listForms(
  statement: Statement,
  answer: StatementAnswer,
  catalog: Catalog,
  options: StatementOptions,
): readonly QueryList[] {
  const { arrays } = answer;
  return statement.params.flatMap((param, index) => {
    if (param.kind !== 'list' && param.kind !== 'objects') return [];
    const isExpanded = arrays?.has(index) !== true;
    return [
      {
        param: param.name,
        expandedBecause: isExpanded ? reasonOf(param, index, statement, answer, catalog, options) : null,
      },
    ];
  });
}

function reasonOf(
  param: List,
  index: number,
  statement: Statement,
  answer: StatementAnswer,
  catalog: Catalog,
  options: StatementOptions,
): string {
  if (options.lenientParameters) return '@pgtyped/runtime sends a parameter for each value';
  const { query, paramTypes, arrays } = answer;
  if (query === null) return 'the statement is a utility statement';
  const isRows = param.kind === 'objects';
  if (isRows && (answer.optional?.parts.pieces ?? null) !== null) {
    return 'conditions of the statement can be omitted';
  }
  const slots = isRows ? param.fields : [param];
  const types = [];
  for (const slot of slots) {
    const type = paramTypes[slot.index - 1] ?? 0;
    const element = elementTypeOf(type, catalog);
    if (element === null) return withoutArrays(type, catalog);
    types.push(element);
  }
  const [first = ''] = types;
  if (textWithArrays(statement, new Map([[index, isRows ? types : first]])) === null) {
    return isRows
      ? 'they are neither all that is behind IN nor the VALUES of an INSERT'
      : 'it is used elsewhere than behind IN';
  }
  if (statement.parts.filter((part) => part === index).length > 1 && isRows) return 'they are used twice';
  const other = statement.params.find(
    (one, i) => i !== index && (one.kind === 'list' || one.kind === 'objects') && arrays?.has(i) !== true,
  );
  const target = catalog.relations.get(query.rtable?.[query.resultRelation - 1]?.relid ?? 0);
  if (isRows && query.commandType === Cmd.insert && target !== undefined) {
    if (isRewritten(target, 'insert')) return 'the table has a rule for INSERT';
    if (target.kind !== 'r' && target.kind !== 'p') return 'they are written to a view or a foreign table';
  }
  if (isRows && other !== undefined) return `${other.name} is not sent as arrays`;
  return isRows && query.commandType !== Cmd.insert
    ? 'PostgreSQL does not compare them as rows, or they are the VALUES of another query'
    : 'PostgreSQL analyses it differently as an array';
}

function withoutArrays(type: number, catalog: Catalog): string {
  const found = pgType(catalog, type);
  const name = typeText(found, ['public']);
  return found.kind === 'domain'
    ? `a cast to ${name}, a domain with a length, can make values shorter`
    : `there are no arrays of ${name}`;
}
