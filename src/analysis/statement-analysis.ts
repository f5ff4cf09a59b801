import { type Diagnostic, diagnosticAt, positionAt } from '../diagnostic.ts';
import type { ArrayTypes } from '../sql/arrays.ts';
import type { Statement } from '../sql/statement.ts';
import type { AnalysedQuery } from './analysed-query.ts';
import type { OptionalAnalysis } from './optional/find.ts';
import type { AnalysisOptions } from './options.ts';
import type { OwnerScope } from './ownership/owner-scope.ts';
import type { Distribution } from './ownership/route.ts';
import type { StatementProblem } from './statement-problem.ts';
import type { QueryNode } from './tree/nodes.ts';
import type { FieldDescription } from './wire.ts';

/** A statement's analysis: a query, or what is wrong with it. */
export interface StatementAnalysis {
  readonly query: AnalysedQuery | null;
  readonly diagnostics: readonly Diagnostic[];
  /** What the author should know; absent: nothing. */
  readonly warnings?: readonly Diagnostic[];
}

export interface StatementAnswer {
  readonly paramTypes: readonly number[];
  readonly fields: readonly FieldDescription[] | null;
  /** Null for a utility statement. */
  readonly query: QueryNode | null;
  /** Absent: it has no optional parts, or they are not asked for. */
  readonly optional?: OptionalAnalysis | null;
  /** What can be sent as arrays. */
  readonly arrays?: ArrayTypes;
}

export interface StatementOptions {
  /** Absent: it is not asked whose rows a query uses. */
  readonly scopes?: readonly OwnerScope[];
  /** Absent: it is not asked which shards a query uses. */
  readonly distribution?: Distribution;
  readonly texts: ReadonlyMap<string, string>;
  readonly lenientParameters: boolean;
  readonly facts: AnalysisOptions;
}

export function refuseStatement(
  statement: Statement,
  options: StatementOptions,
  problems: readonly StatementProblem[],
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
