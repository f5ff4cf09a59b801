import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { runObserved } from '../../../src/database/migrations/observed-steps.ts';
import { usesOfNewValues } from '../../../src/impact/locks/new-enum-values.ts';
import { existingRelations, observeMigration } from '../../../src/impact/locks/observe.ts';
import { type LockDatabase, lockDatabase } from './support/lock-database.ts';

const schema = `CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE people (id int, m mood, t text DEFAULT 'glad');
  CREATE FUNCTION cheer() RETURNS void LANGUAGE plpgsql AS 'BEGIN END'`;
const add = "ALTER TYPE public.mood ADD VALUE IF NOT EXISTS 'glad' AFTER 'ok'";

let database: LockDatabase;
beforeAll(async () => {
  database = await lockDatabase(18);
});
beforeEach(() => database.reset(schema));
afterAll(() => database?.close());

/** `used < added`, with a star where both are in one transaction. */
async function uses(...scripts: readonly string[]): Promise<readonly string[]> {
  const existing = await existingRelations(database.client);
  const migrations = [];
  for (const [n, text] of scripts.entries()) {
    const observer = observeMigration(existing);
    await runObserved(database.client, text, 0, observer);
    migrations.push({ file: `${n + 1}`, text, sent: observer.sent });
  }
  return usesOfNewValues(migrations).map(
    ({ used, added, together, type, value }) => `${used} < ${added} ${type} ${value}${together ? ' *' : ''}`,
  );
}

/** What becomes of a script in one transaction where there are rows. */
async function withRows(script: string): Promise<string | null> {
  await database.reset(`${schema}; INSERT INTO people VALUES (1, 'sad')`);
  return database.client.query(script).then(
    () => null,
    (error: unknown) => (error instanceof Error ? String(Reflect.get(error, 'code')) : null),
  );
}

test.each([
  'UPDATE people SET m = t::mood',
  "UPDATE people SET m = CASE WHEN t = 'glad' THEN t::mood END",
  "INSERT INTO people SELECT 2, text 'glad'::mood FROM people",
  "DO $$BEGIN IF EXISTS (SELECT FROM people) THEN INSERT INTO people VALUES (3, 'glad'); END IF; END$$",
  "CREATE OR REPLACE FUNCTION cheer() RETURNS void LANGUAGE plpgsql AS 'BEGIN UPDATE people SET m = ''glad''; END'; SELECT cheer() FROM people",
])('%s is refused where there are rows, in the transaction that adds the value', async (use) => {
  const script = `${add};\n${use}`;
  expect(await withRows(script)).toBe('55P04');
  await database.reset(schema);
  // The first names it in a row only.
  expect(await uses(script)).toEqual(use.includes('glad') ? ['1:2 < 1:1 mood glad *'] : []);
});

test('what Postgres evaluates at once it refuses on empty tables too', async () => {
  const script = `${add}; INSERT INTO people VALUES (1, 'ok'); INSERT INTO people VALUES (2, 'glad')`;
  await expect(uses(script)).rejects.toThrow(/unsafe use of new value/);
});

test('a later migration, and one INSERT of several', async () => {
  const insert = "INSERT INTO people VALUES (1, 'ok');\nINSERT INTO people VALUES (2, 'glad')";
  expect(await uses(add, insert)).toEqual(['2:1 < 1:1 mood glad']);
});

test('not what is committed in between, or as new as its type', async () => {
  expect(await uses(`BEGIN; ${add}; COMMIT; UPDATE people SET m = 'glad'`)).toEqual(['1:1 < 1:1 mood glad']);
  await database.reset(schema);
  const created = "CREATE TYPE hue AS ENUM ('red'); ALTER TYPE hue ADD VALUE 'blue'; SELECT 'blue'::hue";
  expect(await uses(created)).toEqual([]);
  expect(await withRows(created)).toBe(null);
});
