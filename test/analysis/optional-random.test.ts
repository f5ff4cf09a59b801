import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import type { statementOf } from '../../src/runtime/statement.ts';
import { readStatements } from '../../src/sql/read.ts';
import { Choices } from '../soundness/generate/choices.ts';
import { createDatabase } from '../support/postgres.ts';
import { randomNumbers, randomSeed } from '../support/random-seed.ts';
import { tested } from '../support/tested.ts';
import { randomStatement, schema } from './optional/generate.ts';
import { definitionOf, resultOf, subsets, triedText } from './optional/run.ts';

// By hand: NODRIFT_RANDOM_QUERIES=5000 NODRIFT_RANDOM_SEED=7 npx vitest run test/analysis/optional-random.test.ts
const count = Number(process.env.NODRIFT_RANDOM_QUERIES ?? 100);

/** Each text that is sent returns what the whole statement returns, with its guards written out, for the same parameters. */
describe.each(tested([14, 16, 18]))('random optional conditions on PostgreSQL %i', (major) => {
  it('change nothing else', { timeout: 60_000 + count * 1000 }, async () => {
    const database = await createDatabase(major, schema);
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const random = randomNumbers(randomSeed + major);
    const written = Array.from({ length: count }, () =>
      randomStatement(new Choices(Array.from({ length: 300 }, random))),
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
    const total = { analysed: 0, varying: 0, cut: 0, kept: 0, compared: 0 };
    const wrong: object[] = [];
    for (const query of analysis.queries) {
      const statement = written[Number(query.statement.name.slice(1))];
      if (statement === undefined) throw new Error(query.statement.name);
      const { sql, params, isOrdered, reference } = statement;
      const { optional } = query;
      total.analysed += 1;
      total.cut += optional?.conditions.filter(({ keptBecause }) => keptBecause === null).length ?? 0;
      total.kept += optional?.conditions.filter(({ keptBecause }) => keptBecause !== null).length ?? 0;
      if (!optional?.pieces) continue;
      total.varying += 1;
      const definition = definitionOf(query);
      const bind = (definition.statement as typeof statementOf)(definition);
      for (const some of subsets(params)) {
        const given = new Set(some.map(({ name }) => name));
        const values = Object.fromEntries(
          params.flatMap(({ name, type, value, isOptional }): [string, unknown][] => {
            if (!given.has(name)) return isOptional ? [] : [[name, null]];
            return [[name, type === 'int[]' ? (value.match(/\d+/g) ?? []) : value]];
          }),
        );
        const sent = bind(values);
        const [expected, found] = [
          await resultOf(client, reference(given), [], isOrdered),
          await resultOf(client, sent.text, sent.values, isOrdered),
        ];
        const known = new Map(params.flatMap(({ name, value }) => (given.has(name) ? [[name, value]] : [])));
        total.compared += 1;
        const isSame =
          JSON.stringify(expected) === JSON.stringify(found) && sent.text === triedText(query, known);
        if (!isSame) wrong.push({ sql, reference: reference(given), sent: sent.text, expected, found });
      }
    }
    await client.end();
    await database.drop();
    expect(wrong.slice(0, 3)).toEqual([]);
    // What is tried is worth it.
    expect(total.analysed).toBeGreaterThan(count * 0.8);
    expect(total.varying).toBeGreaterThan(count * 0.6);
    expect(total.cut).toBeGreaterThan(total.kept * 5);
    if (process.env.NODRIFT_RANDOM_QUERIES) console.info(total, analysis.diagnostics.slice(0, 5));
  });
});
