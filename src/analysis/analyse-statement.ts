import type { ArrayTypes } from '../sql/arrays.ts';
import { commandOffset } from '../sql/headers.ts';
import type { Statement } from '../sql/statement.ts';
import { analyseUtilityStatement } from './analyse-utility.ts';
import type { AnalysedQuery, Column } from './analysed-query.ts';
import { hasList } from './arrays/find.ts';
import { listForms } from './arrays/list-forms.ts';
import { cardinalityProblem } from './cardinality/problem.ts';
import { cardinality } from './cardinality.ts';
import type { Catalog } from './catalog/catalog.ts';
import { constantOrderProblems } from './constant-order.ts';
import { effects } from './effects.ts';
import { embedProblems, sqlcColumnNames, withPositionalNames } from './given-names.ts';
import { withoutMarks } from './marks.ts';
import { aliasPath } from './nesting/alias-path.ts';
import { nestRows } from './nesting/nest-rows.ts';
import { nestingProblems, rowsOfObjects } from './nesting/nesting-problems.ts';
import { paging } from './optional/paging.ts';
import { scopesOf } from './ownership/problems.ts';
import { needlessScatter, routeOf } from './ownership/route.ts';
import { assignedColumns } from './parameters/assigned.ts';
import { parameterFacts } from './parameters.ts';
import { asCursor, growingSlots, parametersGiven, queryParam, withGivenFacts } from './query-params.ts';
import { resultColumns } from './result-columns.ts';
import {
  refuseStatement,
  type StatementAnalysis,
  type StatementAnswer,
  type StatementOptions,
} from './statement-analysis.ts';
import {
  embeddedRowProblems,
  firstOfMany,
  nameProblems,
  noRowsProblem,
  nullProblems,
  recordProblems,
  withoutKeyProblem,
  withoutOptional,
  withoutSources,
} from './statement-problems.ts';
import { Cmd, type QueryNode } from './tree/nodes.ts';
import { isUtility, readQuery } from './tree/read.ts';
import { violations } from './violations.ts';
import { noTree } from './wire.ts';

/** Reads the tree of a statement: null for a utility statement, whose tree is not to be read. */
export function readTree(tree: string | null): QueryNode | null {
  if (tree === null) throw noTree();
  return isUtility(tree) ? null : readQuery(tree);
}

/** Joins what the server described and what its tree proves. */
export function analyseStatement(
  catalog: Catalog,
  statement: Statement,
  answer: StatementAnswer,
  options: StatementOptions,
): StatementAnalysis {
  const { facts } = options;
  const { optional } = answer;
  const wrong = [
    ...withoutSources(statement, answer, options),
    ...withoutOptional(statement, options),
    ...recordProblems(statement, answer, options),
    ...embeddedRowProblems(statement, options),
    ...(optional?.problems ?? []),
  ];
  if (wrong.length > 0) return refuseStatement(statement, options, wrong);
  // A condition that a caller can omit proves nothing.
  const tree = optional?.query ?? answer.query;
  if (tree === null) return analyseUtilityStatement(catalog, statement, answer, options);
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
  if (problems.length > 0) return refuseStatement(statement, options, problems);
  const spread = new Set(statement.params.flatMap((param) => (param.kind === 'list' ? [param.index] : [])));
  const slots = withGivenFacts(
    parameterFacts(tree, catalog, count, spread),
    statement,
    optional?.query ? parameterFacts(optional.given ?? answer.query ?? tree, catalog, count, spread) : null,
  ).map((slot, i) => asCursor(slot, pages?.cursor.get(i + 1)));
  // No rows can be sent, too.
  const written = tree.commandType === Cmd.insert && hasRows(answer.arrays) ? { ...rows, min: 0 } : rows;
  const failing = nullProblems(statement, slots, options);
  if (failing.length > 0) return refuseStatement(statement, options, failing);
  // Callers keep to the parameters' types, so what these refuse does not come out either.
  const given = parametersGiven(statement.params, slots, options);
  const assigned = facts.assigned && count > 0 ? assignedColumns(answer.query ?? tree, catalog) : null;
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
  if (wrongAliases.length > 0) return refuseStatement(statement, options, wrongAliases);
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
      ...(assigned && assigned.size > 0 && { assigned }),
      ...(answer.arrays && answer.arrays.size > 0 && { arrays: answer.arrays }),
      ...(facts.arrays && hasList(statement) && { lists: listForms(statement, answer, catalog, options) }),
    },
    diagnostics: [],
    ...(tooMany !== null && isTolerated && { warnings: [firstOfMany(statement, options, tooMany)] }),
  };
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

function hasRows(arrays: ArrayTypes = new Map()): boolean {
  return [...arrays.values()].some((types) => Array.isArray(types));
}
