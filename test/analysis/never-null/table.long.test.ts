import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { aggregates } from '../../../src/analysis/never-null/aggregates.ts';
import { extensionAggregates, extensionFunctions } from '../../../src/analysis/never-null/extensions.ts';
import { neverNull } from '../../../src/analysis/never-null/table.ts';
import { embeddedClient } from '../../support/analysed.ts';
import { createDatabase, majors } from '../../support/postgres.ts';
import { aggregateOften } from './aggregate-calls.ts';
import { type Called, callOften, createExtensions, prepareCalls } from './calls.ts';
import { extensionsOf } from './extension-families.ts';
import {
  aggregateCandidates,
  type Candidate,
  candidates,
  extensionAggregateCandidates,
  extensionCandidates,
} from './select.ts';

const MINUTES = 60_000;

describe.each(majors)('what is never NULL on PostgreSQL %i', (major) => {
  it('never is, whatever it is called with', { timeout: 5 * MINUTES }, async () => {
    const database = await createDatabase(major);
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      await holdsOn(client);
      expect(await holdsOfExtensions(client, extensionsOf('native'))).toBeGreaterThan(170);
    } finally {
      await client.end();
      await database.drop();
    }
  });
});

describe('what is never NULL on PGlite', () => {
  it('never is, whatever it is called with', { timeout: 5 * MINUTES }, async () => {
    const { client, close } = await embeddedClient(extensionsOf('embedded'));
    try {
      await holdsOn(client);
      expect(await holdsOfExtensions(client, extensionsOf('embedded'))).toBeGreaterThan(70);
    } finally {
      await close();
    }
  });
});

async function holdsOn(client: Client): Promise<void> {
  await prepareCalls(client);
  const functions = await check(
    ({ oid }) => neverNull.get(oid),
    await candidates(client),
    (one) => callOften(client, one),
  );
  expect(functions).toBeGreaterThan(1000);
  const aggregated = await check(
    ({ oid }) => aggregates.get(oid),
    await aggregateCandidates(client),
    (one) => aggregateOften(client, one),
  );
  expect(aggregated).toBeGreaterThan(80);
}

/** Of extensions that both have PGlite's are the same. */
async function holdsOfExtensions(client: Client, names: readonly string[]): Promise<number> {
  await createExtensions(client, names);
  const called = await check(
    ({ key }) => extensionFunctions.get(key ?? ''),
    await extensionCandidates(client),
    (one) => callOften(client, one),
  );
  const aggregated = await check(
    ({ key }) => extensionAggregates.get(key ?? ''),
    await extensionAggregateCandidates(client),
    (one) => aggregateOften(client, one),
  );
  expect(aggregated).toBeGreaterThan(0);
  return called + aggregated;
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
