import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Attributes,
  type Context,
  type ContextManager,
  context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type SpanOptions,
  type SpanStatus,
  SpanStatusCode,
  type TimeInput,
  trace,
} from '@opentelemetry/api';
import { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { traceQueries } from '../../examples/opentelemetry.ts';
import { batch, commented, copyFrom, exec, int4, one, text, transaction } from '../../src/runtime/index.ts';
import { startProxy } from '../runtime/proxy.ts';
import { postgresUrl } from '../support/postgres.ts';

const file = 'queries/words.sql';
const SECRET = 'hunter2';

function echo(sql: string) {
  return one<{ what: string }, { what: string }>({
    name: 'Echo',
    file,
    sql,
    params: [{ name: 'what', codec: text }],
    columns: [['what', text]],
  });
}
const say = echo('SELECT $1::text AS what');
const toNumber = exec<{ what: string }>({
  name: 'ToNumber',
  file,
  sql: 'SELECT $1::text::int',
  params: [{ name: 'what', codec: text }],
  columns: [],
});
const addWord = exec<{ word: string }>({
  name: 'AddWord',
  file,
  sql: 'INSERT INTO words (word) VALUES ($1)',
  params: [{ name: 'word', codec: text }],
  columns: [],
});

interface Recorded {
  readonly name: string;
  readonly kind: SpanKind | undefined;
  readonly attributes: Attributes;
  readonly parent: string | undefined;
  readonly start: TimeInput | undefined;
  status?: SpanStatus;
  end?: TimeInput | undefined;
}

/** A provider that keeps its spans: what is set on a span later is what the example may set. */
function memoryProvider(spans: Recorded[]) {
  const startSpan = (name: string, options: SpanOptions = {}, within: Context = context.active()): Span => {
    const spanId = String(spans.length + 1).padStart(16, '0');
    const recorded: Recorded = {
      name,
      kind: options.kind,
      attributes: options.attributes ?? {},
      parent: trace.getSpan(within)?.spanContext().spanId,
      start: options.startTime,
    };
    spans.push(recorded);
    const span = {
      ...trace.wrapSpanContext({ traceId: '1'.padStart(32, '0'), spanId, traceFlags: 1 }),
      spanContext: () => ({ traceId: '1'.padStart(32, '0'), spanId, traceFlags: 1 }),
      setStatus: (status: SpanStatus) => {
        recorded.status = status;
        return span;
      },
      end: (at?: TimeInput) => {
        recorded.end = at;
      },
    } as Span;
    return span;
  };
  return { getTracer: () => ({ startSpan, startActiveSpan: () => expect.fail('not used') }) };
}

/** The active context follows promises, as with the SDK of Node. */
function asyncContexts(): ContextManager {
  const storage = new AsyncLocalStorage<Context>();
  const manager: ContextManager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (active, run, self, ...args) => storage.run(active, () => run.call(self as never, ...args)),
    bind: (_, target) => target,
    enable: () => manager,
    disable: () => manager,
  };
  return manager;
}

let pool: Pool;
let spans: Recorded[];
let stop: () => void;

beforeAll(() => {
  context.setGlobalContextManager(asyncContexts());
  pool = new Pool({ connectionString: postgresUrl(18), max: 1 });
});
afterAll(async () => {
  context.disable();
  await pool.end();
});
beforeEach(() => {
  spans = [];
  trace.setGlobalTracerProvider(memoryProvider(spans));
  stop = traceQueries();
});
afterEach(() => {
  stop();
  trace.disable();
});

test('a statement is a span', async () => {
  await say(pool, { what: SECRET });
  expect(spans).toEqual([
    {
      name: 'Echo',
      kind: SpanKind.CLIENT,
      parent: undefined,
      start: expect.any(Number),
      end: expect.any(Number),
      attributes: {
        'db.system.name': 'postgresql',
        'db.operation.name': 'SELECT',
        'db.query.summary': 'Echo',
        'db.query.text': 'SELECT $1::text AS what',
        'db.response.returned_rows': 1,
        'code.file.path': file,
      },
    },
  ]);
  expect(Number(spans[0]?.end)).toBeGreaterThan(Number(spans[0]?.start));
});

test('it is below the span that is active where the query is called', async () => {
  const request = trace.getTracer('test').startSpan('request');
  await context.with(trace.setSpan(context.active(), request), () => say(pool, { what: SECRET }));
  expect(spans).toMatchObject([{ name: 'request' }, { parent: request.spanContext().spanId }]);
});

describe('the operation', () => {
  test.each([
    ['select $1::text as what', 'SELECT'],
    ["\n-- (UPDATE)\n/* it's * a ** DELETE */\n(SELECT $1::text AS what) LIMIT 1", 'SELECT'],
    ['--\n--\nWITH a AS (SELECT $1::text AS what) SELECT what FROM a', 'WITH'],
  ])('of %j is %s', async (sql, operation) => {
    await echo(sql)(commented(pool), { what: SECRET });
    expect(spans).toMatchObject([{ attributes: { 'db.operation.name': operation } }]);
  });
});

describe('a failure', () => {
  const status = { code: SpanStatusCode.ERROR };

  test('has the SQLSTATE', async () => {
    await expect(toNumber(pool, { what: SECRET })).rejects.toThrow();
    expect(spans).toMatchObject([
      { status, attributes: { 'db.response.status_code': '22P02', 'error.type': '22P02' } },
    ]);
    expect(spans[0]?.attributes).not.toHaveProperty('db.response.returned_rows');
  });

  test("has the system's code, which is none of the server's", async () => {
    const proxy = await startProxy(postgresUrl(18));
    const proxied = new Pool({ connectionString: proxy.url, max: 1 });
    proxied.on('error', () => {});
    await say(proxied, { what: SECRET });
    proxy.breakAfter(1);
    await expect(say(proxied, { what: SECRET })).rejects.toThrow();
    await proxied.end();
    await proxy.close();
    expect(spans).toMatchObject([{}, { status, attributes: { 'error.type': 'ECONNRESET' } }]);
    expect(spans[1]?.attributes).not.toHaveProperty('db.response.status_code');
  });

  test('without a code is of another type', async () => {
    const undecodable = one<void, { n: number }>({
      name: 'Undecodable',
      file,
      sql: "SELECT 'x' AS n",
      params: [],
      columns: [['n', int4]],
    });
    await expect(undecodable(pool)).rejects.toThrow();
    expect(spans).toMatchObject([{ status, attributes: { 'error.type': '_OTHER' } }]);
  });
});

test('no value is in any span', async () => {
  await batch(pool, [say.with({ what: SECRET }), toNumber.with({ what: SECRET })]);
  await expect(
    transaction(pool, {}, async (tx) => {
      await say(tx, { what: SECRET });
      await toNumber(tx, { what: SECRET });
    }),
  ).rejects.toThrow();
  await pool.query('CREATE TEMPORARY TABLE words (word text PRIMARY KEY)');
  await expect(copyFrom(pool, addWord, [{ word: SECRET }, { word: SECRET }])).rejects.toThrow();
  expect(spans.map(({ attributes }) => attributes['error.type'])).toContain('23505');
  expect(JSON.stringify(spans)).not.toContain(SECRET);
});

test('it ends with the function that was returned', async () => {
  stop();
  await say(pool, { what: SECRET });
  expect(spans).toEqual([]);
});
