import { PGlite } from '@electric-sql/pglite';
import { citext } from '@electric-sql/pglite/contrib/citext';
import { fuzzystrmatch } from '@electric-sql/pglite/contrib/fuzzystrmatch';
import { hstore } from '@electric-sql/pglite/contrib/hstore';
import { intarray } from '@electric-sql/pglite/contrib/intarray';
import { ltree } from '@electric-sql/pglite/contrib/ltree';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { pgcrypto } from '@electric-sql/pglite/contrib/pgcrypto';
import { unaccent } from '@electric-sql/pglite/contrib/unaccent';
import { uuid_ossp } from '@electric-sql/pglite/contrib/uuid_ossp';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { aggregates } from '../../../src/analysis/never-null/aggregates.ts';
import { extensionFunctions } from '../../../src/analysis/never-null/extensions.ts';
import { neverNull } from '../../../src/analysis/never-null/table.ts';
import { pgliteStream } from '../../../src/database/pglite-stream.ts';
import { createDatabase, majors } from '../../support/postgres.ts';
import { aggregateOften } from './aggregate-calls.ts';
import { type Called, callOften, createExtensions, prepareCalls } from './calls.ts';
import type { Rule } from './families.ts';
import { aggregateCandidates, type Candidate, candidates, extensionCandidates } from './select.ts';

const extensions = { citext, fuzzystrmatch, hstore, intarray, ltree, pg_trgm, pgcrypto, unaccent, uuid_ossp };
const MINUTES = 60_000;

describe.each(majors)('what is never NULL on PostgreSQL %i', (major) => {
  it('never is, whatever it is called with', { timeout: 5 * MINUTES }, async () => {
    const database = await createDatabase(major);
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      await holdsOn(client);
    } finally {
      await client.end();
      await database.drop();
    }
  });
});

describe('what is never NULL on PGlite', () => {
  it('never is, whatever it is called with', { timeout: 5 * MINUTES }, async () => {
    const pglite = await PGlite.create({ extensions });
    const client = new Client({ stream: () => pgliteStream(pglite), user: 'postgres', database: 'postgres' });
    await client.connect();
    try {
      await holdsOn(client);
    } finally {
      await client.end();
      await pglite.close();
    }
  });
});

async function holdsOn(client: Client): Promise<void> {
  await prepareCalls(client);
  const call = (one: Candidate<Rule>) => callOften(client, one);
  const functions = await check(({ oid }) => neverNull.get(oid), await candidates(client), call);
  expect(functions).toBeGreaterThan(1000);
  const aggregated = await check(
    ({ oid }) => aggregates.get(oid),
    await aggregateCandidates(client),
    (one) => aggregateOften(client, one),
  );
  expect(aggregated).toBeGreaterThan(80);
  await createExtensions(client);
  const inExtensions = await extensionCandidates(client);
  const extended = await check(({ key }) => extensionFunctions.get(key ?? ''), inExtensions, call);
  expect(extended).toBeGreaterThan(170);
}

/** @returns how many of the table's entries were called */
async function check<R extends string>(
  ruleOf: (candidate: Candidate<R>) => R | undefined,
  all: readonly Candidate<R>[],
  call: (candidate: Candidate<R>) => Promise<Called>,
): Promise<number> {
  const wrong: string[] = [];
  let called = 0;
  for (const candidate of all) {
    const rule = ruleOf(candidate);
    if (rule === undefined) continue;
    called++;
    if (rule !== candidate.rule)
      wrong.push(`${candidate.signature} is '${rule}', its family '${candidate.rule}'`);
    const { answered, nullFor } = await call(candidate);
    if (nullFor !== null) wrong.push(`${candidate.signature} is NULL: ${nullFor}`);
    // What only raised errors was not tested.
    if (answered === 0) wrong.push(`${candidate.signature} never answered`);
  }
  expect(wrong).toEqual([]);
  return called;
}
