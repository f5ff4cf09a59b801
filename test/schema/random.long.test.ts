import type { Client } from 'pg';
import { expect, test } from 'vitest';
import { diffSchemas } from '../../src/schema/diff.ts';
import { loadSchema } from '../../src/schema/load.ts';
import { normalizeAcrossVersions } from '../../src/schema/normalize-across-versions.ts';
import fc from '../support/fast-check.ts';
import { type Major, majors } from '../support/postgres.ts';
import { clientOn } from './support/databases.ts';
import { type RandomObject, randomSchema } from './support/random-schema.ts';

/** Any two majors, the objects of a rank in any order on the second, and one change there. */
const situation = fc.record({
  schema: randomSchema,
  here: fc.constantFrom(...majors),
  there: fc.constantFrom(...majors),
  order: fc.array(fc.nat({ max: 99 }), { minLength: 10, maxLength: 10 }),
  pick: fc.array(fc.nat(), { minLength: 3, maxLength: 3 }),
});

const ordered = (objects: readonly RandomObject[]) => objects.toSorted((a, b) => a.rank - b.rank);

test('a random schema is itself on every major, and one change is named exactly', async () => {
  const clients = new Map<Major, readonly [Client, Client]>();
  for (const major of majors) clients.set(major, [await clientOn(major), await clientOn(major)]);
  const fresh = async (major: Major, which: 0 | 1, objects: readonly RandomObject[]) => {
    const client = clients.get(major)?.[which];
    if (!client) throw new Error('no client');
    await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    await client.query(objects.map(({ sql }) => sql).join(';\n'));
    return client;
  };
  await fc.assert(
    fc.asyncProperty(situation, async ({ schema, here, there, order, pick }) => {
      const migrated = await fresh(here, 0, ordered(schema));
      const keyed = schema.map((object, at) => ({ object, key: order[at % order.length] ?? 0 }));
      const shuffled = keyed.toSorted((a, b) => a.key - b.key).map(({ object }) => object);
      const live = await fresh(there, 1, ordered(shuffled));
      const expected = { schema: await loadSchema(migrated), major: here };
      const differences = async () => {
        const found = { schema: await loadSchema(live), major: there };
        return diffSchemas(expected.schema, await normalizeAcrossVersions(migrated, expected, found));
      };
      expect(await differences()).toEqual([]);

      const changes = schema.flatMap((object) => object.changes);
      for (const number of pick) {
        const change = changes[number % changes.length];
        if (!change) continue;
        await live.query('BEGIN');
        try {
          await live.query(change.sql);
          const lines = (await differences()).map(({ change, kind, name }) => `${change} ${kind} ${name}`);
          expect(lines, change.sql).toEqual([change.found]);
        } finally {
          await live.query('ROLLBACK');
        }
      }
    }),
    { numRuns: Number(process.env.NODRIFT_RUNS ?? 12), interruptAfterTimeLimit: 45_000 },
  );
});
