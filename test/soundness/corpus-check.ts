import type { Client } from 'pg';
import { loadCatalog } from '../../src/analysis/catalog/load.ts';
import type { Facts } from '../../src/analysis/facts.ts';
import { columnFacts } from '../../src/analysis/nullability.ts';
import { readQuery } from '../../src/analysis/tree/read.ts';
import { describe } from '../../src/analysis/wire.ts';
import type { Rows } from './batch.ts';
import { type CorpusQuery, corpusQueries } from './corpus.ts';
import type { Seen } from './random.ts';
import { violations } from './violations.ts';

/** What came of one query of the corpus. */
export interface Checked {
  readonly query: CorpusQuery;
  /** `name? tags[?]`: for each column what is declared of it. */
  readonly columns: string;
  /** What is against it in the data; also that a query could not be run. */
  readonly wrong: readonly string[];
}

/** Holds the corpus's data against what is declared, on a database with its schema. */
export async function checkCorpus(
  client: Client,
  major: number,
  observe: (seen: Seen) => void = () => {},
): Promise<readonly Checked[]> {
  const queries = corpusQueries.filter(({ since }) => since <= major);
  const catalog = await loadCatalog(client, await systemRelations(client));
  const checked: Checked[] = [];
  const declared: Declared[] = [];
  await describe(
    client,
    queries.map(({ sql }) => sql),
    (answer, i) => {
      const query = queries[i];
      if (query === undefined) return;
      if (!answer.ok) {
        checked.push({ query, columns: '', wrong: [`${answer.error.message}: ${query.sql}`] });
        return;
      }
      const facts = columnFacts(readQuery(answer.tree ?? ''), catalog);
      const names = (answer.fields ?? []).map(({ name }) => name);
      if (facts.length !== names.length)
        checked.push({ query, columns: '', wrong: [`${facts.length} columns: ${query.sql}`] });
      else declared.push({ query, names, facts, params: answer.paramTypes.length, tree: answer.tree ?? '' });
    },
  );
  await client.query('SET debug_print_parse = off');
  for (const { query, names, facts, params, tree } of declared) {
    const columns = names.map((name, i) => name + written(facts[i])).join(' ');
    const { wrong, sets } = await wrongOn(client, query.sql, facts, params);
    observe({ catalog, tree, sets });
    checked.push({ query, columns, wrong });
  }
  return checked;
}

interface Declared {
  readonly query: CorpusQuery;
  readonly names: readonly string[];
  readonly facts: readonly Facts[];
  readonly params: number;
  readonly tree: string;
}

/** Those that the corpus names; information_schema's views lead to many others. */
async function systemRelations(client: Client): Promise<readonly number[]> {
  const { rows } = await client.query<{ oid: number }>(
    "SELECT oid::int4 AS oid FROM pg_class WHERE oid < 16384 AND relkind IN ('r', 'v')",
  );
  return rows.map(({ oid }) => oid);
}

function written(facts: Facts | undefined): string {
  if (facts === undefined) return '!';
  const element = facts.element === undefined ? '' : facts.element.nullable ? '[?]' : '[]';
  const dimensions = facts.dimensions === undefined ? '' : `{${facts.dimensions}}`;
  return `${facts.nullable ? '?' : ''}${element}${dimensions}`;
}

const tried: readonly (string | null)[] = ['1', null, 'a', '{1,2}', '{}', '{NULL}'];

async function wrongOn(
  client: Client,
  sql: string,
  facts: readonly Facts[],
  params: number,
): Promise<{ readonly wrong: readonly string[]; readonly sets: readonly Rows[] }> {
  const found: string[] = [];
  const sets: Rows[] = [];
  let ran = 0;
  for (const value of params === 0 ? [null] : tried) {
    await client.query('BEGIN');
    try {
      const { rows } = await client.query<(string | null)[]>({
        text: sql,
        values: Array.from({ length: params }, () => value),
        rowMode: 'array',
        types: { getTypeParser: () => (text: string) => text },
      });
      ran++;
      sets.push(rows);
      for (const { column, what } of violations(facts, rows))
        found.push(`column ${column + 1} ${what}: ${sql}`);
    } catch (error) {
      // A value that is none of the parameter's type.
      if (params === 0) found.push(`${error}: ${sql}`);
    } finally {
      await client.query('ROLLBACK');
    }
  }
  if (ran === 0 && params > 0) found.push(`never ran: ${sql}`);
  return { wrong: found, sets };
}
