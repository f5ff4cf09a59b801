import type { Client } from 'pg';
import { loadCatalog } from '../../src/analysis/catalog/load.ts';
import type { Facts } from '../../src/analysis/facts.ts';
import { columnFacts } from '../../src/analysis/nullability.ts';
import { readQuery } from '../../src/analysis/tree/read.ts';
import { describe } from '../../src/analysis/wire.ts';
import { type Run, runAll } from './batch.ts';
import { contradiction } from './contradiction.ts';
import { type CorpusQuery, corpusQueries } from './corpus.ts';
import { type Declared, declare } from './declared.ts';
import type { Seen } from './random.ts';

/** What came of one query of the corpus. */
export interface Checked {
  readonly query: CorpusQuery;
  /** `name? tags[?]`: for each column what is declared of it; then the same for each kind of rows. */
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
  const described: Known[] = [];
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
      const tree = readQuery(answer.tree ?? '');
      const names = (answer.fields ?? []).map(({ name }) => name);
      const params = answer.paramTypes.length;
      const known = declare(tree, catalog, params);
      if (known.columns.facts.length !== names.length)
        checked.push({ query, columns: '', wrong: [`${known.columns.facts.length} columns: ${query.sql}`] });
      else
        described.push({
          query,
          names,
          proven: columnFacts(tree, catalog),
          known,
          params,
          tree: answer.tree ?? '',
        });
    },
  );
  await client.query('SET debug_print_parse = off');
  for (const { query, names, proven, known, params, tree } of described) {
    const columns = writtenColumns(names, proven) + writtenKinds(names, known);
    const { wrong, runs } = await wrongOn(client, query.sql, known, params);
    observe({ catalog, tree, runs });
    checked.push({ query, columns, wrong });
  }
  return checked;
}

interface Known {
  readonly query: CorpusQuery;
  readonly names: readonly string[];
  /** Of NULL and of elements alone, as the expected files have it. */
  readonly proven: readonly Facts[];
  readonly known: Declared;
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

function writtenColumns(names: readonly string[], facts: readonly Facts[]): string {
  return names.map((name, i) => name + written(facts[i])).join(' ');
}

/** ` | kind=card: id last4 till=null | ...` */
function writtenKinds(names: readonly string[], { columns: { kinds } }: Declared): string {
  return [...(kinds?.values ?? [])]
    .map(([value, { facts }]) => {
      const others = names.flatMap((name, i) =>
        i === kinds?.column
          ? []
          : facts[i]?.literals?.length === 0
            ? `${name}=null`
            : name + written(facts[i]),
      );
      return ` | ${names[kinds?.column ?? 0]}=${value}: ${others.join(' ')}`;
    })
    .join('');
}

function written(facts: Facts | undefined): string {
  if (facts === undefined) return '!';
  const { element, fields } = facts;
  const inside = element === undefined ? '' : `[${written(element)}]`;
  const dimensions = facts.dimensions === undefined ? '' : `{${facts.dimensions}}`;
  const row = fields === undefined ? '' : `(${fields.map((field) => written(field.facts) || '!').join('')})`;
  return `${facts.nullable ? '?' : ''}${inside}${dimensions}${row}`;
}

const tried: readonly (string | null)[] = ['1', null, 'a', '{1,2}', '{}', '{NULL}', '-1', '{"a":1}'];

async function wrongOn(
  client: Client,
  sql: string,
  known: Declared,
  params: number,
): Promise<{ readonly wrong: readonly string[]; readonly runs: readonly Run[] }> {
  const sets = params === 0 ? [[]] : tried.map((value) => Array.from({ length: params }, () => value));
  const jobs = sets.map((values) => ({ sql, values }));
  const runs = await runAll(client, jobs, known.readOnly === true);
  const wrong = runs.flatMap((run) => contradiction(known, run) ?? []);
  // A value may be none of the parameter's type.
  if (runs.every(({ rows }) => rows === null)) wrong.push(`never ran: ${runs[0]?.error?.message}`);
  return { wrong: wrong.map((what) => `${what}: ${sql}`), runs };
}
