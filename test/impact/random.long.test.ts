import { expect, test } from 'vitest';
import { type Major, postgresUrl } from '../support/postgres.ts';
import { randomSeed } from '../support/random-seed.ts';
import { checkRandomMigrations, type Outcome } from './random/check.ts';

// By hand: NODRIFT_RANDOM_MIGRATIONS=20000 NODRIFT_RANDOM_MAJOR=14 npx vitest run --mode rest test/impact/random.long.test.ts
const migrations = Number(process.env.NODRIFT_RANDOM_MIGRATIONS ?? 20);
const major = Number(process.env.NODRIFT_RANDOM_MAJOR ?? 18) as Major;

test(
  'no call of an old module on a new schema refutes what impact says of it',
  async () => {
    const outcome = await checkRandomMigrations({
      server: postgresUrl(major),
      migrations,
      seed: randomSeed + major,
    });
    console.log(summary(outcome));
    const ofEachKind = [...new Map(outcome.refuted.map((found) => [found.kind, found])).values()];
    expect(ofEachKind.map(({ seed, round, text }) => `seed ${seed}, round ${round}: ${text}`)).toEqual([]);
    // A generator that has lost its way would prove nothing; of a few migrations chance decides.
    if (outcome.migrations < 200) return;
    expect(outcome.refused).toBeLessThan(outcome.migrations * 0.4);
    expect(outcome.failures).toBeGreaterThan(outcome.calls / 50);
  },
  120_000 + migrations * 1000,
);

function summary({ migrations: all, refused, calls, failures, kinds, refuted }: Outcome): string {
  const lines = [...kinds].sort().map(([kind, { applied, failing }]) => `${kind} ${failing}/${applied}`);
  const wrong = new Map<string, number>();
  for (const { kind } of refuted) wrong.set(kind, (wrong.get(kind) ?? 0) + 1);
  return `PostgreSQL ${major}: ${all} migrations, ${refused} refused, ${calls} calls, ${failures} failed after; ${refuted.length} refuted: ${[...wrong].map(([kind, n]) => `${n} ${kind}`).join(', ')}\n  failing/applied: ${lines.join(', ')}`;
}
