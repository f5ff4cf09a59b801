import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import { EmptyUpdateError } from '../../src/runtime/index.ts';
import type { statementOf } from '../../src/runtime/statement.ts';
import { readStatements } from '../../src/sql/read.ts';
import { Choices } from '../soundness/generate/choices.ts';
import { createDatabase } from '../support/postgres.ts';
import { randomNumbers, randomSeed } from '../support/random-seed.ts';
import { tested } from '../support/tested.ts';
import { randomWrite, schema } from './optional/generate-updates.ts';
import { definitionOf, subsets, triedText } from './optional/run.ts';

// By hand: NODRIFT_RANDOM_QUERIES=2000 NODRIFT_RANDOM_SEED=7 npx vitest run test/analysis/optional-updates-random.long.test.ts
const count = Number(process.env.NODRIFT_RANDOM_QUERIES ?? 60);

/** What a statement returns and leaves in the tables, or how it fails. */
async function effectOf(client: Client, sql: string, values: readonly unknown[]): Promise<string> {
  await client.query('BEGIN');
  try {
    await client.query("SELECT setval('p_i_seq', 1)");
    const { rows } = await client.query({ text: sql, values: [...values] });
    const left = await client.query(
      'SELECT p.*, (SELECT json_agg(q ORDER BY id) FROM q) AS q FROM p ORDER BY id',
    );
    return JSON.stringify([rows.map((row) => JSON.stringify(row)).sort(), left.rows]);
  } catch (error) {
    // What the statement is wrong in is never the data.
    const { code = '' } = error as { code?: string };
    return code.startsWith('42') ? String(error) : code;
  } finally {
    await client.query('ROLLBACK');
  }
}

/** Each text that is sent does to the tables what the statement does that one would write by hand. */
describe.each(tested([14, 16, 18]))('random writes on PostgreSQL %i', (major) => {
  it('write the same', { timeout: 60_000 + count * 1000 }, async () => {
    const database = await createDatabase(major, schema);
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const random = randomNumbers(randomSeed + major);
    const written = Array.from({ length: count }, () =>
      randomWrite(new Choices(Array.from({ length: 300 }, random)), major >= 15),
    );
    const text = written
      .map(({ sql, params }, i) => {
        const names = params.filter(({ isOptional }) => isOptional).map(({ name }) => name);
        return `/* @name Q${i}${names.length > 0 ? ` @optional ${names.join(', ')}` : ''} */\n${sql};\n`;
      })
      .join('\n');
    const { statements, diagnostics } = readStatements('q.sql', text);
    expect(diagnostics).toEqual([]);
    const texts = new Map([['q.sql', text]]);
    const analysis = await analyse(client, statements, { texts, lenientParameters: false });
    const total = { analysed: 0, varying: 0, compared: 0, failed: 0, empty: 0 };
    const wrong: object[] = [];
    for (const query of analysis.queries) {
      const statement = written[Number(query.statement.name.slice(1))];
      if (statement === undefined) throw new Error(query.statement.name);
      const { sql, params, reference } = statement;
      total.analysed += 1;
      if (!query.optional?.pieces) continue;
      total.varying += 1;
      const definition = definitionOf(query);
      const bind = (definition.statement as typeof statementOf)(definition);
      const always = params.filter(({ isOptional }) => !isOptional);
      for (const some of subsets(params.filter(({ isOptional }) => isOptional))) {
        const given = new Set([...always, ...some].map(({ name }) => name));
        const values = Object.fromEntries([...always, ...some].map(({ name, value }) => [name, value]));
        const byHand = reference(given);
        if (byHand === null) {
          total.empty += 1;
          expect(() => bind(values)).toThrow(EmptyUpdateError);
          continue;
        }
        const sent = bind(values);
        const known = new Map([...given].map((name) => [name, values[name] ?? '']));
        const expected = await effectOf(client, byHand, []);
        const found = await effectOf(client, sent.text, sent.values);
        total.compared += 1;
        if (expected.length < 10) total.failed += 1;
        if (expected !== found || sent.text !== triedText(query, known)) {
          wrong.push({ sql, byHand, sent: sent.text, values, expected, found });
        }
      }
    }
    await client.end();
    await database.drop();
    if (process.env.NODRIFT_RANDOM_QUERIES) {
      console.info(
        total,
        analysis.diagnostics.slice(0, 9).map(({ message, excerpt }) => `${message}\n${excerpt}`),
      );
    }
    expect(wrong.slice(0, 3)).toEqual([]);
    // What is tried is worth it.
    expect(total.analysed).toBeGreaterThan(count * 0.8);
    expect(total.varying).toBeGreaterThan(count * 0.6);
    expect(total.failed).toBeLessThan(total.compared * 0.4);
    expect(total.empty).toBeGreaterThan(0);
  });
});
