import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  batch,
  type CallOptions,
  exec,
  int4,
  many,
  maybe,
  one,
  text,
  transaction,
} from '../../src/runtime/index.ts';
import { postgresUrl } from '../support/postgres.ts';
import { holdTimers } from './held-timers.ts';
import { recordSyncs } from './record-syncs.ts';

const file = 'test.sql';
const divide = one<{ by: number }, { n: number }>({
  name: 'divide',
  file,
  sql: 'SELECT 100 / $1::int4 AS n',
  params: [{ name: 'by', codec: int4 }],
  columns: [['n', int4, 23]],
});
const sleep = exec<{ millis: number }>({
  name: 'sleep',
  file,
  sql: 'SELECT pg_sleep($1::int4 / 1000.0)',
  params: [{ name: 'millis', codec: int4 }],
  columns: [],
});
const command = (sql: string) => exec<void>({ name: 'command', file, sql, params: [], columns: [] });
const kill = command('SELECT pg_terminate_backend(pg_backend_pid())');
const add = exec<{ n: number }>({
  name: 'add',
  file,
  sql: 'INSERT INTO numbers VALUES ($1)',
  params: [{ name: 'n', codec: int4 }],
  columns: [],
});
const list = many<void, { n: number }>({
  name: 'list',
  file,
  sql: 'SELECT n FROM numbers ORDER BY n',
  params: [],
  columns: [['n', int4, 23]],
});

let client: Client;
beforeEach(async () => {
  client = new Client({ connectionString: postgresUrl(18) });
  client.on('error', () => {});
  await client.connect();
});
afterEach(() => client.end());

const of = (values: readonly number[]) => values.map((by) => divide(client, { by }));

describe('calls that are started together over a client', () => {
  it('are sent together, and each gets its own answer', async () => {
    const sent = recordSyncs(client);
    expect(await Promise.all(of([1, 2, 4, 5, 10]))).toEqual([100, 50, 25, 20, 10].map((n) => ({ n })));
    expect(sent()).toEqual([5]);
    expect(await Promise.all(of([20, 25]))).toEqual([{ n: 5 }, { n: 4 }]);
    expect(sent()).toEqual([5, 2]);
  });

  it('fail each for itself', async () => {
    const sent = recordSyncs(client);
    const broken = command('SELECT nothing FROM nowhere');
    const outcomes = await Promise.allSettled([
      ...of([1, 0, 2]),
      broken(client),
      broken(client),
      ...of([0, 4]),
    ]);
    expect(outcomes).toMatchObject([
      { value: { n: 100 } },
      { reason: { code: '22012' } },
      { value: { n: 50 } },
      { reason: { code: '42P01' } },
      { reason: { code: '42P01' } },
      { reason: { code: '22012' } },
      { value: { n: 25 } },
    ]);
    expect(sent()).toEqual([7]);
    expect(await divide(client, { by: 1 })).toEqual({ n: 100 });
  });

  it('run in their order, and after what was started before by other means', async () => {
    await client.query('CREATE TEMPORARY TABLE numbers (n int4)');
    const calls = [
      add(client, { n: 1 }),
      client.query('UPDATE numbers SET n = n + 10').then(() => undefined),
      add(client, { n: 2 }),
      list(client),
      client.query('DELETE FROM numbers').then(() => undefined),
      list(client),
      add(client, { n: 3 }),
    ];
    const results = await Promise.all(calls);
    expect(results[3]).toEqual([{ n: 2 }, { n: 11 }]);
    expect(results[5]).toEqual([]);
    expect(await list(client)).toEqual([{ n: 3 }]);
  });

  it('all fail when the connection ends, and none that follows waits for ever', async () => {
    const outcomes = await Promise.allSettled([
      ...of([1]),
      kill(client),
      ...of([2, 4]),
      client.query('SELECT 1'),
      ...of([5]),
    ]);
    expect(outcomes[0]).toMatchObject({ value: { n: 100 } });
    for (const outcome of outcomes.slice(1)) {
      expect(outcome.status).toBe('rejected');
    }
    await expect(divide(client, { by: 1 })).rejects.toThrow();
  });

  it.each<[string, (signal: AbortSignal) => CallOptions]>([
    ['time limit', () => ({ timeoutMs: 40 })],
    ['signal', (signal) => ({ signal })],
  ])('are not hit by the end of one with a %s', async (kind, optionsOf) => {
    const application_name = `pipeline_${kind.replace(' ', '_')}`;
    await client.query(`SET application_name = ${application_name}`);
    await using timers = await holdTimers(postgresUrl(18));
    const aborting = new AbortController();
    const running = Promise.allSettled([
      divide(client, { by: 1 }),
      sleep(client, { millis: 100_000 }, optionsOf(aborting.signal)),
      divide(client, { by: 2 }),
      divide(client, { by: 4 }, { timeoutMs: 60_000 }),
      divide(client, { by: 5 }),
    ]);
    await timers.untilSleeping(application_name);
    await timers.pass(40);
    aborting.abort();
    expect(await running).toMatchObject([
      { value: { n: 100 } },
      { reason: { name: 'InterruptedError', outcome: 'not done' } },
      { value: { n: 50 } },
      { value: { n: 25 } },
      { value: { n: 20 } },
    ]);
  });

  it('end with the query_timeout of pg, and leave no answers behind', async () => {
    await using timers = await holdTimers(postgresUrl(18));
    const application_name = 'pipeline_timeout';
    const hasty = new Client({ connectionString: postgresUrl(18), query_timeout: 100, application_name });
    await hasty.connect();
    const running = Promise.allSettled([
      divide(hasty, { by: 1 }),
      sleep(hasty, { millis: 100_000 }),
      divide(hasty, { by: 2 }),
    ]);
    await timers.untilSleeping(application_name);
    await timers.pass(100);
    expect(await running).toMatchObject([
      { value: { n: 100 } },
      { reason: { name: 'ReadTimeoutError' } },
      { reason: { name: 'ReadTimeoutError' } },
    ]);
    await timers.pass(10);
    await expect(divide(hasty, { by: 4 })).rejects.toThrow(/ended|closed|not queryable|terminated/);
  });

  it('close the connection where COPY FROM STDIN takes the rest for rows', async () => {
    await client.query('CREATE TEMPORARY TABLE numbers (n int4)');
    const outcomes = await Promise.allSettled([
      command('COPY numbers FROM STDIN')(client),
      divide(client, { by: 1 }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(divide(client, { by: 1 })).rejects.toThrow();
  });

  it('have their columns checked where the table was changed between them', async () => {
    await client.query('CREATE TEMPORARY TABLE numbers (n int4)');
    await list(client);
    const outcomes = await Promise.allSettled([
      list(client),
      command('ALTER TABLE numbers ALTER n TYPE text')(client),
      list(client),
      list(client),
    ]);
    expect(outcomes).toMatchObject([
      { value: [] },
      { status: 'fulfilled' },
      { reason: { name: 'StaleQueryError' } },
      { reason: { name: 'StaleQueryError' } },
    ]);
  });

  it('give the same as one after the other, whatever they are', async () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor((seed / 2 ** 31) * below);
    };
    await client.query('CREATE TEMPORARY TABLE numbers (n int4 PRIMARY KEY)');
    const ids = many<{ ids: number[] }, { n: number }>({
      name: 'ids',
      file,
      sql: ['SELECT n FROM numbers WHERE n IN ', 0, ' ORDER BY n'],
      params: [{ name: 'ids', list: int4 }],
      columns: [['n', int4, 23]],
    });
    const echo = maybe<{ value: string }, { value: string | null }>({
      name: 'echo',
      file,
      sql: 'SELECT $1::text AS value',
      params: [{ name: 'value', codec: text }],
      columns: [['value', text, 25]],
    });
    const step = (): (() => Promise<unknown>) => {
      const n = random(12);
      switch (random(8)) {
        case 0:
          return () => add(client, { n });
        case 1:
          return () => divide(client, { by: n });
        case 2:
          return () => list(client);
        case 3:
          return () => ids(client, { ids: Array.from({ length: n + 1 }, (_, i) => i) });
        case 4:
          return () => client.query(`DELETE FROM numbers WHERE n = ${n}`).then(({ rowCount }) => rowCount);
        case 5:
          return () => batch(client, [divide.with({ by: n }), list.with(), command('broken').with()]);
        case 6:
          return () => divide(client, { by: n }, { timeoutMs: 60_000 });
        default:
          return () => echo(client, { value: `${n}` });
      }
    };
    const told = (outcomes: readonly PromiseSettledResult<unknown>[]) =>
      outcomes.map((outcome) =>
        outcome.status === 'fulfilled' ? outcome.value : (outcome.reason as { code?: string }).code,
      );
    for (let round = 0; round < 60; round++) {
      const steps = Array.from({ length: 1 + random(20) }, step);
      await client.query('TRUNCATE numbers');
      const expected: PromiseSettledResult<unknown>[] = [];
      for (const each of steps) {
        expected.push(...(await Promise.allSettled([each()])));
      }
      await client.query('TRUNCATE numbers');
      const found = await Promise.allSettled(steps.map((each) => each()));
      expect(told(found), `round ${round}`).toEqual(told(expected));
    }
  });

  it('are sent again where what was prepared is gone', async () => {
    await Promise.all(of([1, 2]));
    await client.query('DEALLOCATE ALL');
    expect(await Promise.all(of([4, 5, 10]))).toEqual([25, 20, 10].map((n) => ({ n })));
    expect(await Promise.all(of([20, 25]))).toEqual([5, 4].map((n) => ({ n })));
  });

  it('are part of a transaction as ever', async () => {
    await client.query('CREATE TEMPORARY TABLE numbers (n int4 PRIMARY KEY)');
    const failing = transaction(client, {}, (tx) =>
      Promise.allSettled([add(tx, { n: 1 }), add(tx, { n: 1 }), add(tx, { n: 2 })]),
    );
    await expect(failing).rejects.toThrow(/rolled back/);
    await transaction(client, {}, (tx) => Promise.all([add(tx, { n: 3 }), add(tx, { n: 4 })]));
    expect(await list(client)).toEqual([{ n: 3 }, { n: 4 }]);
  });
});
