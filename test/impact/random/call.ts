import type { Client } from 'pg';
import type { AnalysedQuery } from '../../../src/analysis/analysed-query.ts';
import { isAllowed } from './values.ts';

/** What came of one call of a generated function. */
export type Called =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly error: string };

/** A function of a generated module. */
export type QueryFunction = (connection: unknown, params: unknown) => Promise<unknown>;

/**
 * Calls it, in a transaction that is rolled back if it writes, checks deferred constraints too, and holds what it
 * returns against the types that it was generated with.
 */
export async function call(
  client: Client,
  query: AnalysedQuery,
  run: QueryFunction,
  params: unknown,
): Promise<Called> {
  try {
    const result =
      query.readOnly === true ? await run(unprepared(client), params) : await undone(client, run, params);
    const wrong = misfit(query, result);
    return wrong === null ? { ok: true, result } : { ok: false, error: wrong };
  } catch (error) {
    return { ok: false, error: describeError(error) };
  }
}

async function undone(client: Client, run: QueryFunction, params: unknown): Promise<unknown> {
  await client.query('BEGIN');
  try {
    const result = await run(unprepared(client), params);
    await client.query('SET CONSTRAINTS ALL IMMEDIATE; ROLLBACK');
    return result;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

/** A connection that keeps no plans from before a migration. */
function unprepared(client: Client) {
  return {
    query: ({
      name: _,
      ...config
    }: {
      name?: string;
      text: string;
      values: (string | Uint8Array | null)[];
    }) => client.query(config as { text: string; values: unknown[] }),
  };
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : error;
  const code: unknown = Reflect.get(cause, 'code');
  return `${error.name} ${typeof code === 'string' ? code : ''} ${cause.message}`;
}

function misfit({ columns }: AnalysedQuery, result: unknown): string | null {
  const rows: readonly unknown[] = Array.isArray(result)
    ? result
    : result !== null && typeof result === 'object'
      ? [result]
      : [];
  for (const row of rows) {
    for (const { name, value } of columns) {
      const found: unknown = typeof row === 'object' && row !== null ? Reflect.get(row, name) : undefined;
      if (!isAllowed(found, value))
        return `${name} holds ${JSON.stringify(found, (_, one) => (typeof one === 'bigint' ? `${one}n` : one))}, which its type does not allow`;
    }
  }
  return null;
}
