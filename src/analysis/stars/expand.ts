import type { Client } from 'pg';
import { type Replacement, sqlOffsetOfPosition, withReplacements } from '../../sql/postgres-text.ts';
import type { Statement } from '../../sql/statement.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { QueryNode } from '../tree/nodes.ts';
import { isUtility, readQueryAndPlaces } from '../tree/read.ts';
import { type DescribeResult, describe } from '../wire.ts';
import { starExpansions } from './expansions.ts';

/** A statement and what the server says of it. */
export interface DescribedStatement {
  readonly statement: Statement;
  readonly described: Extract<DescribeResult, { ok: true }>;
}

/** The same with its tree, for whoever asks next; null where it was not read. */
export interface ReadStatement extends DescribedStatement {
  readonly query: QueryNode | null;
}

interface Attempt {
  readonly index: number;
  readonly original: ReadStatement;
  readonly expansions: readonly Replacement[];
}

/**
 * Puts the columns in the places of the stars, so that a statement returns the same columns in the same order on every
 * database that has them. The server analyses each new text: where its tree is another one, the statement is left as it
 * is; where it refuses an expansion, that star is left.
 * @param pause called after each statement; what it returns is waited for
 * @returns the statements, in order
 * @throws Failure 3 if the connection is lost
 */
export async function expandStars(
  client: Client,
  statements: readonly DescribedStatement[],
  catalog: Catalog,
  pause: () => Promise<void> | undefined,
): Promise<readonly ReadStatement[]> {
  const results: ReadStatement[] = [];
  let attempts: Attempt[] = [];
  for (const [index, described] of statements.entries()) {
    const { query, expansions } = proposedFor(described, catalog);
    const original = { ...described, query };
    results.push(original);
    if (expansions.length > 0) attempts.push({ index, original, expansions });
    await pause();
  }
  while (attempts.length > 0) {
    const expanded = attempts.map(({ original, expansions }) =>
      withReplacements(original.statement, expansions),
    );
    const again: Attempt[] = [];
    await describe(
      client,
      expanded.map(({ sql }) => sql),
      (described, i) => {
        const [attempt, statement] = [attempts[i], expanded[i]];
        if (attempt === undefined || statement === undefined) return undefined;
        if (!described.ok) {
          const fewer = withoutRefused(attempt, statement.sql, described.error.position);
          if (fewer.length > 0) again.push({ ...attempt, expansions: fewer });
        } else if (meansTheSame(attempt.original.described, described)) {
          results[attempt.index] = { statement, described, query: attempt.original.query };
        }
        return pause();
      },
    );
    attempts = again;
  }
  return results;
}

function proposedFor(
  { statement, described }: DescribedStatement,
  catalog: Catalog,
): { readonly query: QueryNode | null; readonly expansions: readonly Replacement[] } {
  const tree = described.tree ?? '';
  if (isUtility(tree)) return { query: null, expansions: [] };
  try {
    const { query, places } = readQueryAndPlaces(tree);
    return { query, expansions: starExpansions(statement.sql, query, places, catalog) };
  } catch {
    // A tree that cannot be read is reported where the statement is analysed.
    return { query: null, expansions: [] };
  }
}

/** The expansions but the one that an error is about; none where it is about something else. */
function withoutRefused(
  { original, expansions }: Attempt,
  sql: string,
  position: number | null,
): readonly Replacement[] {
  if (position === null) return [];
  const offset = sqlOffsetOfPosition(sql, position);
  const refused = expansions.findIndex((_, i) => {
    const upTo = withReplacements(original.statement, expansions.slice(0, i + 1)).sql.length;
    const rest = original.statement.sql.length - (expansions[i]?.end ?? 0);
    return offset < upTo - rest;
  });
  return refused === -1 ? [] : expansions.toSpliced(refused, 1);
}

function meansTheSame(one: DescribedStatement['described'], other: DescribedStatement['described']): boolean {
  return (
    JSON.stringify([one.paramTypes, one.fields]) === JSON.stringify([other.paramTypes, other.fields]) &&
    withoutPlaces(one.tree ?? '') === withoutPlaces(other.tree ?? '')
  );
}

/** The node text without what the statement's length and the server's line breaks make different. */
function withoutPlaces(tree: string): string {
  return tree.replaceAll('\n', ' ').replaceAll(/ :(?:\w*location|stmt_len|list_start|list_end) -?\d+/g, '');
}
