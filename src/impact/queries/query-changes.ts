import type { AnalysedQuery, Column, QueryParam, SlotValue } from '../../analysis/analysed-query.ts';
import type { Change, ChangeDirection, Severity } from '../change.ts';
import { answerChanges, rowsText } from './questions.ts';
import { parameterChange, type ResultDecoder, resultChange } from './value-change.ts';
import { valueText } from './value-text.ts';
import { variantChanges } from './variant-changes.ts';

export interface ComparisonOptions {
  /** Types of these schemas are written without them. */
  readonly searchPath: readonly string[];
  /** Generated code of nodrift reads columns by their place, PgTyped's by their name. */
  readonly runtime: ResultDecoder;
}

/**
 * What changed about one query that Postgres accepts before and after: `before` is what the running code was
 * made for, `after` what it meets. The gravest kinds first: columns, parameters, rows, relations.
 */
export function queryChanges(
  before: AnalysedQuery,
  after: AnalysedQuery,
  options: ComparisonOptions,
): readonly Change[] {
  const columns = columnChanges(before.columns, after.columns, options);
  return [
    ...columns,
    // The rows of @pgtyped/runtime are of one type.
    ...(options.runtime === 'nodrift' ? variantChanges(before, after, columns, options.searchPath) : []),
    ...parameterChanges(before.params, after.params, options),
    ...rowsChange(before, after),
    ...answerChanges(before, after),
  ];
}

function columnChanges(
  before: readonly Column[],
  after: readonly Column[],
  { searchPath, runtime }: ComparisonOptions,
): readonly Change[] {
  const changes: Change[] = [];
  const found = new Map(after.map((column) => [column.name, column]));
  for (const { name, value } of before) {
    const other = found.get(name);
    if (other === undefined) {
      changes.push({
        ...column(name, 'breaks', 'the column that the code reads is not there'),
        before: valueText(value, searchPath),
      });
      continue;
    }
    const changed = resultChange(name, value, other.value, searchPath, runtime);
    if (changed !== null) changes.push(changed);
  }
  const known = new Set(before.map(({ name }) => name));
  for (const { name, value } of after) {
    if (known.has(name)) continue;
    const added =
      runtime === 'nodrift'
        ? column(name, 'breaks', 'the code expects another number of columns and throws StaleQueryError')
        : column(name, 'compatible', 'rows have one more property');
    changes.push({ ...added, after: valueText(value, searchPath) });
  }
  return changes.length > 0 ? changes : orderChange(before, after, runtime);
}

/** The same columns at other places. */
function orderChange(
  before: readonly Column[],
  after: readonly Column[],
  runtime: ComparisonOptions['runtime'],
): readonly Change[] {
  const order = (columns: readonly Column[]) => columns.map(({ name }) => name).join(', ');
  const [was, is] = [order(before), order(after)];
  if (was === is || runtime !== 'nodrift') return [];
  const effect = 'the columns are in another order, and the code reads them by position';
  return [{ ...column('*', 'breaks', effect), before: was, after: is, direction: 'other' }];
}

function column(subject: string, severity: Severity, effect: string): Change {
  return { kind: 'column', severity, subject, before: null, after: null, direction: null, effect };
}

function parameterChanges(
  before: readonly QueryParam[],
  after: readonly QueryParam[],
  { searchPath }: ComparisonOptions,
): readonly Change[] {
  const found = new Map(after.flatMap(slotsOf));
  return before.flatMap(slotsOf).flatMap(([name, slot]) => {
    const other = found.get(name);
    if (other === undefined) return [];
    return parameterChange(name, slot.value, other.value, searchPath) ?? [];
  });
}

/** By the name that inspect gives them. */
function slotsOf(param: QueryParam): readonly (readonly [string, SlotValue])[] {
  if (!('fields' in param)) return [[param.name, param]];
  const prefix = param.kind === 'object' ? param.name : `${param.name}[]`;
  return param.fields.map((field) => [`${prefix}.${field.name}`, field] as const);
}

function rowsChange(before: AnalysedQuery, after: AnalysedQuery): readonly Change[] {
  const [was, is] = [before.rows, after.rows];
  if (was.min === is.min && was.max === is.max) return [];
  const more = (is.max ?? Number.POSITIVE_INFINITY) > (was.max ?? Number.POSITIVE_INFINITY);
  const fewer = is.min < was.min;
  const { command } = before;
  const tooMany = more && (command === 'one' || command === 'maybe');
  const tooFew = fewer && command === 'one';
  const effect = tooMany
    ? `:${command} throws if there is more than one row`
    : tooFew
      ? ':one throws if there are no rows'
      : more || fewer
        ? 'the code reads any number of rows'
        : 'the code handles every number of rows that is possible';
  return [
    {
      kind: 'rows',
      severity: tooMany || tooFew ? 'may break' : 'compatible',
      subject: '',
      before: rowsText(was),
      after: rowsText(is),
      direction: direction(more || fewer, isTighter(was, is)),
      effect,
    },
  ];
}

function isTighter(was: AnalysedQuery['rows'], is: AnalysedQuery['rows']): boolean {
  return is.min > was.min || (is.max ?? Number.POSITIVE_INFINITY) < (was.max ?? Number.POSITIVE_INFINITY);
}

function direction(wider: boolean, narrower: boolean): ChangeDirection {
  return wider && narrower ? 'other' : wider ? 'wider' : 'narrower';
}
