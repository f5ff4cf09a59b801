import { citext } from '@electric-sql/pglite/contrib/citext';
import { hstore } from '@electric-sql/pglite/contrib/hstore';
import { ltree } from '@electric-sql/pglite/contrib/ltree';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { knownTypes } from '../src/built-in-types.ts';
import { createPglite } from './support/pglite.ts';
import { createDatabase, type Major } from './support/postgres.ts';
import { tested } from './support/tested.ts';

type Ask = (sql: string) => Promise<readonly Record<string, unknown>[]>;

/** Types and sample values that a server does not take, as texts. */
async function refused(ask: Ask): Promise<readonly string[]> {
  const installed = await ask('SELECT name FROM pg_available_extensions');
  const available = new Set(installed.map(({ name }) => name));
  const found: string[] = [];
  for (const [name, { sample, extension }] of knownTypes) {
    if (extension !== undefined) {
      if (!available.has(extension)) continue;
      await ask(`CREATE EXTENSION ${extension}`);
    }
    const [type] = await ask(
      `SELECT 1 FROM pg_type WHERE typname = '${name}' AND (${extension !== undefined} OR typnamespace = 'pg_catalog'::regnamespace)`,
    );
    if (type === undefined) found.push(`${name}: no such type`);
    if (sample === undefined) continue;
    // "char" is another type than char, which is bpchar.
    const written = name === 'char' ? '"char"' : name;
    for (const kind of [0, 1, 2] as const)
      for (const row of [1, 2, 3]) {
        const literal = sample(row, kind, -1);
        await ask(`SELECT ${literal}::${written}`).catch((error: unknown) =>
          found.push(`${name}: ${literal}: ${error}`),
        );
      }
  }
  return found;
}

describe('every type of the table exists, and takes its sample values', () => {
  it.each(tested<Major | 'PGlite'>(['PGlite', 14, 15, 16, 17, 18]))('on %s', async (server) => {
    if (server === 'PGlite') {
      const pglite = await createPglite({ citext, hstore, ltree });
      expect(await refused(async (sql) => (await pglite.query<Record<string, unknown>>(sql)).rows)).toEqual(
        [],
      );
      await pglite.close();
      return;
    }
    const database = await createDatabase(server);
    const client = new Client({ connectionString: database.url });
    await client.connect();
    expect(await refused(async (sql) => (await client.query(sql)).rows)).toEqual([]);
    await client.end();
    await database.drop();
  });
});

it('the rows differ where the type has so many values', () => {
  const alike = knownTypes.filter(
    ([name, { sample }]) => sample !== undefined && name !== 'bool' && sample(1, 0, -1) === sample(2, 0, -1),
  );
  // A bit, without a length, is one digit.
  expect(alike.map(([name]) => name)).toEqual([]);
});
