import { type CaseText, readTerms, type TextRun } from '../../sql/boolean-terms.ts';
import { isIdentifierPart } from '../../sql/lexer.ts';
import { type Cut, type Edit, type Piece, placedParameters, WITHOUT } from '../../sql/pieces.ts';
import { fileOffset } from '../../sql/postgres-text.ts';
import type { Param, Statement } from '../../sql/statement.ts';
import { readWriteLists } from '../../sql/write-lists.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { pgType } from '../catalog/pg-type.ts';
import { sqlTypeName } from '../sql-type-name.ts';
import type { DescribedStatement } from '../stars/expand.ts';
import type { StatementProblem } from '../statement-problem.ts';
import type { BoolExpr, Expr, Node, QueryNode, TargetEntry } from '../tree/nodes.ts';
import { isUtility, readCompleteQuery } from '../tree/read.ts';
import { mapWritten, type OptionalAssignment, refusesDefault } from './assignments.ts';
import {
  type CaseGuard,
  caseGuardsOf,
  casePieces,
  caseResult,
  caseResultPieces,
  caseResults,
  isTrueConstant,
} from './case-guards.ts';
import { type CoalescedGuard, coalescedGuards } from './coalesced.ts';
import type { TestedParameters } from './decisions.ts';
import {
  type Guard,
  guardPieces,
  guardsOf,
  guardText,
  isOr,
  keptPieces,
  nullGuardAt,
  volatileCall,
} from './guards.ts';
import { type Misplaced, type OptionalTerm, termsOf } from './optional-terms.ts';
import { type ParameterTest, testReader } from './parameter-tests.ts';
import { locationOf, offsets } from './places.ts';
import type { InItsPlace } from './same-tree.ts';
import {
  resultOf,
  resultPieces,
  type SortKey,
  type SortKeyText,
  sortKeyPieces,
  sortKeysOf,
  sortKeyText,
  sortResultsOf,
  uncertainOrder,
} from './sort-keys.ts';

/** A part that can be omitted or replaced, with its place in the text and in the tree. */
export interface Candidate {
  readonly kind: 'guard' | 'term' | 'limit' | 'sort key' | 'assignment' | 'value';
  readonly run: TextRun;
  readonly list?: Edit['list'];
  /** The parameters that it depends on, as indexes into `params`. */
  readonly needs: readonly number[];
  /** The constants that they are compared with; none: it only matters whether it is given. */
  readonly constants: ReadonlyMap<number, readonly string[]>;
  readonly pieces: (cut: Cut, tested: TestedParameters) => readonly Piece[];
  /** Its nodes, or the place that copies of it have in common. */
  readonly keys: readonly (Node | number)[];
  /** All that is sent of it besides the whole. */
  readonly forms: readonly Form[];
  /** Why it is always sent, once that is known. */
  keptBecause: string | null;
}

/** What is sent of a part, and what the tree has for a node of it then. */
export interface Form {
  readonly pieces: (cut: Cut) => readonly Piece[];
  readonly inItsPlace: (node: Expr | TargetEntry) => InItsPlace;
}

/** A guard that is not even tried. */
export interface Kept {
  readonly kind: 'guard' | 'sort key';
  readonly needs: readonly number[];
  readonly run: TextRun;
  readonly because: string;
}

export interface Candidates {
  readonly statement: Statement;
  /** Complete; null for a statement without a tree. */
  readonly whole: QueryNode | null;
  /** By index into `params`: the type that is said at each use; null for lists and objects. */
  readonly casts: readonly (string | null)[];
  readonly all: readonly Candidate[];
  readonly kept: readonly Kept[];
  readonly terms: readonly OptionalTerm[];
  readonly assignments: readonly OptionalAssignment[];
  /** Indexes into `params`: NULL omits something. */
  readonly guarded: ReadonlySet<number>;
  readonly optional: ReadonlySet<number>;
  /** The index into `params` of each `$n`. */
  readonly paramOf: ReadonlyMap<number, number>;
  readonly problems: readonly StatementProblem[];
}

/** The most texts of one statement: one of them is told by a number. */
const MOST_TEXTS = 2 ** 50;

/** The most parts of one statement that are tried: each is a text for the server to analyse. */
const MOST_PARTS = 200;

/** The most combinations of what the parameters of one part are. */
const MOST_ALTERNATIVES = 1000;

/** Of a statement of which nothing is known. */
export function noCandidates(statement: Statement): Candidates {
  return {
    ...{ statement, whole: null, casts: [], all: [], kept: [], terms: [], assignments: [], problems: [] },
    ...{ guarded: new Set(), optional: new Set(), paramOf: new Map() },
  };
}

/** Finds what may be omitted of a statement. Whether it can be, the server tells. */
export function findCandidates({ statement, described }: DescribedStatement, catalog: Catalog): Candidates {
  const { sql, params } = statement;
  const named = new Map((statement.optional ?? []).map((one) => [one.name, one]));
  const optional = new Set(params.flatMap(({ name }, index) => (named.has(name) ? [index] : [])));
  const tree = described.tree ?? '';
  const paramOf = paramBySlot(params);
  const none: Candidates = {
    ...noCandidates(statement),
    optional,
    paramOf,
    problems: (statement.optional ?? []).map(({ name, offset }) => ({
      code: 'ND3017',
      message: `@optional ${name}: a statement that Postgres does not plan is always sent as a whole`,
      hint: 'Remove the line.',
      offset,
    })),
  };
  if (isUtility(tree)) return none;
  const whole = readCompleteQuery(tree);
  const casts = params.map((param) =>
    param.kind === 'scalar' ? sqlTypeName(pgType(catalog, described.paramTypes[param.index - 1] ?? 0)) : null,
  );
  const terms = readTerms(sql);
  const offset = offsets(sql);
  const paramsOf = (slots: ReadonlySet<number>) => [
    ...new Set([...slots].map((slot) => paramOf.get(slot) ?? -1)),
  ];
  const untyped = uncertainType(statement, casts);
  const readTest = testReader(catalog, sql, offset);
  const scalars = new Set(params.flatMap((param) => (param.kind === 'scalar' ? [param.index] : [])));
  const testOf = (expr: Expr, operand?: Expr | null): ParameterTest | null => {
    const test = readTest(expr, operand);
    const isSent = [...(test?.constants ?? [])].every(([slot, own]) => own.length === 0 || scalars.has(slot));
    return isSent ? test : null;
  };
  const guards = guardsOf(whole, testOf);
  const sortKeys = sortKeysOf(whole, testOf);
  const cases = caseGuardsOf(whole, testOf, new Set(sortKeys.map(({ node }) => node)));
  const coalesced = coalescedGuards(whole, catalog, sql, terms, offset).filter(({ slot }) => {
    const index = paramOf.get(slot) ?? -1;
    return params[index]?.kind === 'scalar' && !optional.has(index) && !isRequired(params[index]);
  });
  const guarded = new Set([
    ...[...guards.values()].flatMap(({ operands }) =>
      paramsOf(nullGuardAt({ tag: 'BOOLEXPR', boolop: 'or', args: operands })?.slots ?? new Set()),
    ),
    ...coalesced.flatMap(({ slot }) => paramsOf(new Set([slot]))),
    ...[...guards.values(), ...cases].flatMap(({ tests }) =>
      [...constantsIn(tests, paramOf)].flatMap(([param, constants]) => (constants.length === 0 ? param : [])),
    ),
  ]);
  const optionalSlots = new Set([...paramOf].flatMap(([slot, index]) => (optional.has(index) ? [slot] : [])));
  const sorting = new Set(
    sortKeys.flatMap(({ node }) => [node.arg ?? [], ...node.args.map(({ expr }) => expr)].flat()),
  );
  const found = termsOf(whole, optionalSlots, { ...terms, ...readWriteLists(sql) }, offset, sorting);
  const written = (one: OptionalTerm | OptionalAssignment) => ({
    ...{ run: one.run, needs: paramsOf(one.slots), constants: new Map(), keptBecause: untyped },
  });
  const all: Candidate[] = [
    ...found.terms.map((term) =>
      term.kind === 'limit' ? limitCandidate(term, written(term), sql) : termCandidate(term, written(term)),
    ),
    ...found.assignments.map((one) => assignmentCandidate(one, written(one))),
  ];
  const kept: Kept[] = [];
  /** What a guard depends on; null: only on whether parameters are NULL, of which one is given in every call. */
  const asked = (tests: Guard['tests']) => {
    const constants = constantsIn(tests, paramOf);
    const needs = [...constants.keys()];
    const isNullAsked = [...constants.values()].every(({ length }) => length === 0);
    return isNullAsked && needs.some((index) => isRequired(params[index])) ? null : { needs, constants };
  };
  for (const guard of guards.values()) {
    const depends = asked(guard.tests);
    if (depends === null) continue;
    const { needs } = depends;
    const operands = guardText(guard, terms, offset);
    const at = offset(guard.location);
    const [first, last] = [operands?.[0], operands?.at(-1)];
    const run = { start: first?.start ?? at, end: last?.end ?? at };
    const because =
      untyped ??
      unsure(
        { ...guard, conditions: guard.operands.filter((_, i) => guard.tests[i] === null) },
        described.paramTypes,
        catalog,
      ) ??
      (operands === null ? 'its alternatives could not be told apart in the text' : null);
    if (because !== null || operands === null)
      kept.push({ kind: 'guard', needs, run, because: because ?? '' });
    else all.push(guardCandidate(guard, operands, { run, ...depends }));
  }
  for (const guard of cases) {
    const depends = asked(guard.tests);
    if (depends === null) continue;
    const { needs } = depends;
    const at = offset(locationOf(guard.node));
    const text = terms.caseAt(at);
    const isRead = text?.results.length === guard.node.args.length;
    const run = { start: at, end: text?.end ?? at };
    const because =
      untyped ??
      unsure({ ...guard, conditions: guard.node }, described.paramTypes, catalog) ??
      (isRead ? null : 'its alternatives could not be told apart in the text');
    if (because !== null || text === null) kept.push({ kind: 'guard', needs, run, because: because ?? '' });
    else all.push(caseCandidate(guard, text, { run, ...depends }));
  }
  for (const guard of coalesced) {
    const { run, slot } = guard;
    const needs = paramsOf(new Set([slot]));
    if (untyped !== null) kept.push({ kind: 'guard', needs, run, because: untyped });
    else all.push(coalescedCandidate(guard, sql, { run, needs, constants: new Map() }));
  }
  for (const sortKey of sortKeys) {
    const constants = constantsIn(sortKey.tests, paramOf);
    const needs = [...constants.keys()];
    const text = sortKeyText(sortKey, terms, offset);
    const called = volatileCall(sortKey.node, catalog);
    const at = offset(locationOf(sortKey.node));
    const run = text?.item ?? { start: at, end: terms.caseAt(at)?.end ?? at };
    const because =
      untyped ??
      (sortKey.isMixed ? 'one of its WHENs asks for more than parameters and constants' : null) ??
      sortKey.refusal ??
      (called === null ? null : `it calls ${called}, which is volatile`) ??
      uncertainOrder(sortKey) ??
      (text === null ? 'its alternatives could not be told apart in the text' : null);
    if (because !== null || text === null)
      kept.push({ kind: 'sort key', needs, run, because: because ?? '' });
    else all.push(sortCandidate(sortKey, text, catalog, sql, { run, needs, constants }));
  }
  limit(all);
  return {
    ...{
      statement,
      whole,
      casts,
      all,
      kept,
      terms: found.terms,
      assignments: found.assignments,
      guarded,
      optional,
      paramOf,
    },
    problems: [
      ...found.misplaced.map((one) => misplacedProblem(one, statement, paramOf, offset)),
      ...valueProblems(whole, found.assignments, statement, paramOf, catalog),
    ],
  };
}

/** Says of those that are too many that they are always sent. */
function limit(all: readonly Candidate[]): void {
  const states = new Map<number, ReadonlySet<string> | null>();
  let texts = 1;
  for (const [i, candidate] of all.entries()) {
    if (candidate.keptBecause !== null) continue;
    if (i >= MOST_PARTS) {
      candidate.keptBecause = `of more than ${MOST_PARTS} parts`;
      continue;
    }
    const own = new Map(
      candidate.needs.map((param) => {
        const constants = candidate.constants.get(param) ?? [];
        const known = states.get(param) ?? null;
        return [param, constants.length === 0 ? known : new Set([...(known ?? []), ...constants])] as const;
      }),
    );
    const together = [...own].reduce(
      (product, [param, constants]) => (product / countOf(states.get(param))) * countOf(constants),
      texts,
    );
    const alternatives = [...own.values()].reduce((product, constants) => product * countOf(constants), 1);
    if (together > MOST_TEXTS) candidate.keptBecause = 'its statement has too many parameters like this';
    else if (candidate.constants.size > 0 && alternatives > MOST_ALTERNATIVES) {
      candidate.keptBecause = 'it depends on too many parameters and constants';
    } else {
      texts = together;
      for (const [param, constants] of own) states.set(param, constants);
    }
  }
}

/** How many states a parameter has; undefined: nothing depends on it so far. */
function countOf(constants: ReadonlySet<string> | null | undefined): number {
  return constants === undefined ? 1 : constants === null ? 2 : constants.size + 3;
}

type Place = Pick<Candidate, 'run' | 'needs' | 'constants'>;
type Written = Place & Pick<Candidate, 'keptBecause'>;

/** The condition is omitted. */
const TRUE: Form = { pieces: () => [WITHOUT], inItsPlace: () => 'true' };

function termCandidate({ node }: OptionalTerm, place: Written): Candidate {
  const { run, needs } = place;
  return {
    ...place,
    ...{ kind: 'term', keys: [node], forms: [TRUE] },
    pieces: (cut) => [{ needs, pieces: cut.run(run.start, run.end) }],
  };
}

/** A number of rows, which is NULL where it is omitted: no limit. */
function limitCandidate({ node }: OptionalTerm, place: Written, sql: string): Candidate {
  const { run, needs } = place;
  const blank = (at: number) => (isIdentifierPart(sql.charCodeAt(at)) ? ' ' : '');
  const otherwise = [`${blank(run.start - 1)}NULL${blank(run.end)}`];
  return {
    ...place,
    ...{ kind: 'limit', keys: [node] },
    pieces: (cut) => [{ needs, pieces: cut.run(run.start, run.end), otherwise }],
    forms: [{ pieces: () => otherwise, inItsPlace: () => 'null' }],
  };
}

/** An assignment that is not sent, or a value that is DEFAULT then. */
function assignmentCandidate({ entries, list }: OptionalAssignment, place: Written): Candidate {
  const { run, needs } = place;
  const otherwise = list === null ? ['DEFAULT'] : [];
  return {
    ...place,
    ...(list === null
      ? { kind: 'value', keys: entries.map(({ expr }) => expr) }
      : { kind: 'assignment', keys: entries, list }),
    pieces: (cut) => [{ needs, pieces: cut.run(run.start, run.end), otherwise }],
    forms: [{ pieces: () => otherwise, inItsPlace: () => (list === null ? 'default' : 'nothing') }],
  };
}

function guardCandidate(guard: Guard, operands: readonly TextRun[], place: Place): Candidate {
  const { tests, location } = guard;
  return {
    ...place,
    ...{ kind: 'guard', keys: [location], keptBecause: null },
    pieces: (cut, tested) => guardPieces(guard, operands, tested, cut),
    forms: [
      TRUE,
      {
        pieces: (cut) => keptPieces(guard, operands, cut),
        inItsPlace: (node) => {
          const left: readonly Expr[] =
            node.tag === 'TARGETENTRY'
              ? []
              : isOr(node)
                ? node.args.filter((_, i) => tests[i] === null)
                : [node];
          const [only, another] = left;
          const rest: BoolExpr = { tag: 'BOOLEXPR', boolop: 'or', args: left };
          return only !== undefined && another === undefined ? only : rest;
        },
      },
    ],
  };
}

function coalescedCandidate(
  { node, run, call, argument, given }: CoalescedGuard,
  sql: string,
  place: Place,
): Candidate {
  const isPlain = /^\$\d+$/.test(sql.slice(argument.start, argument.end));
  const compared = (cut: Cut): readonly Piece[] => [
    ...cut.run(run.start, call.start),
    ...(isPlain ? [] : ['(']),
    ...cut.run(argument.start, argument.end),
    ...(isPlain ? [] : [')']),
    ...cut.run(call.end, run.end),
  ];
  return {
    ...place,
    ...{ kind: 'guard', keys: [node], keptBecause: null },
    pieces: (cut) => [{ needs: place.needs, pieces: compared(cut) }],
    forms: [TRUE, { pieces: compared, inItsPlace: () => given }],
  };
}

function caseCandidate(guard: CaseGuard, text: CaseText, place: Place): Candidate {
  return {
    ...place,
    ...{ kind: 'guard', keys: [guard.node], keptBecause: null },
    pieces: (cut, tested) => casePieces(guard, text, tested, cut),
    forms: caseResults(guard).flatMap((result): Form[] => {
      const expr = caseResult(guard, result);
      if (expr === null) return [];
      return [
        {
          pieces: (cut) => caseResultPieces(guard, text, result, cut),
          inItsPlace: () => (isTrueConstant(expr) ? 'true' : expr),
        },
      ];
    }),
  };
}

function sortCandidate(
  sortKey: SortKey,
  text: SortKeyText,
  catalog: Catalog,
  sql: string,
  place: Place,
): Candidate {
  return {
    ...place,
    ...{ kind: 'sort key', keys: [sortKey.node], list: text.list, keptBecause: null },
    pieces: (cut, tested) => sortKeyPieces(sortKey, text, tested, catalog, sql, cut),
    forms: sortResultsOf(sortKey).flatMap((result): Form[] => {
      const expr = resultOf(sortKey, result);
      if (expr === null && result !== 'nothing') return [];
      return [
        {
          pieces: (cut) => resultPieces(sortKey, text, result, catalog, sql, cut),
          inItsPlace: () => expr ?? 'nothing',
        },
      ];
    }),
  };
}

/** By index into `params`: the constants of all tests. */
function constantsIn(
  tests: readonly (ParameterTest | null)[],
  paramOf: ReadonlyMap<number, number>,
): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, readonly string[]>();
  for (const test of tests) {
    for (const [slot, constants] of test?.constants ?? []) {
      const param = paramOf.get(slot) ?? -1;
      found.set(param, [...new Set([...(found.get(param) ?? []), ...constants])]);
    }
  }
  return found;
}

/** What can only fail where it is omitted. */
function valueProblems(
  whole: QueryNode,
  assignments: readonly OptionalAssignment[],
  statement: Statement,
  paramOf: ReadonlyMap<number, number>,
  catalog: Catalog,
): readonly StatementProblem[] {
  const values = new Map(
    assignments.flatMap((one) =>
      one.list === null ? one.entries.map((entry) => [entry, one] as const) : [],
    ),
  );
  if (values.size === 0) return [];
  const problems: StatementProblem[] = [];
  mapWritten(whole, (entries, _, around) => {
    const relation = catalog.relations.get(around.rtable?.[around.resultRelation - 1]?.relid ?? 0);
    for (const entry of relation === undefined ? [] : entries) {
      const value = values.get(entry);
      if (value === undefined || relation === undefined) continue;
      const params = [...value.slots].map((slot) => statement.params[paramOf.get(slot) ?? -1]);
      const names = params.map((param) => param?.name ?? '').join(', ');
      const at = { code: 'ND3017' as const, offset: fileOffset(statement, value.run.start) };
      if (params.some((param) => param !== undefined && 'fields' in param)) {
        problems.push({
          ...at,
          message: `@optional ${names}: the rows of an INSERT cannot be omitted`,
          hint: 'Write a parameter for each value.',
        });
      } else if (refusesDefault(relation, entry.resno, catalog)) {
        const column = relation.columns.get(entry.resno)?.name ?? '';
        problems.push({
          ...at,
          message: `@optional ${names}: ${column} is NOT NULL and has no default, so it must be given`,
          hint: 'Remove it from @optional, or give the column a default.',
        });
      }
    }
    return entries;
  });
  return problems;
}

/** The index into `params` of each `$n`. */
function paramBySlot(params: readonly Param[]): ReadonlyMap<number, number> {
  return new Map(
    params.flatMap((param, index) =>
      ('fields' in param ? param.fields : [param]).map((slot) => [slot.index, index] as const),
    ),
  );
}

function isRequired(param: Param | undefined): boolean {
  return param !== undefined && 'required' in param && param.required === true;
}

/** Why a parameter's type could depend on what else is sent; null: it cannot. */
function uncertainType(statement: Statement, casts: readonly (string | null)[]): string | null {
  const uses = new Map<number, number>();
  for (const { param } of placedParameters(statement)) uses.set(param, (uses.get(param) ?? 0) + 1);
  for (const [index, { kind, name }] of statement.params.entries()) {
    if (kind === 'scalar') {
      if ((casts[index] ?? null) === null) return `no cast says the type of "${name}"`;
    } else if ((uses.get(index) ?? 0) > 1) {
      return `the list or object "${name}" occurs twice in the statement`;
    }
  }
  return null;
}

/** Why a guard may do more than its conditions say; null: it does not. */
function unsure(
  { tests, conditions }: { readonly tests: Guard['tests']; readonly conditions: unknown },
  types: readonly number[],
  catalog: Catalog,
): string | null {
  const called = volatileCall(conditions, catalog);
  if (called !== null) return `it calls ${called}, which is volatile`;
  const domain = tests.some((test) =>
    [...(test?.constants.keys() ?? [])].some(
      (slot) => pgType(catalog, types[slot - 1] ?? 0).kind === 'domain',
    ),
  );
  return domain ? 'its type is a domain, which may refuse NULL' : null;
}

function misplacedProblem(
  { slot, location, in: where }: Misplaced,
  statement: Statement,
  paramOf: ReadonlyMap<number, number>,
  offset: (location: number) => number,
): StatementProblem {
  const { name = '' } = statement.params[paramOf.get(slot) ?? -1] ?? {};
  const at = { code: 'ND3016' as const, offset: fileOffset(statement, offset(Math.max(0, location))) };
  switch (where) {
    case 'or':
      return {
        ...at,
        message: `@optional ${name}: another alternative of this OR does not mention :${name}`,
        hint: `To omit the whole condition, write (:${name} IS NULL OR …) around it. To omit this alternative alone, write :${name}? without @optional: compared with NULL it is not true.`,
      };
    case 'insert':
      return {
        ...at,
        message: `@optional ${name}: only a value of a single row in VALUES can be omitted`,
        hint: `DEFAULT is sent in its place: write INSERT INTO … VALUES (…, :${name}) with one row.`,
      };
    default:
      return {
        ...at,
        message: `@optional ${name}: the expression with :${name} here cannot be omitted`,
        hint: 'These can be omitted: a condition that AND connects in WHERE, ON, HAVING or FILTER, LIMIT and OFFSET, an assignment in SET, and a value of an INSERT. Elsewhere, write :x? and give NULL a meaning, as in coalesce(:x, …).',
      };
  }
}
