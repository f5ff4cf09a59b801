import { describe, expect, it } from 'vitest';
import { createDatabase, majors } from '../support/postgres.ts';
import { randomSeed } from '../support/random-seed.ts';
import { restOfTests, tested } from '../support/tested.ts';
import type { Outcome } from './outcome.ts';
import { checkRandomQueries } from './random.ts';

// By hand: NODRIFT_RANDOM_QUERIES=1000000 NODRIFT_RANDOM_SEED=7 npx vitest run test/soundness/random.test.ts
const given = process.env.NODRIFT_RANDOM_QUERIES;
const queries = Number(given ?? (restOfTests ? 20_000 : 400));
/** Few on the newest server alone, unless NODRIFT_RANDOM_QUERIES asks for more. */
const asked = restOfTests || given ? majors : tested(majors);
const QUERIES_PER_SCHEMA = 400;

/** Half of the queries on the newest server, the others spread over the older ones. */
const share = (major: number) => (major === 18 ? 0.5 : 0.5 / (majors.length - 1));

describe.each(asked)('random queries on PostgreSQL %i', (major) => {
  it(
    'never show NULL where it was ruled out',
    async () => {
      const database = await createDatabase(major);
      try {
        const schemas = Math.max(1, Math.round((queries * share(major)) / QUERIES_PER_SCHEMA));
        const per = Math.ceil((queries * share(major)) / schemas);
        const outcome = await checkRandomQueries({
          url: database.url,
          major,
          schemas,
          queries: per,
          seed: randomSeed + major,
        });
        console.log(`${summary(major, outcome)}\n  called nullable: ${reasons(outcome)}`);
        expect(outcome.wrong.map(report)).toEqual([]);
        // A generator that has lost its way would prove nothing.
        expect(outcome.refused).toBeLessThan(outcome.queries / 5);
        expect(outcome.shownNull).toBeGreaterThan(outcome.columns / 10);
        expect(outcome.seen / (outcome.seen + outcome.unshown)).toBeGreaterThan(0.75);
      } finally {
        await database.drop();
      }
    },
    10_000 + queries * 100,
  );
});

function summary(
  major: number,
  { queries, columns, proven, seen, shownNull, unshown, held, microseconds }: Outcome,
): string {
  const precision = ((100 * seen) / (seen + unshown)).toFixed(1);
  return (
    `PostgreSQL ${major}: ${queries} random queries, ${columns} columns: ${proven} proven never NULL (${seen} with rows), ${shownNull} shown NULL, ` +
    `${unshown} called nullable that never were (precision ${precision} %); ${(microseconds / queries).toFixed(0)} µs a query\n` +
    `  also held: ${Object.entries(held)
      .map(([claim, times]) => `${times} ${claim}`)
      .join(', ')}`
  );
}

/** Of the columns that were called nullable and never were: the ten most frequent kinds. */
function reasons(outcome: Outcome): string {
  const found = [...outcome.reasons].sort(([, a], [, b]) => b - a).slice(0, 10);
  return found.map(([kind, count]) => `${count} ${kind}`).join(', ');
}

function report({ what, sql, ddl, rows }: Outcome['wrong'][number]): string {
  return [what, sql, ...ddl, ...rows].join('\n');
}
