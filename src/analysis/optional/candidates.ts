import { readTerms, type TextRun } from '../../sql/boolean-terms.ts';
import { type Edit, placedParameters } from '../../sql/pieces.ts';
import { fileOffset } from '../../sql/postgres-text.ts';
import type { Param, Statement } from '../../sql/statement.ts';
import { readWriteLists } from '../../sql/write-lists.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { pgType } from '../catalog/pg-type.ts';
import { sqlTypeName } from '../sql-type-name.ts';
import type { DescribedStatement } from '../stars/expand.ts';
import type { BoolExpr, Expr, QueryNode, TargetEntry } from '../tree/nodes.ts';
import { isUtility, readCompleteQuery } from '../tree/read.ts';
import type { UtilityProblem } from '../utility.ts';
import { mapWritten, type OptionalAssignment, refusesDefault } from './assignments.ts';
import { type Guard, guardAt, guardEdit, guardsOf, volatileCall } from './guards.ts';
import { type Misplaced, type OptionalTerm, termsOf } from './optional-terms.ts';
import { offsets } from './places.ts';
import type { InItsPlace } from './same-tree.ts';

/** What may be omitted, with its place in the text and in the tree. */
export interface Candidate {
  readonly kind: 'guard' | 'term' | 'assignment' | 'value';
  readonly edit: Edit;
  /** What the tree has for a node where it is sent, or is not; null: the same. */
  readonly inItsPlace: (node: Expr | TargetEntry, isSent: boolean) => InItsPlace | null;
  /** Why it cannot be omitted, once that is known. */
  keptBecause: string | null;
}

/** A guard that is not even tried. */
export interface Kept {
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
  /** Indexes into `params`. */
  readonly guarded: ReadonlySet<number>;
  readonly optional: ReadonlySet<number>;
  readonly problems: readonly UtilityProblem[];
}

/** The most parameters whose conditions can be omitted: a mask has a bit for each. */
const MOST_PARAMETERS = 50;

/** Finds what may be omitted of a statement. Whether it can be, the server tells. */
export function findCandidates({ statement, described }: DescribedStatement, catalog: Catalog): Candidates {
  const { sql, params } = statement;
  const named = new Map((statement.optional ?? []).map((one) => [one.name, one]));
  const optional = new Set(params.flatMap(({ name }, index) => (named.has(name) ? [index] : [])));
  const tree = described.tree ?? '';
  const none: Candidates = {
    ...{
      statement,
      whole: null,
      casts: [],
      all: [],
      kept: [],
      terms: [],
      assignments: [],
      guarded: new Set(),
      optional,
    },
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
  const paramOf = paramBySlot(params);
  const paramsOf = (slots: ReadonlySet<number>) => [
    ...new Set([...slots].map((slot) => paramOf.get(slot) ?? -1)),
  ];
  const untyped = uncertainType(statement, casts);
  const guards = guardsOf(whole);
  const guarded = new Set([...guards.values()].flatMap(({ slots }) => paramsOf(slots)));
  const optionalSlots = new Set([...paramOf].flatMap(([slot, index]) => (optional.has(index) ? [slot] : [])));
  const found = termsOf(whole, optionalSlots, { ...terms, ...readWriteLists(sql) }, offset);
  const all: Candidate[] = [
    ...found.terms.map(
      (term): Candidate => ({
        kind: 'term',
        edit: { ...term.run, needs: paramsOf(term.slots), kept: [term.run] },
        inItsPlace: (node, isSent) => termInItsPlace(term, node, isSent),
        keptBecause: untyped,
      }),
    ),
    ...found.assignments.map(
      (assignment): Candidate => ({
        kind: assignment.list === null ? 'value' : 'assignment',
        edit: assignmentEdit(assignment, paramsOf(assignment.slots)),
        inItsPlace: (node, isSent) => assignmentInItsPlace(assignment, node, isSent),
        keptBecause: untyped,
      }),
    ),
  ];
  const kept: Kept[] = [];
  for (const guard of guards.values()) {
    const needs = paramsOf(guard.slots);
    // Never NULL: it is given in every call.
    if (needs.some((index) => isRequired(params[index]))) continue;
    const edit = guardEdit(guard, terms, offset, needs);
    const at = offset(guard.location);
    const because =
      untyped ??
      unsure(guard, described.paramTypes, catalog) ??
      (edit === null ? 'its alternatives could not be told apart in the text' : null);
    if (because !== null || edit === null) {
      kept.push({ needs, run: edit ?? { start: at, end: at }, because: because ?? '' });
    } else {
      all.push({
        kind: 'guard',
        edit,
        inItsPlace: (node, isSent) => guardInItsPlace(guard, node, isSent),
        keptBecause: null,
      });
    }
  }
  const chosen = new Set<number>();
  for (const candidate of all) {
    const together = new Set([...chosen, ...candidate.edit.needs]);
    if (together.size > MOST_PARAMETERS)
      candidate.keptBecause ??= `of more than ${MOST_PARAMETERS} parameters`;
    else for (const index of candidate.edit.needs) chosen.add(index);
  }
  return {
    ...{ statement, whole, casts, all, kept, guarded, optional },
    ...{ terms: found.terms, assignments: found.assignments },
    problems: [
      ...found.misplaced.map((one) => misplacedProblem(one, statement, paramOf, offset)),
      ...valueProblems(whole, found.assignments, statement, paramOf, catalog),
    ],
  };
}

/** What can only fail where it is omitted. */
function valueProblems(
  whole: QueryNode,
  assignments: readonly OptionalAssignment[],
  statement: Statement,
  paramOf: ReadonlyMap<number, number>,
  catalog: Catalog,
): readonly UtilityProblem[] {
  const values = new Map(
    assignments.flatMap((one) =>
      one.list === null ? one.entries.map((entry) => [entry, one] as const) : [],
    ),
  );
  if (values.size === 0) return [];
  const problems: UtilityProblem[] = [];
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

/** The cut of an assignment, and of a value that is DEFAULT where it is not sent. */
function assignmentEdit({ run, list }: OptionalAssignment, needs: readonly number[]): Edit {
  const edit = { ...run, needs, kept: [run] };
  return list === null ? { ...edit, otherwise: ['DEFAULT'] } : { ...edit, otherwise: [], list };
}

function assignmentInItsPlace(
  { entries, list }: OptionalAssignment,
  node: Expr | TargetEntry,
  isSent: boolean,
): InItsPlace | null {
  if (isSent) return null;
  const isMeant = entries.some((entry) => node === (list === null ? entry.expr : entry));
  return isMeant ? (list === null ? 'default' : 'nothing') : null;
}

/** The index into `params` of each `$n`. */
export function paramBySlot(params: readonly Param[]): ReadonlyMap<number, number> {
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
  const uses = placedParameters(statement);
  for (const [index, { kind, name }] of statement.params.entries()) {
    if (kind === 'scalar') {
      if ((casts[index] ?? null) === null) return `no cast says the type of "${name}"`;
    } else if (uses.filter(({ param }) => param === index).length > 1) {
      return `the list or object "${name}" occurs twice in the statement`;
    }
  }
  return null;
}

/** Why a guard may do more than its conditions say; null: it does not. */
function unsure(guard: Guard, types: readonly number[], catalog: Catalog): string | null {
  const called = volatileCall(guard.kept, catalog);
  if (called !== null) return `it calls ${called}, which is volatile`;
  const domain = [...guard.slots].some((slot) => pgType(catalog, types[slot - 1] ?? 0).kind === 'domain');
  return domain ? 'its type is a domain, which may refuse NULL' : null;
}

function guardInItsPlace({ location }: Guard, node: Expr | TargetEntry, isSent: boolean): InItsPlace | null {
  const here = guardAt(node);
  if (here === null || here.location !== location) return null;
  if (!isSent) return 'true';
  const [only, another] = here.kept;
  if (only !== undefined && another === undefined) return only;
  const rest: BoolExpr = { tag: 'BOOLEXPR', boolop: 'or', args: here.kept };
  return rest;
}

function termInItsPlace(term: OptionalTerm, node: Expr | TargetEntry, isSent: boolean): InItsPlace | null {
  return !isSent && node === term.node ? 'true' : null;
}

function misplacedProblem(
  { slot, location, in: where }: Misplaced,
  statement: Statement,
  paramOf: ReadonlyMap<number, number>,
  offset: (location: number) => number,
): UtilityProblem {
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
        message: `@optional ${name}: what mentions :${name} here cannot be omitted`,
        hint: 'What can be omitted is what ANDs connect in WHERE, ON, HAVING or FILTER, an assignment in SET, and a value of an INSERT. Elsewhere, write :x? and give NULL a meaning, as in coalesce(:x, …).',
      };
  }
}
