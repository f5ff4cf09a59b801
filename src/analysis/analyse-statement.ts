import { type Diagnostic, diagnosticAt, positionAt } from '../diagnostic.ts';
import type { ArrayTypes } from '../sql/arrays.ts';
import { commandOffset } from '../sql/headers.ts';
import { placedParameters } from '../sql/pieces.ts';
import { fileOffset } from '../sql/postgres-text.ts';
import type { Param, Slot, Statement } from '../sql/statement.ts';
import type { AnalysedQuery, Column, QueryParam, SlotValue } from './analysed-query.ts';
import { cardinalityProblem } from './cardinality/problem.ts';
import { cardinality } from './cardinality.ts';
import type { Catalog } from './catalog/catalog.ts';
import { readColumnComment, withCommentType } from './column-comment.ts';
import { constantOrderProblems } from './constant-order.ts';
import { effects } from './effects.ts';
import { describedValue, type Facts, unknownFacts } from './facts.ts';
import { embedProblems, isNamed, sqlcColumnNames, withPositionalNames } from './given-names.ts';
import { resultPosition } from './result-position.ts';
import { type ResultField, withoutMarks } from './marks.ts';
import { aliasPath } from './nesting/alias-path.ts';
import { type NestedRows, nestRows } from './nesting/nest-rows.ts';
import type { OptionalAnalysis } from './optional/find.ts';
import { type CursorFacts, paging } from './optional/paging.ts';
import type { AnalysisOptions } from './options.ts';
import type { OwnerScope } from './ownership/owner-scope.ts';
import { scopesOf, utilityScopes } from './ownership/problems.ts';
import { type Distribution, needlessScatter, routeOf } from './ownership/route.ts';
import { type ParameterFacts, parameterFacts } from './parameters.ts';
import { resultColumn, resultColumns } from './result-columns.ts';
import { Cmd, type QueryNode } from './tree/nodes.ts';
import { isUtility, readQuery } from './tree/read.ts';
import { type UtilityProblem, utilityProblems, utilityResult, utilityRowsProblem } from './utility.ts';
import { violations } from './violations.ts';
import { type FieldDescription, noTree } from './wire.ts';

/** A statement's analysis: a query, or what is wrong with it. */
export interface StatementAnalysis {
  readonly query: AnalysedQuery | null;
  readonly diagnostics: readonly Diagnostic[];
  /** What the author should know; absent: nothing. */
  readonly warnings?: readonly Diagnostic[];
}

interface Answer {
  readonly paramTypes: readonly number[];
  readonly fields: readonly FieldDescription[] | null;
  /** Null for a utility statement. */
  readonly query: QueryNode | null;
  /** Absent: it has no optional parts, or they are not asked for. */
  readonly optional?: OptionalAnalysis | null;
  /** What can be sent as arrays. */
  readonly arrays?: ArrayTypes;
}

interface Options {
  /** Absent: it is not asked whose rows a query uses. */
  readonly scopes?: readonly OwnerScope[];
  /** Absent: it is not asked which shards a query uses. */
  readonly distribution?: Distribution;
  readonly texts: ReadonlyMap<string, string>;
  readonly lenientParameters: boolean;
  readonly facts: AnalysisOptions;
}

/** Reads the tree of a statement: null for a utility statement, whose tree is not to be read. */
export function readTree(tree: string | null): QueryNode | null {
  if (tree === null) throw noTree();
  return isUtility(tree) ? null : readQuery(tree);
}

/** Joins what the server described and what its tree proves. */
export function analyseStatement(
  catalog: Catalog,
  statement: Statement,
  answer: Answer,
  options: Options,
): StatementAnalysis {
  const { facts } = options;
  const { optional } = answer;
  const wrong = [
    ...withoutSources(statement, answer, options),
    ...withoutOptional(statement, options),
    ...withoutRows(statement, options),
    ...(optional?.problems ?? []),
  ];
  if (wrong.length > 0) return refused(statement, options, wrong);
  // A condition that a caller can omit proves nothing.
  const tree = optional?.query ?? answer.query;
  if (tree === null) return toUtilityQuery(catalog, statement, answer, options);
  const variadicParams = growingSlots(statement.params);
  const { command } = statement;
  const bounded = facts.rows || command === 'one' || command === 'maybe';
  const rows = bounded ? cardinality(tree, catalog, variadicParams) : { min: 0, max: null };
  const fields = withoutMarks(answer.fields ?? [], tree, catalog);
  const isNested = !options.lenientParameters && command !== 'exec' && command !== 'execrows';
  const hasLists = isNested && fields.some(({ name }) => aliasPath(name)?.some(({ isList }) => isList));
  const tooMany =
    statement.assertedSingleRow || hasLists
      ? null
      : (withoutKeyProblem(statement, rows, answer, catalog) ??
        cardinalityProblem(command, rows, tree, catalog, variadicParams));
  // sqlc has run such a :one, and taken its first row.
  const isTolerated = statement.sqlc === true && command === 'one';
  const offset = commandOffset(statement, options.texts.get(statement.file) ?? '');
  const noRows = noRowsProblem(statement, fields, offset);
  const owned = options.scopes
    ? scopesOf(statement, tree, catalog, options.scopes, variadicParams)
    : { problems: [], scopes: [] };
  const routed = options.distribution
    ? routeOf(statement, tree, catalog, options.distribution, variadicParams)
    : { problems: statement.scatter === undefined ? [] : [needlessScatter] };
  const count = answer.paramTypes.length;
  const pages = optional?.query
    ? paging(optional.query, statement, count, optional.places, fields, catalog)
    : null;
  const problems = [
    ...(pages?.problems ?? []),
    ...noRows,
    ...constantOrderProblems(statement, tree, options.texts.get(statement.file) ?? ''),
    ...owned.problems,
    ...routed.problems,
    ...(statement.sqlc ? embedProblems(statement, tree) : nameProblems(fields, statement)),
    ...(tooMany === null || isTolerated || noRows.length > 0
      ? []
      : [{ offset, code: 'ND3006' as const, message: tooMany[0], hint: tooMany[1] }]),
  ];
  if (problems.length > 0) return refused(statement, options, problems);
  const spread = new Set(statement.params.flatMap((param) => (param.kind === 'list' ? [param.index] : [])));
  const slots = withGivenFacts(
    parameterFacts(tree, catalog, count, spread),
    statement,
    optional?.query ? parameterFacts(optional.given ?? answer.query ?? tree, catalog, count, spread) : null,
  ).map((slot, i) => asCursor(slot, pages?.cursor.get(i + 1)));
  // No rows can be sent, too.
  const written = tree.commandType === Cmd.insert && hasRows(answer.arrays) ? { ...rows, min: 0 } : rows;
  const failing = nullProblems(statement, slots, options);
  if (failing.length > 0) return refused(statement, options, failing);
  // Callers keep to the parameters' types, so what these refuse does not come out either.
  const given = parametersGiven(statement.params, slots, options);
  const named = withPositionalNames(statement, slots);
  const columns = namedColumns(named, resultColumns(tree, fields, catalog, given, facts.contents));
  const nested = isNested
    ? nestRows(
        tree,
        fields.map(({ markedNullable }, i) => ({ name: columns.columns[i]?.name ?? '', markedNullable })),
        catalog,
        given,
        variadicParams,
      )
    : null;
  const wrongAliases = nestingProblems(statement, rows, nested, offset);
  if (wrongAliases.length > 0) return refused(statement, options, wrongAliases);
  return {
    query: {
      statement: named,
      command: command ?? (answer.fields === null ? 'exec' : 'many'),
      kind: kindOf(tree),
      rows: nested === null ? written : rowsOfObjects(written, nested),
      params: named.params.map((param) =>
        queryParam(catalog, param, statement, answer.paramTypes, slots, options),
      ),
      ...(nested === null ? columns : { columns: columns.columns, nesting: nested.nesting }),
      ...(facts.effects ? effects(answer.query ?? tree, catalog) : { reads: [], writes: [], readOnly: null }),
      violations: facts.violations ? violations(tree, catalog) : { constraints: [], open: true },
      ...(optional && optional.parts.conditions.length > 0 && { optional: optional.parts }),
      ...(owned.scopes.length > 0 && { scopes: owned.scopes }),
      ...('route' in routed && { route: routed.route }),
      ...(answer.arrays && answer.arrays.size > 0 && { arrays: answer.arrays }),
    },
    diagnostics: [],
    ...(tooMany !== null && isTolerated && { warnings: [firstOfMany(statement, options, tooMany)] }),
  };
}

/** How many objects with lists are made of the rows. */
function rowsOfObjects(rows: AnalysedQuery['rows'], { objects }: NestedRows): AnalysedQuery['rows'] {
  if (objects === null) return rows;
  return { min: Math.min(1, rows.min), max: objects.isOne && rows.max !== 0 ? 1 : rows.max };
}

/** What is wrong with dotted aliases, and where several objects are made of a `:one`. */
function nestingProblems(
  statement: Statement,
  rows: AnalysedQuery['rows'],
  nested: NestedRows | null,
  offset: number,
): readonly UtilityProblem[] {
  const { command, assertedSingleRow } = statement;
  const problems = (nested?.problems ?? []).map(
    ({ message, hint, alias }): UtilityProblem => ({
      code: 'ND3018',
      message,
      hint,
      offset: aliasOffset(statement, alias),
    }),
  );
  const { objects = null } = nested ?? {};
  const isBounded = (command !== 'one' && command !== 'maybe') || assertedSingleRow === true;
  if (nested === null || objects === null || isBounded || problems.length > 0) return problems;
  const { max } = rowsOfObjects(rows, nested);
  if (max !== null && max <= 1) return [];
  const keys = objects.missingKeys.length === 0 ? '' : `: ${[...new Set(objects.missingKeys)].join('; ')}`;
  return [
    {
      offset,
      code: 'ND3006',
      message: `it is marked :${command}, but nothing proves that its rows are of at most one object`,
      hint: `Compare every column of a unique key of what is not in the list with = to one value${keys}. Or mark it :many, or :${command}! to assert it.`,
    },
  ];
}

/** Where a quoted alias is in the file. */
function aliasOffset(statement: Statement, alias: string): number {
  const at = statement.sql.indexOf(`"${alias.replaceAll('"', '""')}`);
  return at === -1 ? statement.offset : fileOffset(statement, at);
}

/** With names by sqlc's rules where those hold. */
function namedColumns<T extends Pick<AnalysedQuery, 'columns' | 'variants'>>(
  { sqlc }: Statement,
  result: T,
): T {
  if (sqlc !== true) return result;
  const names = sqlcColumnNames(result.columns.map(({ name }) => name));
  const renamed = (columns: readonly Column[]) =>
    columns.map((column, i) => ({ ...column, name: names[i] ?? column.name }));
  const { variants } = result;
  return {
    ...result,
    columns: renamed(result.columns),
    ...(variants && {
      variants: {
        ...variants,
        members: variants.members.map((member) => ({ ...member, columns: renamed(member.columns) })),
      },
    }),
  };
}

function firstOfMany(
  statement: Statement,
  { texts }: Options,
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

/** A utility statement has no query tree: what Postgres describes and defines of it is all that is known. */
function toUtilityQuery(
  catalog: Catalog,
  statement: Statement,
  { fields: described, paramTypes }: Answer,
  options: Options,
): StatementAnalysis {
  const { rows, facts } = utilityResult(statement.sql, described);
  // Nothing in a utility statement gives its result an alias.
  const fields = (described ?? []).map((field) => ({ ...field, markedNullable: null }));
  const own = utilityProblems(statement, described, paramTypes.length);
  // What FETCH and COPY return is another question, which is answered already.
  const isAnswered = own.some(({ code }) => code === 'ND3007' || code === 'ND3009');
  const offset = commandOffset(statement, options.texts.get(statement.file) ?? '');
  const problems = [
    ...own,
    ...utilityScopes(statement, options.scopes ?? []),
    ...nameProblems(fields, statement),
    ...(isAnswered ? [] : utilityRowsProblem(statement, rows, fields, offset)),
  ];
  if (problems.length > 0) return refused(statement, options, problems);
  return {
    query: {
      statement,
      command: statement.command ?? (described === null ? 'exec' : 'many'),
      kind: 'UTILITY',
      rows,
      params: statement.params.map((param) => queryParam(catalog, param, statement, paramTypes, [], options)),
      columns: fields.map((field) => resultColumn(catalog, field, facts, null)),
      reads: [],
      writes: [],
      readOnly: null,
      violations: { constraints: [], open: true },
    },
    diagnostics: [],
  };
}

/** What is wrong where only what can be omitted proves that there is one row; null: nothing. */
function withoutKeyProblem(
  { command, optional = [], params }: Statement,
  rows: AnalysedQuery['rows'],
  { optional: found, query }: Answer,
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

/** Rows in FROM are always sent as arrays, and of a text that is always the same. */
function withoutSources(
  statement: Statement,
  { arrays }: Answer,
  { lenientParameters, facts }: Options,
): readonly UtilityProblem[] {
  const { sources: [source] = [], params, optional } = statement;
  const name = params[source?.param ?? 0]?.name;
  if (source === undefined) return [];
  if (!lenientParameters && optional === undefined) {
    if (!facts.arrays || arrays?.has(source.param)) return [];
    throw new Error(`${statement.name}: rows in FROM are not what their arrays are`);
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
function withoutOptional(
  { optional = [] }: Statement,
  { lenientParameters }: Options,
): readonly UtilityProblem[] {
  if (!lenientParameters) return [];
  return optional.map(({ name, offset }) => ({
    code: 'ND3017' as const,
    message: `@optional ${name}: @pgtyped/runtime sends whole statements`,
    hint: `Write (:${name} IS NULL OR …), or use nodrift's own runtime.`,
    offset,
  }));
}

/** pg leaves a row as the text of a record. */
function withoutRows(
  { embedded = [] }: Statement,
  { lenientParameters }: Options,
): readonly UtilityProblem[] {
  if (!lenientParameters) return [];
  return [...new Set(embedded)].map((name) => ({
    code: 'ND3018' as const,
    message: `sqlc.embed(${name}): @pgtyped/runtime makes no objects of rows`,
    hint: "Select the columns, or use nodrift's own runtime.",
  }));
}

/** Parameters that are marked to take NULL, which can only fail. What sqlc calls `narg` may have been run without it. */
function nullProblems(
  statement: Statement,
  slots: readonly ParameterFacts[],
  { lenientParameters }: Options,
): readonly UtilityProblem[] {
  if (lenientParameters || statement.sqlc === true) return [];
  const placed = placedParameters(statement);
  return statement.params.flatMap((param, index): UtilityProblem[] => {
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

/** A parameter of `@optional` is what it may be where it is given. */
function withGivenFacts(
  slots: readonly ParameterFacts[],
  { optional = [], params }: Statement,
  given: readonly ParameterFacts[] | null,
): readonly ParameterFacts[] {
  if (given === null) return slots;
  const names = new Set(optional.map(({ name }) => name));
  const result = [...slots];
  for (const param of params) {
    if (!names.has(param.name)) continue;
    for (const { index } of 'fields' in param ? param.fields : [param]) {
      result[index - 1] = given[index - 1] ?? result[index - 1] ?? unknownParameter;
    }
  }
  return result;
}

/** A field of the row that a page begins after is what the row has there, which is not NULL. */
function asCursor(slot: ParameterFacts, key: CursorFacts | undefined): ParameterFacts {
  return key === undefined ? slot : { ...slot, ...key, facts: { ...slot.facts, nullable: false } };
}

const unknownParameter: ParameterFacts = {
  facts: unknownFacts,
  refusesNull: false,
  column: null,
  comment: null,
};

function refused(
  statement: Statement,
  options: Options,
  problems: readonly UtilityProblem[],
): StatementAnalysis {
  const text = options.texts.get(statement.file) ?? '';
  return {
    query: null,
    diagnostics: problems.map(({ code, message, hint, offset, end }) => {
      const known = { code, message: `${statement.name}: ${message}`, hint };
      return end === undefined
        ? diagnosticAt(statement.file, text, offset ?? statement.offset, known)
        : diagnosticAt(statement.file, text, offset ?? statement.offset, {
            ...known,
            end: positionAt(text, end),
          });
    }),
  };
}

function kindOf(tree: QueryNode): AnalysedQuery['kind'] {
  switch (tree.commandType) {
    case Cmd.select:
      return 'SELECT';
    case Cmd.update:
      return 'UPDATE';
    case Cmd.insert:
      return 'INSERT';
    case Cmd.delete:
      return 'DELETE';
    default:
      return 'MERGE';
  }
}

/** The `$n` that represent more than one value at run time. */
function growingSlots(params: readonly Param[]): ReadonlySet<number> {
  return new Set(
    params.flatMap((param) => {
      if (param.kind === 'list') return [param.index];
      return param.kind === 'objects' ? param.fields.map(({ index }) => index) : [];
    }),
  );
}

function noRowsProblem(
  { command }: Statement,
  fields: readonly ResultField[],
  offset: number,
): readonly UtilityProblem[] {
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
function nameProblems(fields: readonly ResultField[], statement: Statement): readonly UtilityProblem[] {
  const position = resultPosition(statement, fields.length);
  const problems: UtilityProblem[] = [];
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

function queryParam(
  catalog: Catalog,
  param: Param,
  { optional = [] }: Statement,
  types: readonly number[],
  slots: readonly ParameterFacts[],
  options: Options,
): QueryParam {
  const slot = (written: Slot): SlotValue => {
    const found = slots[written.index - 1];
    const nullable = acceptsNull(written, found, options);
    const facts = { ...(found?.facts ?? unknownFacts), nullable };
    return {
      name: written.name,
      index: written.index,
      value: withCommentType(
        describedValue(catalog, types[written.index - 1] ?? 0, facts),
        readColumnComment(found?.comment ?? null).type,
      ),
      optional: written.required === false || (options.lenientParameters && nullable),
      column: found?.column ?? null,
      ...(found?.cursor && { cursor: found.cursor }),
    };
  };
  const missing = optional.some(({ name }) => name === param.name) ? { canBeMissing: true as const } : {};
  if (param.kind === 'scalar' || param.kind === 'list')
    return { kind: param.kind, ...slot(param), ...missing };
  return { kind: param.kind, name: param.name, fields: param.fields.map(slot), ...missing };
}

function hasRows(arrays: ArrayTypes = new Map()): boolean {
  return [...arrays.values()].some((types) => typeof types !== 'string');
}

/** What the types of `$1`, `$2`, ... let through, in order. */
function parametersGiven(
  params: readonly Param[],
  slots: readonly ParameterFacts[],
  options: Options,
): readonly Facts[] {
  const given = slots.map(({ facts }) => withoutLiterals(facts));
  for (const param of params) {
    for (const slot of 'fields' in param ? param.fields : [param]) {
      const nullable = acceptsNull(slot, slots[slot.index - 1], options);
      given[slot.index - 1] = { ...(given[slot.index - 1] ?? unknownFacts), nullable };
    }
  }
  return given;
}

function withoutLiterals({ nullable, element }: Facts): Facts {
  return element === undefined ? { nullable } : { nullable, element: { nullable: element.nullable } };
}

function acceptsNull(written: Slot, found: ParameterFacts | undefined, options: Options): boolean {
  if (written.required !== null) return !written.required;
  if (options.lenientParameters) return !(found?.refusesNull ?? false);
  return found?.facts.nullable ?? true;
}
