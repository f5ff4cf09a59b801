import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseSchema, families } from '../../bench/scaling/families.ts';
import { costOf } from '../../bench/scaling/measure.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';

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
      for (const n of family.sizes) steps.push((await costOf(client, family, n)).steps);
      for (const [i, count] of steps.entries()) {
        const before = steps[i - 1];
        if (before !== undefined) expect(count / before).toBeLessThanOrEqual(4.4);
      }
    },
  );
});
