import { setTimeout } from 'node:timers/promises';
import type { PGlite } from '@electric-sql/pglite';
import { Client, type Connection, type Submittable } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { pgliteStream } from '../../../src/database/embedded/pglite-stream.ts';
import { createPglite } from '../../support/pglite.ts';

let pglite: PGlite;
let client: Client;

beforeAll(async () => {
  pglite = await createPglite();
});
afterAll(() => pglite.close());

beforeEach(async () => {
  client = new Client({ stream: () => pgliteStream(pglite), user: 'postgres', database: 'postgres' });
  await client.connect();
});
afterEach(() => client.end());

describe('an ordinary client', () => {
  test('connects and learns about the session', async () => {
    const { rows } = await client.query(
      "SELECT current_user, current_setting('client_encoding') AS encoding",
    );
    expect(rows).toEqual([{ current_user: 'postgres', encoding: 'UTF8' }]);
  });

  test('queries with and without parameters, by name and with several statements', async () => {
    expect((await client.query('SELECT $1::int + 1 AS n', [41])).rows).toEqual([{ n: 42 }]);
    for (const a of [1, 2]) {
      const { rows } = await client.query({ name: 'twice', text: 'SELECT $1::int * 2 AS n', values: [a] });
      expect(rows).toEqual([{ n: a * 2 }]);
    }
    const results: unknown = await client.query('SELECT 1 AS a; SELECT 2 AS b');
    expect(results).toMatchObject([{ rows: [{ a: 1 }] }, { rows: [{ b: 2 }] }]);
  });

  test('gets errors with their position, and goes on', async () => {
    await expect(client.query('SELECT 1; SELECT nope; SELECT 3')).rejects.toMatchObject({
      code: '42703',
      position: '18',
    });
    await expect(client.query('SELECT $1::int / 0', [1])).rejects.toMatchObject({ code: '22012' });
    expect((await client.query('SELECT 1 AS a')).rows).toEqual([{ a: 1 }]);
  });

  test('has transactions, and errors in them', async () => {
    await client.query('BEGIN');
    await expect(client.query('nonsense')).rejects.toMatchObject({ code: '42601' });
    await expect(client.query('SELECT 1')).rejects.toMatchObject({ code: '25P02' });
    await client.query('ROLLBACK');
    expect((await client.query('SELECT 1 AS a')).rows).toEqual([{ a: 1 }]);
  });

  test('hears notices before the query that raised them is done', async () => {
    const notices: (string | undefined)[] = [];
    client.on('notice', (notice) => notices.push(notice.message));
    await client.query("DO $$ BEGIN RAISE NOTICE 'hello'; END $$");
    expect(notices).toEqual(['hello']);
  });

  test('takes texts and results of megabytes', async () => {
    const text = 'x'.repeat(3_000_000);
    const { rows } = await client.query('SELECT $1::text AS text', [text]);
    expect(rows[0].text === text).toBe(true);
  });

  test('ends, and another one takes its place', async () => {
    await client.query('SET search_path TO pg_catalog');
    await client.end();
    client = new Client({ stream: () => pgliteStream(pglite), user: 'postgres', database: 'postgres' });
    await client.connect();
    expect((await client.query('SELECT 1 AS a')).rows).toEqual([{ a: 1 }]);
  });
});

type Step = { readonly parse: string } | 'sync' | 'pause';

async function send(connection: Connection, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if (step === 'pause') await setTimeout(20);
    else if (step === 'sync') connection.sync();
    else {
      connection.parse({ name: '', text: step.parse, types: [] }, true);
      connection.describe({ type: 'S', name: '' }, true);
    }
  }
}

/** Sends Parse and Describe for each text, a Sync where it says so, and collects the answers up to the last one's. */
function pipeline(steps: readonly Step[]): Promise<string[]> {
  let syncs = steps.filter((step) => step === 'sync').length;
  return new Promise((resolve) => {
    const answers: string[] = [];
    const ignore = () => {};
    const query: Submittable & Record<string, unknown> = {
      submit(connection: Connection) {
        connection.on('message', (message: { name: string; code?: string }) => {
          answers.push(message.code ?? message.name);
          if (message.name === 'readyForQuery' && --syncs === 0) resolve(answers);
        });
        send(connection, steps);
      },
      ...Object.fromEntries(
        ['ParseComplete', 'RowDescription', 'Error', 'ReadyForQuery'].map((name) => [
          `handle${name}`,
          ignore,
        ]),
      ),
    };
    // What pg itself makes of answers that it did not expect is not the matter here.
    client.on('error', ignore);
    client.query(query);
  });
}

describe('a pipeline', () => {
  test('answers every message in its order', async () => {
    expect(
      await pipeline([
        { parse: 'SELECT 1' },
        { parse: 'SELECT $1::int' },
        { parse: 'CREATE TABLE t ()' },
        'sync',
      ]),
    ).toEqual([
      ...['parseComplete', 'parameterDescription', 'rowDescription'],
      ...['parseComplete', 'parameterDescription', 'rowDescription'],
      ...['parseComplete', 'parameterDescription', 'noData'],
      'readyForQuery',
    ]);
  });

  test('is skipped from an error to the next Sync, and no further', async () => {
    const steps: Step[] = [
      { parse: 'SELECT 1' },
      { parse: 'SELECT nope' },
      { parse: 'SELECT 2' },
      'sync',
      { parse: 'SELECT 3' },
      'sync',
    ];
    expect(await pipeline(steps)).toEqual([
      ...['parseComplete', 'parameterDescription', 'rowDescription'],
      '42703',
      'readyForQuery',
      ...['parseComplete', 'parameterDescription', 'rowDescription'],
      'readyForQuery',
    ]);
  });

  test('may arrive in pieces', async () => {
    const steps: Step[] = [
      { parse: 'SELECT 1' },
      'pause',
      { parse: 'nonsense' },
      'pause',
      { parse: 'SELECT 2' },
      'pause',
      'sync',
      { parse: 'SELECT 3' },
      'sync',
    ];
    expect(await pipeline(steps)).toEqual([
      ...['parseComplete', 'parameterDescription', 'rowDescription'],
      '42601',
      'readyForQuery',
      ...['parseComplete', 'parameterDescription', 'rowDescription'],
      'readyForQuery',
    ]);
  });
});
