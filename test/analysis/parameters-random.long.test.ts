import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { loadCatalog } from '../../src/analysis/catalog/load.ts';
import { type ParameterFacts, parameterFacts } from '../../src/analysis/parameters.ts';
import { readQuery } from '../../src/analysis/tree/read.ts';
import { describe as describeStatements } from '../../src/analysis/wire.ts';
import { Choices } from '../soundness/generate/choices.ts';
import { createDatabase } from '../support/postgres.ts';
import { randomNumbers, randomSeed } from '../support/random-seed.ts';
import { generator, PARAMETERS, schema } from './parameters-random/generate.ts';
import { type Found, left, runner } from './parameters-random/run.ts';

// By hand: NODRIFT_RANDOM_QUERIES=50000 NODRIFT_RANDOM_SEED=7 npx vitest run --mode rest
// test/analysis/parameters-random.long.test.ts
const statements = Number(process.env.NODRIFT_RANDOM_QUERIES ?? 600);
const BATCH = 200;

/**
 * What a parameter's type omits is tried: with it a statement returns no row and changes none, or fails, or does what it
 * does with something that the type takes.
 */
describe.each([14, 18] as const)('values that parameters do not take, on PostgreSQL %i', (major) => {
  it('mean nothing', { timeout: 60_000 + statements * 200 }, async () => {
    const database = await createDatabase(major, schema);
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const random = randomNumbers(randomSeed + major);
    const total = { statements: 0, refused: 0, tried: 0, nullable: 0, nullableForRows: 0, lists: 0 };
    const wrong: Found[] = [];
    try {
      const catalog = await loadCatalog(client, []);
      const run = await runner(client, random);
      for (let done = 0; done < statements && wrong.length < 5; done += BATCH) {
        const made = Array.from({ length: BATCH }, () => {
          const numbers = Array.from({ length: 120 }, () => random() % 10_000);
          return numbered(generator(new Choices(numbers), major)());
        });
        const facts: (readonly ParameterFacts[] | null)[] = [];
        await describeStatements(
          client,
          made.map(({ sql }) => sql),
          (answer) =>
            facts.push(
              answer.ok && answer.tree !== null
                ? parameterFacts(readQuery(answer.tree), catalog, answer.paramTypes.length)
                : null,
            ),
        );
        await client.query('SET debug_print_parse = off');
        for (const [i, { sql, types }] of made.entries()) {
          const known = facts[i];
          if (known === undefined || known === null) {
            total.refused++;
            continue;
          }
          total.statements++;
          for (const [at, { facts: declared }] of known.entries()) {
            if (declared.nullable) total.nullable++;
            if (declared.literals !== undefined) total.lists++;
            total.tried += left(types[at] ?? 'int', declared).length;
          }
          const found = await run(
            sql,
            types,
            known.map(({ facts: declared }) => declared),
          );
          total.nullableForRows += found.nullableForRows;
          wrong.push(...found.wrong);
        }
      }
    } finally {
      await client.end();
      await database.drop();
    }
    console.log(`PostgreSQL ${major}: ${JSON.stringify(total)}`);
    expect(wrong).toEqual([]);
    // A generator that has lost its way would prove nothing.
    expect(total.refused).toBeLessThan(total.statements);
    expect(total.tried).toBeGreaterThan(total.statements / 4);
    expect(total.lists).toBeGreaterThan(total.statements / 20);
  });
});

/** Numbers the parameters that a statement has. */
function numbered(drawn: string): {
  readonly sql: string;
  readonly types: readonly (typeof PARAMETERS)[number][];
} {
  const numbers = new Map<number, number>();
  const types: (typeof PARAMETERS)[number][] = [];
  const sql = drawn.replace(/\$(\d)/g, (_, digit: string) => {
    const known = numbers.get(Number(digit)) ?? types.push(PARAMETERS[Number(digit) - 1] ?? 'int');
    numbers.set(Number(digit), known);
    return `$${known}`;
  });
  return { sql, types };
}
