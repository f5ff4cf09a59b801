import type { Client } from 'pg';
import type { AnalysedQuery } from '../../../src/analysis/analysed-query.ts';
import {
  array,
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
export function definitionOf({
  statement,
  params,
  optional,
  arrays = new Map(),
}: AnalysedQuery): QueryDefinition {
  const pieces = (cut: readonly Cut[]): readonly VaryingPiece[] =>
    cut.map((piece): VaryingPiece => {
      if (typeof piece !== 'object') return piece;
      if ('items' in piece) return { ...piece, items: piece.items.map(pieces) };
      const { needs, pieces: text, otherwise } = piece;
      return { needs, text: pieces(text), ...(otherwise && { otherwise: pieces(otherwise) }) };
    });
  const isArray = (i: number) => {
    const param = params[i];
    return param?.kind === 'scalar' && param.value.type.kind === 'array';
  };
  const { guarded = [], optional: missing = [], tested = [] } = optional ?? {};
  return {
    name: statement.name,
    file: statement.file,
    sql: statement.sql,
    params: statement.params.map(({ name, kind }, i) => {
      if (kind !== 'list') return { name, codec: isArray(i) ? array(text) : text };
      return arrays.has(i) ? { name, codec: list(int8) } : { name, list: int8 };
    }),
    columns: [],
    ...(optional?.pieces && {
      statement: varying({
        guarded,
        optional: missing,
        tested: tested.map(({ others, ...test }) => ({ ...test, ...(others !== null && { others }) })),
        text: pieces(withArrays(optional.pieces, statement.params, arrays) ?? []),
      }),
    }),
  };
}

/** The text that the analysis has tried for these values, or names; of parameters that are not given there are none. */
export function triedText(
  { statement, optional, arrays = new Map() }: AnalysedQuery,
  given: ReadonlyMap<string, string> | ReadonlySet<string>,
): string {
  const varied = new Set([...(optional?.guarded ?? []), ...(optional?.optional ?? [])]);
  const tested = new Map(optional?.tested.map(({ param, constants }) => [param, constants]));
  return sentText(
    withArrays(optional?.pieces ?? [], statement.params, arrays) ?? [],
    withArrayParams(statement.params, arrays),
    (index) => {
      const name = statement.params[index]?.name ?? '';
      const value = 'get' in given ? given.get(name) : given.has(name) ? name : undefined;
      const constants = tested.get(index);
      if (value === undefined) return varied.has(index) || constants !== undefined ? 0 : 1;
      return constants === undefined ? 1 : Math.max(1, constants.indexOf(value) + 2);
    },
  ).sql;
}

/** What a statement returns, in an order of its own if none is told; what it changes is undone. */
export async function resultOf(
  client: Client,
  sql: string,
  values: readonly unknown[] = [],
  isOrdered = false,
): Promise<readonly string[] | string> {
  await client.query('BEGIN');
  try {
    const { rows } = await client.query<unknown[]>({ text: sql, values: [...values], rowMode: 'array' });
    const found = rows.map((row) => JSON.stringify(row));
    return isOrdered ? found : found.sort();
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
