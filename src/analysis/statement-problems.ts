import { type Diagnostic, diagnosticAt } from '../diagnostic.ts';
import { commandOffset } from '../sql/headers.ts';
import { placedParameters } from '../sql/pieces.ts';
import { fileOffset } from '../sql/postgres-text.ts';
import type { Statement } from '../sql/statement.ts';
import type { AnalysedQuery } from './analysed-query.ts';
import { cardinality } from './cardinality.ts';
import type { Catalog } from './catalog/catalog.ts';
import { isNamed } from './given-names.ts';
import type { ResultField } from './marks.ts';
import type { ParameterFacts } from './parameters.ts';
import { growingSlots, unknownParameter } from './query-params.ts';
import { resultPosition } from './result-position.ts';
import type { StatementAnswer, StatementOptions } from './statement-analysis.ts';
import type { StatementProblem } from './statement-problem.ts';

/** Rows in FROM are always sent as arrays, and of a text that is always the same. */
export function withoutSources(
  statement: Statement,
  { arrays }: StatementAnswer,
  { lenientParameters, facts }: StatementOptions,
): readonly StatementProblem[] {
  const { sources: [source] = [], params, optional } = statement;
  const name = params[source?.param ?? 0]?.name;
  if (source === undefined) return [];
  if (!lenientParameters && optional === undefined) {
    if (!facts.arrays || arrays?.has(source.param)) return [];
    throw new Error(`${statement.name}: rows in FROM have no arrays`);
  }
  const start = placedParameters(statement).find(({ param }) => param === source.param)?.start ?? 0;
  const offset = fileOffset(statement, start);
  return [
    lenientParameters
      ? {
          code: 'ND3025',
          message: `:${name} in FROM: @pgtyped/runtime sends no arrays for rows`,
          hint: "Write unnest(:ids::bigint[], …), with an array for each column, or use nodrift's own runtime.",
          offset,
        }
      : {
          code: 'ND3025',
          message: `:${name} in FROM cannot be beside @optional`,
          hint: 'Write a guard in the condition, as in (:x::int IS NULL OR …), without @optional.',
          offset,
        },
  ];
}

/** PgTyped's runtime sends whole statements. */
export function withoutOptional(
  { optional = [] }: Statement,
  { lenientParameters }: StatementOptions,
): readonly StatementProblem[] {
  if (!lenientParameters) return [];
  return optional.map(({ name, offset }) => ({
    code: 'ND3017' as const,
    message: `@optional ${name}: @pgtyped/runtime sends whole statements`,
    hint: `Write (:${name} IS NULL OR …), or use nodrift's own runtime.`,
    offset,
  }));
}

/** pg leaves a row as the text of a record. */
export function embeddedRowProblems(
  { embedded = [] }: Statement,
  { lenientParameters }: StatementOptions,
): readonly StatementProblem[] {
  if (!lenientParameters) return [];
  return [...new Set(embedded)].map((name) => ({
    code: 'ND3018' as const,
    message: `sqlc.embed(${name}): @pgtyped/runtime makes no objects of rows`,
    hint: "Select the columns, or use nodrift's own runtime.",
  }));
}

/** PostgreSQL has no input for records: `(a, b) IN` a list of values, or a composite column IN a list. */
export function recordProblems(
  statement: Statement,
  { paramTypes }: StatementAnswer,
  { lenientParameters }: StatementOptions,
): readonly StatementProblem[] {
  if (lenientParameters) return [];
  return placedParameters(statement).flatMap(({ param, start }): StatementProblem[] => {
    const list = statement.params[param];
    if (list?.kind !== 'list' && list?.kind !== 'objects') return [];
    const slots = list.kind === 'list' ? [list] : list.fields;
    const slot = slots.find(({ index }) => paramTypes[index - 1] === RECORD);
    if (slot === undefined) return [];
    return [
      {
        offset: fileOffset(statement, start),
        code: 'ND3025',
        message: `${list === slot ? '' : `${list.name}.`}${slot.name} is compared as a record, whose type nothing says`,
        hint:
          list.kind === 'list'
            ? `For (a, b) IN, declare the fields of the rows: @param ${list.name} -> ((a, b)...). Of composite values compare the fields.`
            : `Compare the fields of composite values, or use the rows in FROM and cast: r.${slot.name}::address.`,
      },
    ];
  });
}

/** `record`, in pg_type.dat. */
const RECORD = 2249;

export function noRowsProblem(
  { command }: Statement,
  fields: readonly ResultField[],
  offset: number,
): readonly StatementProblem[] {
  const wantsRows = command === 'one' || command === 'maybe' || command === 'many';
  if (!wantsRows || fields.length > 0) return [];
  return [
    {
      offset,
      code: 'ND3003',
      message: `it is marked :${command}, but the statement returns no rows`,
      hint: 'Add RETURNING, or mark it :exec or :execrows.',
    },
  ];
}

/** An object has room for one value of each name. What `a.*, b.*` doubles is said at once. */
export function nameProblems(
  fields: readonly ResultField[],
  statement: Statement,
): readonly StatementProblem[] {
  const position = resultPosition(statement, fields.length);
  const problems: StatementProblem[] = [];
  const names = new Map<string, number>();
  const doubled: (readonly [first: number, second: number, name: string])[] = [];
  for (const [i, { name }] of fields.entries()) {
    if (!isNamed(name)) {
      problems.push({
        ...position(i),
        code: 'ND3004',
        message: `column ${i + 1} of the result has no name`,
        hint: 'Name it: write `AS name` after the expression.',
      });
      continue;
    }
    const first = names.get(name);
    if (first === undefined) names.set(name, i + 1);
    else doubled.push([first, i + 1, name]);
  }
  const [one, ...others] = doubled;
  if (one === undefined) return problems;
  const [first, second, name] = one;
  const pairs = doubled.map((pair) => `${pair[0]} and ${pair[1]} "${pair[2]}"`).join(', ');
  problems.push({
    ...position(second - 1),
    code: 'ND3005',
    message:
      others.length === 0
        ? `columns ${first} and ${second} of the result are both named "${name}"`
        : `columns of the result have the same names: ${pairs}`,
    hint: 'Give one of them another name with `AS`; an object can hold only one of them.',
  });
  return problems;
}

/** What is wrong where only what can be omitted proves that there is one row; null: nothing. */
export function withoutKeyProblem(
  { command, optional = [], params }: Statement,
  rows: AnalysedQuery['rows'],
  { optional: found, query }: StatementAnswer,
  catalog: Catalog,
): readonly [message: string, hint: string] | null {
  if ((command !== 'one' && command !== 'maybe') || (rows.max !== null && rows.max <= 1)) return null;
  if (!found?.query || query === null) return null;
  const whole = cardinality(query, catalog, growingSlots(params));
  if (whole.max === null || whole.max > 1) return null;
  const names = optional.map(({ name }) => name).join(', ');
  return [
    `it is marked :${command}, but if ${names} can be omitted, nothing proves that it returns at most one row`,
    `Remove what the key is compared with from @optional, mark it :many, or :${command}! to assert it.`,
  ];
}

/** Parameters that are marked to take NULL, which can only fail. What sqlc calls `narg` may have been run without it. */
export function nullProblems(
  statement: Statement,
  slots: readonly ParameterFacts[],
  { lenientParameters }: StatementOptions,
): readonly StatementProblem[] {
  if (lenientParameters || statement.sqlc === true) return [];
  const placed = placedParameters(statement);
  return statement.params.flatMap((param, index): StatementProblem[] => {
    if (param.kind !== 'scalar' || param.required !== false) return [];
    const { refusesNull, column } = slots[param.index - 1] ?? unknownParameter;
    if (!refusesNull) return [];
    const { name } = param;
    const start = placed.find((use) => use.param === index)?.start;
    return [
      {
        code: 'ND3021',
        message: `:${name} can be omitted, but NULL can only fail${column === null ? '' : `: ${column.column} is NOT NULL`}`,
        hint: `To keep the column of an UPDATE, or to insert the default, where it is omitted, write @optional ${name}. Otherwise remove the question mark.`,
        ...(start !== undefined && { offset: fileOffset(statement, start) }),
      },
    ];
  });
}

export function firstOfMany(
  statement: Statement,
  { texts }: StatementOptions,
  [message, hint]: readonly [string, string],
): Diagnostic {
  const { file, name } = statement;
  const text = texts.get(file) ?? '';
  return diagnosticAt(file, text, commandOffset(statement, text), {
    code: 'ND3006',
    message: `${name}: ${message}`,
    hint: `sqlc takes the first of several rows; the function throws TooManyRowsError. ${hint}`,
  });
}
