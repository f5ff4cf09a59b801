import { regionsOf } from '../../src/analysis/nullability/outer-join-side.ts';
import { enclosing } from '../../src/analysis/nullability/refine.ts';
import { resultExpressions } from '../../src/analysis/scope.ts';
import { type QueryNode, Rte } from '../../src/analysis/tree/nodes.ts';
import type { Run } from './batch.ts';
import type { Declared } from './declared.ts';

/** What came out of many random statements. */
export interface Outcome {
  queries: number;
  /** Those that Postgres refused, when parsing or on all data. */
  refused: number;
  columns: number;
  /** Columns declared never NULL. */
  proven: number;
  /** Of those: how many had rows on some data, so that it could be seen. */
  seen: number;
  /** Columns declared nullable that were NULL on some data. */
  shownNull: number;
  /** Columns declared nullable that never were NULL, though there were rows. */
  unshown: number;
  /** Of those: how many of which kind of expression. */
  readonly reasons: Map<string, number>;
  /** How often something else was declared and held against what came: of columns with rows, and of statements. */
  readonly held: Record<Claim, number>;
  readonly wrong: Wrong[];
  microseconds: number;
}

/** A kind of declaration beside that of NULL. */
export type Claim =
  | 'literals'
  | 'elements'
  | 'fields'
  | 'JSON'
  | 'parameters'
  | 'rows'
  | 'read-only'
  | 'errors'
  | 'kinds';

export interface Wrong {
  readonly ddl: readonly string[];
  readonly rows: readonly string[];
  readonly sql: string;
  readonly what: string;
}

export function emptyOutcome(): Outcome {
  return {
    queries: 0,
    refused: 0,
    columns: 0,
    proven: 0,
    seen: 0,
    shownNull: 0,
    unshown: 0,
    reasons: new Map(),
    held: {
      literals: 0,
      elements: 0,
      fields: 0,
      JSON: 0,
      parameters: 0,
      rows: 0,
      'read-only': 0,
      errors: 0,
      kinds: 0,
    },
    wrong: [],
    microseconds: 0,
  };
}

/** Counts what is declared of a statement that ran, and what of it could be seen. */
export function count(
  outcome: Outcome,
  tree: QueryNode | null,
  declared: Declared,
  runs: readonly Run[],
): void {
  const rows = runs.flatMap((run) => run.rows ?? []);
  const hold = (claim: Claim, holds: boolean) => {
    if (holds) outcome.held[claim]++;
  };
  hold('rows', declared.rows.min > 0 || declared.rows.max !== null);
  hold('read-only', declared.readOnly === true);
  hold('parameters', declared.given !== null && rows.length > 0);
  hold('kinds', declared.columns.kinds !== null && rows.length > 0);
  hold('errors', !declared.violations.open && runs.some(({ error }) => error?.code?.startsWith('23')));
  declared.columns.facts.forEach(({ nullable, literals, element, fields }, i) => {
    outcome.columns++;
    if (!nullable) {
      outcome.proven++;
      if (rows.length > 0) outcome.seen++;
    } else if (rows.some((row) => row[i] === null)) outcome.shownNull++;
    else if (rows.length > 0) {
      outcome.unshown++;
      const kind = tree === null ? 'utility statement' : kindOf(tree, i);
      outcome.reasons.set(kind, (outcome.reasons.get(kind) ?? 0) + 1);
    }
    if (rows.every((row) => row[i] === null)) return;
    hold('literals', literals !== undefined || element?.literals !== undefined);
    hold('elements', element?.nullable === false);
    hold('fields', fields?.some(({ facts }) => !facts.nullable) ?? false);
    hold('JSON', (declared.columns.shapes[i] ?? null) !== null);
  });
}

/** What kind of expression a result column is; for a column, what it is a column of. */
function kindOf(query: QueryNode, column: number): string {
  if (query.setOperations !== null) return 'set operation';
  const expr = resultExpressions(query)[column];
  if (expr?.tag !== 'VAR') return expr?.tag.toLowerCase() ?? 'none';
  const { rtable, resultRelation } = query;
  if (expr.varno === resultRelation) return 'column written to';
  const kind = rtable?.[expr.varno - 1]?.rtekind;
  const name = Object.entries(Rte).find(([, number]) => number === kind)?.[0];
  const outer = enclosing(regionsOf(query).of.get(expr.varno)).length > 0;
  return `column of a ${name}${outer ? ' on the nullable side of a join' : ''}`;
}
