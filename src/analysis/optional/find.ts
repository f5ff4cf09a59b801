import type { Client } from 'pg';
import type { TextRun } from '../../sql/boolean-terms.ts';
import { cutIntoPieces, sentText } from '../../sql/pieces.ts';
import { fileOffset } from '../../sql/postgres-text.ts';
import type { Statement } from '../../sql/statement.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { DescribedStatement } from '../stars/expand.ts';
import type { Expr, QueryNode, TargetEntry } from '../tree/nodes.ts';
import { readCompleteQuery, readQuery } from '../tree/read.ts';
import type { UtilityProblem } from '../utility.ts';
import { type DescribeResult, describe } from '../wire.ts';
import { type OptionalAssignment, withAlternatives } from './assignments.ts';
import { type Candidate, type Candidates, findCandidates } from './candidates.ts';
import type { OptionalTerm } from './optional-terms.ts';
import type { OptionalCondition, OptionalParts } from './parts.ts';
import { firstDifference, type InItsPlace } from './same-tree.ts';

/** What the analysis of a statement must know of its optional parts. */
export interface OptionalAnalysis {
  readonly parts: OptionalParts;
  /** In which each condition of `@optional` counts as "this, or anything"; null: the statement's own. */
  readonly query: QueryNode | null;
  /** In which those conditions hold that one parameter decides on: what it may be if it is given; null: the statement's own. */
  readonly given: QueryNode | null;
  readonly problems: readonly UtilityProblem[];
  /** An internal error, to be thrown where the statement is analysed; null: none. */
  readonly failure: { readonly error: unknown } | null;
}

interface Work extends Candidates {
  readonly catalog: Catalog;
  readonly described: DescribedStatement['described'];
  query: QueryNode | null;
  given: QueryNode | null;
  readonly problems: UtilityProblem[];
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
  return (
    statement.params.length > 0 && /\bor\b/i.test(statement.sql) && /\{NULLTEST\b/.test(described.tree ?? '')
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
    return { ...found, ...rest, problems: [...problems], failure: null };
  } catch (error) {
    const { statement } = one;
    const none = { statement, whole: null, casts: [], all: [], kept: [], terms: [], assignments: [] };
    return {
      ...{ ...none, ...rest, guarded: new Set(), optional: new Set(), problems: [] },
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
    ...work.all.flatMap((one): Check[] => {
      if (one.keptBecause !== null) return [];
      const { needs, list } = one.edit;
      // What is the only assignment is always sent, or nothing is.
      if (list?.items.length === 1) return [];
      const without = check(work, [one], needs);
      return one.kind === 'guard' ? [without, check(work, [one], [])] : [without];
    }),
    ...guardedTrees(work),
  ];
}

/** All changed that can be: where that fails, none is. */
function allTogether(work: Work): readonly Check[] {
  const left = work.all.filter(({ keptBecause }) => keptBecause === null);
  if (left.length === 0 || work.problems.length > 0) return [];
  const needs = new Set(left.flatMap(({ edit }) => edit.needs));
  // Of a SET that may assign nothing, one assignment is sent.
  for (const list of new Set(left.flatMap(({ edit }) => edit.list ?? []))) {
    const items = left.filter(({ edit }) => edit.list === list);
    if (items.length < list.items.length) continue;
    for (const index of items[0]?.edit.needs ?? []) needs.delete(index);
  }
  return [check(work, left, [...needs]), check(work, left, [])];
}

/** @param leftOut the parameters that are not given */
function check(work: Work, candidates: readonly Candidate[], leftOut: readonly number[]): Check {
  const { statement, casts } = work;
  const pieces = cutIntoPieces(
    statement,
    candidates.map(({ edit }) => edit),
    casts,
  );
  const without = new Set(leftOut);
  const { sql, numbers } = sentText(pieces, statement.params, (param) => !without.has(param));
  const states = candidates.map((one) => ({
    one,
    isSent: !one.edit.needs.some((index) => without.has(index)),
  }));
  return {
    sql,
    receive: (sent) => {
      let because: string | null;
      try {
        because = differenceOf(work, states, sent, numbers);
      } catch (error) {
        because = 'it is nested too deeply';
        if (!isTooDeep(error, statement)) work.failure = { error };
      }
      if (because !== null) for (const one of candidates) one.keptBecause ??= because;
    },
  };
}

/** Why a text does more than it should; null: only the conditions differ. */
function differenceOf(
  { whole, described }: Work,
  candidates: readonly { readonly one: Candidate; readonly isSent: boolean }[],
  sent: DescribeResult,
  numbers: ReadonlyMap<number, number>,
): string | null {
  if (!sent.ok) return `without it Postgres says: ${sent.error.message}`;
  const slots = [...numbers].toSorted(([, a], [, b]) => a - b).map(([slot]) => slot);
  const types = slots.map((slot) => described.paramTypes[slot - 1]);
  if (!isSame(types, sent.paramTypes)) return 'without it a parameter has another type';
  if (!isSame(described.fields, sent.fields)) return 'without it the columns are others';
  const inItsPlace = (node: Expr | TargetEntry): InItsPlace | null => {
    for (const { one, isSent } of candidates) {
      const found = one.inItsPlace(node, isSent);
      if (found !== null) return found;
    }
    return null;
  };
  const tree = readCompleteQuery(sent.tree ?? '');
  const difference = whole === null ? 'QUERY' : firstDifference(whole, tree, inItsPlace, numbers);
  return difference === null ? null : `without it more differs: ${difference}`;
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
  const severalTerms = terms.filter((one) => paramsOf(one, work).length > 1);
  const severalAssigned = assignments.filter((one) => paramsOf(one, work).length > 1);
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

function paramsOf({ run }: OptionalTerm | OptionalAssignment, { all }: Work): readonly number[] {
  return all.find(({ kind, edit }) => kind !== 'guard' && edit.start === run.start)?.edit.needs ?? [];
}

/** Each condition as `(condition OR $n)`, with a boolean of its own that nothing is known of. */
function guardedText(sql: string, terms: readonly OptionalTerm[], parameters: number): string {
  let text = '';
  let at = 0;
  for (const [i, { run }] of terms.toSorted((a, b) => a.run.start - b.run.start).entries()) {
    text += `${sql.slice(at, run.start)} (${sql.slice(run.start, run.end)} OR $${parameters + i + 1}) `;
    at = run.end;
  }
  return text + sql.slice(at);
}

function resultOf(work: Work): OptionalAnalysis {
  const { statement, all, kept, casts, guarded, optional, query, given, failure } = work;
  const left = all.filter(({ keptBecause }) => keptBecause === null);
  const used = new Set(left.flatMap(({ edit }) => edit.needs));
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
              left.map(({ edit }) => edit),
              casts,
            ),
      guarded: indexes.filter((index) => guarded.has(index)),
      optional: indexes.filter((index) => optional.has(index) && !guarded.has(index)),
      conditions: [
        ...all.map(({ kind, edit, keptBecause }) => ({
          start: edit.start,
          one: conditionOf(WORDS[kind], edit.needs, edit, keptBecause),
        })),
        ...kept.map(({ needs, run, because }) => ({
          start: run.start,
          one: conditionOf('condition', needs, run, because),
        })),
      ]
        .toSorted((a, b) => a.start - b.start)
        .map(({ one }) => one),
    },
    query,
    given,
    problems,
    failure,
  };
}

const WORDS: Readonly<Record<Candidate['kind'], OptionalCondition['kind']>> = {
  guard: 'condition',
  term: 'condition',
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
  { kind, keptBecause, edit }: Candidate,
  statement: Statement,
): readonly UtilityProblem[] {
  if (kind === 'guard' || keptBecause === null) return [];
  const names = edit.needs.map((index) => statement.params[index]?.name ?? '').join(', ');
  return [
    {
      code: 'ND3017',
      message: `@optional ${names}: this ${WORDS[kind]} cannot be omitted: ${keptBecause}`,
      hint: HINTS[WORDS[kind]],
      offset: fileOffset(statement, edit.start),
    },
  ];
}

const HINTS: Readonly<Record<OptionalCondition['kind'], string>> = {
  condition: 'Write it as (:x IS NULL OR …), which is always sent.',
  assignment: 'Write SET c = coalesce(:x?, c), which is always sent.',
  value: 'Write coalesce(:x?, …) with the default.',
};
