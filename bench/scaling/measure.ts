import type { Client } from 'pg';
import { analyseStatement, readTree } from '../../src/analysis/analyse-statement.ts';
import { loadCatalog } from '../../src/analysis/catalog/load.ts';
import { everything } from '../../src/analysis/options.ts';
import { countSteps } from '../../src/analysis/steps.ts';
import { type DescribeResult, describe } from '../../src/analysis/wire.ts';
import type { Statement } from '../../src/sql/statement.ts';
import type { Family } from './families.ts';

/** What the whole analysis of a statement cost, without what the server took. */
export interface Cost {
  readonly n: number;
  readonly steps: number;
  /** Milliseconds of CPU, of the first analysis in this process. */
  readonly cpu: number;
}

/**
 * Analyses a family's statement of one size, in a transaction that is rolled back.
 *
 * @param client to a database with `baseSchema`
 */
export async function costOf(client: Client, family: Family, n: number): Promise<Cost> {
  await client.query('BEGIN');
  try {
    if (family.schema !== undefined) await client.query(family.schema(n));
    const catalog = await loadCatalog(client, [], true);
    const found: DescribeResult[] = [];
    await describe(client, [family.sql(n)], (described) => {
      found.push(described);
    });
    await client.query('SET debug_print_parse = off');
    const [described] = found;
    if (!described?.ok) throw new Error(`${family.name}: ${described?.error.message ?? 'nothing described'}`);
    const options = { texts: new Map<string, string>(), lenientParameters: false, facts: everything };
    const before = process.cpuUsage();
    const { steps } = countSteps(
      () =>
        analyseStatement(
          catalog,
          statementOf(family.sql(n)),
          { ...described, query: readTree(described.tree) },
          options,
        ),
      Number.POSITIVE_INFINITY,
    );
    const { user, system } = process.cpuUsage(before);
    return { n, steps, cpu: (user + system) / 1000 };
  } finally {
    await client.query('ROLLBACK');
  }
}

function statementOf(sql: string): Statement {
  return {
    name: 'Scaled',
    file: 'scaled.sql',
    offset: 0,
    line: 1,
    column: 1,
    command: null,
    documentation: '',
    body: sql,
    sql,
    copied: [],
    params: [],
    parts: [sql],
  };
}
