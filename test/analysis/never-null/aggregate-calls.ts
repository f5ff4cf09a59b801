import type { Client } from 'pg';
import type { Called } from './calls.ts';
import type { AggregateRule } from './families.ts';
import { argumentLists } from './inputs.ts';
import type { Candidate } from './select.ts';

const MOST = 40;

/** Aggregates one row of values that are not NULL, for many values; or none at all, where that may not matter. */
export async function aggregateOften(client: Client, candidate: Candidate<AggregateRule>): Promise<Called> {
  const calls = callsOf(candidate);
  const { rows } = await client.query<{ call: string; result: string }>(
    'SELECT call, is_null(call) AS result FROM unnest($1::text[]) call',
    [calls],
  );
  return {
    answered: rows.filter(({ result }) => result !== 'error').length,
    nullFor: rows.find(({ result }) => result === 'true')?.call ?? null,
  };
}

function callsOf(candidate: Candidate<AggregateRule>): readonly string[] {
  const { rule, argumentTypes } = candidate;
  const lists = argumentTypes.length === 0 ? [[]] : argumentLists(argumentTypes).slice(0, MOST);
  const rows = rule === 'always' ? ['WHERE false', ''] : [''];
  const withNulls =
    rule === 'rows' ? lists.map((args) => args.map((arg) => arg.replace(/^.*(?=::)/s, 'NULL'))) : [];
  return [...lists, ...withNulls].flatMap((args) =>
    rows.map((where) => `SELECT num_nulls(${callText(candidate, args)}) > 0 FROM (SELECT 1) one ${where}`),
  );
}

// Hypothetical-set and ordered-set aggregates: the last argument is what is ordered by.
const hypothetical = new Set(['rank', 'dense_rank', 'percent_rank', 'cume_dist']);
const ordered = new Set(['percentile_cont', 'percentile_disc', 'mode']);

function callText({ schema, name }: Candidate<AggregateRule>, args: readonly string[]): string {
  if (hypothetical.has(name)) return `pg_catalog.${name}(1) WITHIN GROUP (ORDER BY 2)`;
  if (ordered.has(name)) {
    return `pg_catalog.${name}(${args.slice(0, -1).join(', ')}) WITHIN GROUP (ORDER BY ${args.at(-1)})`;
  }
  return `${schema}.${name}(${args.length === 0 ? '*' : args.join(', ')})`;
}
