import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseSchema, type Family, families } from '../../bench/scaling/families.ts';
import { everything } from '../../src/analysis/asked.ts';
import { loadCatalog } from '../../src/analysis/catalog/load.ts';
import { countSteps } from '../../src/analysis/steps.ts';
import { toQuery } from '../../src/analysis/to-query.ts';
import { type Described, describe as describeStatements } from '../../src/analysis/wire.ts';
import type { Statement } from '../../src/syntax/statement.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';

function scaled(sql: string): Statement {
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

/** The steps that the whole analysis of a statement takes. */
async function stepsOf(client: Client, family: Family, n: number): Promise<number> {
  await client.query('BEGIN');
  try {
    if (family.schema !== undefined) await client.query(family.schema(n));
    const catalog = await loadCatalog(client, [], true);
    const found: Described[] = [];
    await describeStatements(client, [family.sql(n)], (described) => found.push(described));
    await client.query('SET debug_print_parse = off');
    const [described] = found;
    if (!described?.ok) throw new Error(described?.error.message ?? 'nothing was described');
    const statement = scaled(family.sql(n));
    const { steps } = countSteps(
      () =>
        toQuery(catalog, statement, described, {
          texts: new Map(),
          lenientParameters: false,
          asked: everything,
        }),
      Number.POSITIVE_INFINITY,
    );
    return steps;
  } finally {
    await client.query('ROLLBACK');
  }
}

describe('the steps of an analysis', () => {
  let client: Client;
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase(18, baseSchema);
    client = new Client({ connectionString: database.url });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });
  it.each(families.map((family) => [family.name, family] as const))(
    'grow at most quadratically: %s',
    async (_, family) => {
      const steps: number[] = [];
      for (const n of family.sizes) steps.push(await stepsOf(client, family, n));
      for (const [i, count] of steps.entries()) {
        const before = steps[i - 1];
        if (before !== undefined) expect(count / before).toBeLessThanOrEqual(4.4);
      }
    },
  );
});
