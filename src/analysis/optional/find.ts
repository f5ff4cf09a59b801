import type { Client } from 'pg';
import type { TextRun } from '../../sql/boolean-terms.ts';
import { cutIntoPieces, type Edit, sentText } from '../../sql/pieces.ts';
import { fileOffset } from '../../sql/postgres-text.ts';
import type { Statement } from '../../sql/statement.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { DescribedStatement } from '../stars/expand.ts';
import type { StatementProblem } from '../statement-problem.ts';
import type { Expr, QueryNode, TargetEntry } from '../tree/nodes.ts';
import { readCompleteQuery, readQuery } from '../tree/read.ts';
import { type DescribeResult, describe } from '../wire.ts';
import { type OptionalAssignment, withAlternatives } from './assignments.ts';
import { type Candidate, type Candidates, type Form, findCandidates, noCandidates } from './candidates.ts';
import type { TestedParameters } from './decisions.ts';
import { isOr } from './guards.ts';
import type { OptionalTerm } from './optional-terms.ts';
import { othersOf } from './parameter-tests.ts';
import type { OptionalCondition, OptionalParts } from './parts.ts';
import { locationOf } from './places.ts';
import { readTargets } from './read-targets.ts';
import { firstDifference, type InItsPlace } from './same-tree.ts';

/** What the analysis of a statement must know of its optional parts. */
export interface OptionalAnalysis {
  readonly parts: OptionalParts;
  /** In which each condition of `@optional` counts as "this, or anything"; null: the statement's own. */
  readonly query: QueryNode | null;
  /** Where those conditions are in the file, in their order. */
  readonly places: readonly number[];
  /** In which those conditions hold that one parameter decides on: what it may be if it is given; null: the statement's own. */
  readonly given: QueryNode | null;
  readonly problems: readonly StatementProblem[];
  /** An internal error, to be thrown where the statement is analysed; null: none. */
  readonly failure: { readonly error: unknown } | null;
}

interface Work extends Candidates {
  readonly catalog: Catalog;
  readonly described: DescribedStatement['described'];
  /** Of the whole statement. */
  readonly targets: ReturnType<typeof readTargets>;
  query: QueryNode | null;
  given: QueryNode | null;
  readonly problems: StatementProblem[];
  failure: OptionalAnalysis['failure'];
}

/** A text and what becomes of what the server says of it. */
interface Check {
  readonly sql: string;
  readonly receive: (described: DescribeResult) => void;
}

/** Whether a statement may have optional parts: a quick test, which most others do not pass. */
export function mayHaveOptionalParts({ statement, described }: DescribedStatement): boolean {
  if ((statement.optional ?? []).length > 0) return true;
  const { sql, params } = statement;
  const tree = described.tree ?? '';
  if (params.length === 0 || !tree.includes('{PARAM')) return false;
  return (
    (/\bor\b/i.test(sql) && tree.includes('{BOOLEXPR')) ||
    (/\bcoalesce\b/i.test(sql) && tree.includes('{COALESCE')) ||
    (/\bcase\b/i.test(sql) && /\{CASE(?:EXPR)?\s/.test(tree))
  );
}

/**
 * Finds the conditions that need not be sent where parameters are omitted: guards such as `(:x IS NULL OR …)`, and those
 * of `@optional`. The server analyses the statement with each of them changed, and with all: one that changes more than
 * itself is always sent.
 *
 * @param pause called after each text; what it returns is waited for
 * @returns for each statement, in order
 * @throws Failure 3 if the connection is lost
 */
export async function findOptionalParts(
  client: Client,
  statements: readonly DescribedStatement[],
  catalog: Catalog,
  pause: () => Promise<void> | undefined,
): Promise<readonly OptionalAnalysis[]> {
  const works: Work[] = [];
  for (const one of statements) {
    works.push(workOf(one, catalog));
    await pause();
  }
  for (const checksOf of [eachAlone, allTogether]) {
    const checks = works.flatMap(checksOf);
    await describe(
      client,
      checks.map(({ sql }) => sql),
      (described, index) => {
        checks[index]?.receive(described);
        return pause();
      },
    );
  }
  return works.map(resultOf);
}

function workOf(one: DescribedStatement, catalog: Catalog): Work {
  const rest = { catalog, described: one.described, query: null, given: null };
  try {
    const { problems, ...found } = findCandidates(one, catalog);
    const { whole, all } = found;
    const targets = whole === null || all.length === 0 ? [] : readTargets(whole, catalog);
    return { ...found, ...rest, targets, problems: [...problems], failure: null };
  } catch (error) {
    const { statement } = one;
    return {
      ...{ ...noCandidates(statement), ...rest, targets: [], problems: [] },
      failure: isTooDeep(error, statement) ? null : { error },
    };
  }
}

/** Conditions are compared level by level: beyond what the stack holds, guards are just always sent. */
function isTooDeep(error: unknown, { optional = [] }: Statement): boolean {
  return error instanceof RangeError && optional.length === 0;
}

/** Each part changed, all else as it is written; and the trees that a statement with `@optional` is analysed by. */
function eachAlone(work: Work): readonly Check[] {
  if (work.problems.length > 0) return [];
  return [
    ...work.all.flatMap((one): readonly Check[] => {
      // What is the only assignment is always sent, or nothing is.
      if (one.keptBecause !== null || (isRequired(one.list) && one.list.items.length === 1)) return [];
      return one.forms.map((form) => check(work, [[one, form]]));
    }),
    ...guardedTrees(work),
  ];
}

/** All changed that can be, until each form was among them, and all as they are written: where that fails, none is. */
function allTogether(work: Work): readonly Check[] {
  const left = work.all.filter(({ keptBecause }) => keptBecause === null);
  if (left.length === 0 || work.problems.length > 0) return [];
  const alwaysSent = new Set<Candidate>();
  // Of a SET that may assign nothing, one assignment is sent.
  for (const list of new Set(left.flatMap(({ list: own }) => (isRequired(own) ? own : [])))) {
    const items = left.filter((one) => one.list === list);
    const [first] = items;
    if (first !== undefined && items.length === list.items.length) alwaysSent.add(first);
  }
  const rounds = Math.max(...left.map(({ forms }) => forms.length)) + 1;
  return Array.from({ length: rounds }, (_, round) =>
    check(
      work,
      left.map((one) => [one, alwaysSent.has(one) ? null : (one.forms[round] ?? null)]),
    ),
  );
}

function isRequired(list: Candidate['list']): list is NonNullable<Candidate['list']> {
  return list !== undefined && list.canBeEmpty !== true;
}

/** The form is null where it is sent as it is written. */
type Chosen = readonly [candidate: Candidate, form: Form | null];

function check(work: Work, chosen: readonly Chosen[]): Check {
  const { statement, casts } = work;
  const edits = chosen.map(([one, form]): Edit => {
    const place = placeOf(one);
    return { ...place, pieces: form?.pieces ?? ((cut) => cut.run(place.start, place.end)) };
  });
  const { sql, numbers } = sentText(cutIntoPieces(statement, edits, casts), statement.params);
  return {
    sql,
    receive: (sent) => {
      const keep = (some: readonly Chosen[], because: string) => {
        for (const [one] of some) one.keptBecause ??= because;
      };
      try {
        const found = compared(work, chosen, sent, numbers);
        if ('because' in found) keep(chosen, found.because);
        else if (omitsPolicies(work, found.tree)) {
          // What is of @optional is omitted by definition.
          const guards = chosen.filter(([{ kind }]) => kind === 'guard');
          keep(guards, 'without it the policies for SELECT do not hold for the rows');
        }
      } catch (error) {
        keep(chosen, 'it is nested too deeply');
        if (!isTooDeep(error, statement)) work.failure = { error };
      }
    },
  };
}

function placeOf({ run: { start, end }, list }: Candidate): Omit<Edit, 'pieces'> {
  return { start, end, ...(list && { list }) };
}

/** Why a text does more than it should; or its tree, in which only the conditions differ. */
function compared(
  { whole, described }: Work,
  chosen: readonly Chosen[],
  sent: DescribeResult,
  numbers: ReadonlyMap<number, number>,
): { readonly because: string } | { readonly tree: QueryNode } {
  if (!sent.ok) return { because: `without it Postgres says: ${sent.error.message}` };
  const slots = [...numbers].toSorted(([, a], [, b]) => a - b).map(([slot]) => slot);
  const types = slots.map((slot) => described.paramTypes[slot - 1]);
  if (!isSame(types, sent.paramTypes)) return { because: 'without it a parameter has another type' };
  if (!isSame(described.fields, sent.fields)) return { because: 'without it the columns are others' };
  const forms = new Map(
    chosen.flatMap(([{ keys }, form]) => (form === null ? [] : keys.map((key) => [key, form] as const))),
  );
  const inItsPlace = (node: Expr | TargetEntry): InItsPlace | null => {
    const form = forms.get(node) ?? (isOr(node) ? forms.get(locationOf(node)) : undefined);
    return form?.inItsPlace(node) ?? null;
  };
  const tree = readCompleteQuery(sent.tree ?? '');
  const difference = whole === null ? 'QUERY' : firstDifference(whole, tree, inItsPlace, numbers);
  return difference === null
    ? { tree }
    : { because: `without it the analysis differs elsewhere: ${difference}` };
}

/** Whether a text writes rows without reading any column of them, where the whole statement does. */
function omitsPolicies({ targets, catalog }: Work, tree: QueryNode): boolean {
  if (!targets.includes(true)) return false;
  const left = readTargets(tree, catalog);
  return targets.some((isRead, i) => isRead && left[i] !== true);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function guardedTrees(work: Work): readonly Check[] {
  const { terms, assignments, whole, described, statement, catalog } = work;
  if (whole === null || terms.length + assignments.length === 0) return [];
  const parameters = described.paramTypes.length;
  const treeFor = (
    chosen: readonly OptionalTerm[],
    assigned: readonly OptionalAssignment[],
    use: (query: QueryNode) => void,
  ): readonly Check[] => {
    const take = (tree: string | null) =>
      use(withAlternatives(readQuery(tree ?? ''), assigned, whole, parameters + chosen.length + 1, catalog));
    if (chosen.length === 0) {
      take(described.tree);
      return [];
    }
    const receive = (found: DescribeResult) => {
      if (found.ok) take(found.tree);
      else {
        work.problems.push({
          code: 'ND3017',
          message: `its conditions of @optional cannot be omitted: ${found.error.message}`,
          hint: 'Write them as (:x IS NULL OR …).',
        });
      }
    };
    return [{ sql: guardedText(statement.sql, chosen, parameters), receive }];
  };
  const byRun = new Map(work.all.map((one) => [one.run, one.needs]));
  const isOfSeveral = ({ run }: OptionalTerm | OptionalAssignment) => (byRun.get(run)?.length ?? 0) > 1;
  const severalTerms = terms.filter(isOfSeveral);
  const severalAssigned = assignments.filter(isOfSeveral);
  return [
    ...treeFor(terms, assignments, (query) => {
      work.query = query;
    }),
    ...(severalTerms.length + severalAssigned.length === 0
      ? []
      : treeFor(severalTerms, severalAssigned, (query) => {
          work.given = query;
        })),
  ];
}

function inOrder(terms: readonly OptionalTerm[]): readonly OptionalTerm[] {
  return terms.toSorted((a, b) => a.run.start - b.run.start);
}

/** Each condition as `(condition OR $n)`, with a boolean of its own that nothing is known of; a LIMIT may be NULL. */
function guardedText(sql: string, terms: readonly OptionalTerm[], parameters: number): string {
  let text = '';
  let at = 0;
  for (const [i, { kind, run }] of inOrder(terms).entries()) {
    const [own, free] = [sql.slice(run.start, run.end), `$${parameters + i + 1}`];
    const either = kind === 'limit' ? `CASE WHEN ${free} THEN (${own})::int8 END` : `(${own} OR ${free})`;
    text += `${sql.slice(at, run.start)} ${either} `;
    at = run.end;
  }
  return text + sql.slice(at);
}

/** The parameters whose constants decide on the text. */
function testedBy(
  left: readonly Candidate[],
  { described, paramOf, catalog }: Work,
): { readonly tested: OptionalParts['tested']; readonly parameters: TestedParameters } {
  const constants = new Map<number, ReadonlySet<string>>();
  for (const one of left) {
    for (const [param, own] of one.constants) {
      if (own.length > 0) constants.set(param, new Set([...(constants.get(param) ?? []), ...own]));
    }
  }
  const types = new Map([...paramOf].map(([slot, param]) => [param, described.paramTypes[slot - 1] ?? 0]));
  const all = new Map([...constants].toSorted(([a], [b]) => a - b).map(([param, own]) => [param, [...own]]));
  return {
    tested: [...all].map(([param, own]) => ({
      param,
      constants: own,
      others: othersOf(types.get(param) ?? 0, catalog),
    })),
    parameters: {
      indexOf: (slot) => paramOf.get(slot) ?? -1,
      constantsOf: (slot) => all.get(paramOf.get(slot) ?? -1) ?? null,
    },
  };
}

function resultOf(work: Work): OptionalAnalysis {
  const { statement, all, kept, casts, guarded, optional, terms, query, given, failure } = work;
  const left = all.filter(({ keptBecause }) => keptBecause === null);
  const used = new Set(left.flatMap(({ needs }) => needs));
  // A sort key is NULL where it is omitted, so that NULL omits it, too.
  const sorting = new Set(
    left.flatMap(({ kind, needs, constants }) =>
      kind === 'sort key' ? needs.filter((param) => (constants.get(param) ?? []).length > 0) : [],
    ),
  );
  const omitted = new Set(left.flatMap(({ kind, needs }) => (kind === 'sort key' ? [] : needs)));
  const { tested, parameters } = testedBy(left, work);
  const problems =
    work.problems.length > 0 ? work.problems : all.flatMap((one) => refusedTerm(one, statement));
  const conditionOf = (
    kind: OptionalCondition['kind'],
    needs: readonly number[],
    run: TextRun,
    because: string | null,
  ): OptionalCondition => ({
    kind,
    params: needs.map((index) => statement.params[index]?.name ?? ''),
    text: writtenText(statement, run),
    keptBecause: because,
  });
  const indexes = [...used].toSorted((a, b) => a - b);
  return {
    parts: {
      pieces:
        left.length === 0
          ? null
          : cutIntoPieces(
              statement,
              left.map((one) => ({ ...placeOf(one), pieces: (cut) => one.pieces(cut, parameters) })),
              casts,
            ),
      guarded: indexes.filter((index) => guarded.has(index)),
      optional: indexes.filter(
        (index) => optional.has(index) && !guarded.has(index) && (omitted.has(index) || !sorting.has(index)),
      ),
      tested,
      conditions: [
        ...all.map(({ kind, run, needs, keptBecause }) => ({
          start: run.start,
          one: conditionOf(WORDS[kind], needs, run, keptBecause),
        })),
        ...kept.map(({ kind, needs, run, because }) => ({
          start: run.start,
          one: conditionOf(WORDS[kind], needs, run, because),
        })),
      ]
        .toSorted((a, b) => a.start - b.start)
        .map(({ one }) => one),
    },
    query,
    places: inOrder(terms).map(({ run }) => fileOffset(statement, run.start)),
    given,
    problems,
    failure,
  };
}

const WORDS: Readonly<Record<Candidate['kind'], OptionalCondition['kind']>> = {
  guard: 'condition',
  term: 'condition',
  limit: 'limit',
  'sort key': 'sort key',
  assignment: 'assignment',
  value: 'value',
};

/** A part of the statement as it is in the file, on one line. */
function writtenText(statement: Statement, { start, end }: TextRun): string {
  const { body, copied } = statement;
  const from = copied[0]?.file ?? 0;
  return body
    .slice(fileOffset(statement, start) - from, fileOffset(statement, end) - from)
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** A guard that is always sent is right all the same; what is of `@optional` is not. */
function refusedTerm(
  { kind, keptBecause, run, needs }: Candidate,
  statement: Statement,
): readonly StatementProblem[] {
  if (kind === 'guard' || kind === 'sort key' || keptBecause === null) return [];
  const names = needs.map((index) => statement.params[index]?.name ?? '').join(', ');
  return [
    {
      code: 'ND3017',
      message: `@optional ${names}: this ${WORDS[kind]} cannot be omitted: ${keptBecause}`,
      hint: HINTS[kind],
      offset: fileOffset(statement, run.start),
    },
  ];
}

const HINTS: Readonly<Record<'term' | 'limit' | 'assignment' | 'value', string>> = {
  term: 'Write it as (:x IS NULL OR …), which is always sent.',
  limit: 'Write coalesce(:x?, …) with a number of rows.',
  assignment: 'Write SET c = coalesce(:x?, c), which is always sent.',
  value: 'Write coalesce(:x?, …) with the default.',
};
