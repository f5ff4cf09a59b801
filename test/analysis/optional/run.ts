import type { Client } from 'pg';
import type { AnalysedQuery } from '../../../src/analysis/analysed-query.ts';
import {
  int8,
  list,
  type QueryDefinition,
  text,
  type VaryingPiece,
  varying,
} from '../../../src/runtime/index.ts';
import { withArrayParams, withArrays } from '../../../src/sql/arrays.ts';
import { type Piece as Cut, sentText } from '../../../src/sql/pieces.ts';

/** A query as its module has it, with every value as text. */
export function definitionOf({ statement, optional, arrays = new Map() }: AnalysedQuery): QueryDefinition {
  const pieces = (cut: readonly Cut[]): readonly VaryingPiece[] =>
    cut.map((piece): VaryingPiece => {
      if (typeof piece !== 'object') return piece;
      if ('items' in piece) return { items: piece.items.map(pieces), required: true };
      const { needs, pieces: text, otherwise } = piece;
      return { needs, text: pieces(text), ...(otherwise && { otherwise: pieces(otherwise) }) };
    });
  const { guarded = [], optional: missing = [] } = optional ?? {};
  return {
    name: statement.name,
    file: statement.file,
    sql: statement.sql,
    params: statement.params.map(({ name, kind }, i) => {
      if (kind !== 'list') return { name, codec: text };
      return arrays.has(i) ? { name, codec: list(int8) } : { name, list: int8 };
    }),
    columns: [],
    ...(optional?.pieces && {
      statement: varying({
        guarded,
        optional: missing,
        text: pieces(withArrays(optional.pieces, arrays) ?? []),
      }),
    }),
  };
}

/** The text that the analysis has tried for these parameters. */
export function triedText(
  { statement, optional, arrays = new Map() }: AnalysedQuery,
  given: ReadonlySet<string>,
): string {
  const canBeLeftOut = new Set([...(optional?.guarded ?? []), ...(optional?.optional ?? [])]);
  return sentText(
    withArrays(optional?.pieces ?? [], arrays) ?? [],
    withArrayParams(statement.params, arrays),
    (index) => !canBeLeftOut.has(index) || given.has(statement.params[index]?.name ?? ''),
  ).sql;
}

/** What a statement returns, in an order of its own; what it changes is undone. */
export async function resultOf(
  client: Client,
  sql: string,
  values: readonly unknown[] = [],
): Promise<readonly string[] | string> {
  await client.query('BEGIN');
  try {
    const { rows } = await client.query<unknown[]>({ text: sql, values: [...values], rowMode: 'array' });
    return rows.map((row) => JSON.stringify(row)).sort();
  } catch (error) {
    return String(error);
  } finally {
    await client.query('ROLLBACK');
  }
}

/** All subsets of a list. */
export function subsets<T>(list: readonly T[]): readonly (readonly T[])[] {
  const all: (readonly T[])[] = [[]];
  for (const one of list) all.push(...all.map((set) => [...set, one]));
  return all;
}
