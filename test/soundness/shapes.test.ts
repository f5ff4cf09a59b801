import { Client, DatabaseError } from 'pg';
import { describe, expect, it } from 'vitest';
import { loadCatalog } from '../../src/analysis/catalog/load.ts';
import { jsonShapes } from '../../src/analysis/json-shape.ts';
import { type ResultLiterals, resultLiterals } from '../../src/analysis/literals.ts';
import type { Violations } from '../../src/analysis/query.ts';
import { readQuery } from '../../src/analysis/tree/read.ts';
import type { Json } from '../../src/analysis/type.ts';
import { violations } from '../../src/analysis/violations.ts';
import { describe as describeStatements } from '../../src/analysis/wire.ts';
import { fits } from '../support/json-fits.ts';
import { createDatabase } from '../support/postgres.ts';
import { isNamed } from '../support/violation-named.ts';
import { corpusQueries, corpusSchema } from './corpus.ts';

interface Declared {
  readonly sql: string;
  readonly params: number;
  readonly literals: readonly ResultLiterals[];
  readonly shapes: readonly (Json | null)[];
  readonly violations: Violations;
}

const tried: readonly (string | null)[] = ['1', null, 'a', '{1,2}', '{}', '{NULL}', '-1', '{"a":1}'];

describe.each([14, 18] as const)(
  'literals, JSON and violations over the corpus, on PostgreSQL %i',
  (major) => {
    it('are never contradicted by what is delivered', { timeout: 120_000 }, async () => {
      const database = await createDatabase(major, corpusSchema);
      const client = new Client({ connectionString: database.url });
      await client.connect();
      try {
        const declared = await declare(client, major);
        expect(declared.length).toBeGreaterThan(300);
        expect(
          declared.flatMap(({ shapes }) => shapes.filter((shape) => shape !== null)).length,
        ).toBeGreaterThan(5);
        const wrong: string[] = [];
        for (const one of declared) wrong.push(...(await wrongOn(client, one)));
        expect(wrong).toEqual([]);
      } finally {
        await client.end();
        await database.drop();
      }
    });
  },
);

async function declare(client: Client, major: number): Promise<readonly Declared[]> {
  const queries = corpusQueries.filter(({ since }) => since <= major);
  const catalog = await loadCatalog(client, []);
  const declared: Declared[] = [];
  await describeStatements(
    client,
    queries.map(({ sql }) => sql),
    (answer, i) => {
      const sql = queries[i]?.sql ?? '';
      if (!answer.ok) return;
      const tree = readQuery(answer.tree ?? '');
      declared.push({
        sql,
        params: answer.paramTypes.length,
        literals: resultLiterals(tree, catalog),
        shapes: jsonShapes(tree, catalog),
        violations: violations(tree, catalog),
      });
    },
  );
  await client.query('SET debug_print_parse = off');
  return declared;
}

async function wrongOn(client: Client, one: Declared): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const value of one.params === 0 ? [null] : tried) {
    await client.query('BEGIN');
    try {
      const { rows } = await client.query<unknown[]>({
        text: one.sql,
        values: Array.from({ length: one.params }, () => value),
        rowMode: 'array',
      });
      await client.query('SET CONSTRAINTS ALL IMMEDIATE');
      for (const row of rows) wrong.push(...contradictions(row, one));
    } catch (error) {
      if (error instanceof DatabaseError && !isNamed(error, one.violations))
        wrong.push(`${error.message} (${error.code}): ${one.sql}`);
    } finally {
      await client.query('ROLLBACK');
    }
  }
  return wrong;
}

function contradictions(row: readonly unknown[], { sql, literals, shapes }: Declared): readonly string[] {
  return row.flatMap((value, i) => {
    if (value === null) return [];
    const { own, element } = literals[i] ?? { own: null, element: null };
    const shape = shapes[i] ?? null;
    const found: string[] = [];
    const column = `column ${i + 1}`;
    if (own !== null && !own.some((literal) => literal === value))
      found.push(`${column} is ${value}: ${sql}`);
    if (element !== null && Array.isArray(value)) {
      const outside = value.flat(9).filter((part) => part !== null && !element.includes(part));
      if (outside.length > 0) found.push(`${column} has ${outside}: ${sql}`);
    }
    if (shape !== null && !fits(value, shape)) found.push(`${column} is ${JSON.stringify(value)}: ${sql}`);
    return found;
  });
}
