/**
 * `npm run bench:varying`: a search with optional filters and a page of a list, by nodrift, by guards that every call
 * sends, by query builders, and by texts written by hand. What they return, and the plans of nodrift's texts and of
 * those written by hand, are compared first. ROUNDS (default 15) says how often each is measured. They take turns from call
 * to call, so that what else the machine does hits all of them, and are bundled, as an application is: tsx wraps functions.
 */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { Client } from 'pg';
import { generate, loadConfig } from '../../src/index.ts';
import { startNativeServer } from '../../test/support/native-server.ts';
import { ROWS, rows, schema, queries as written } from './database.ts';
import type { GeneratedQueries, Page, Search, Way } from './ways.ts';

const rounds = Number(process.env.ROUNDS ?? 15);
const CALLS = 100;

interface Case {
  readonly name: string;
  /** The parameters of the i-th call. */
  readonly params: (i: number) => Search | Page;
  /** Calls of a round: fewer where each takes long. */
  readonly calls: number;
}

const make = (i: number) => `make ${(i * 37) % 500}`;
const cases: readonly Case[] = [
  { name: 'by id', calls: CALLS, params: (i) => ({ id: 1 + ((i * 7919) % ROWS), limit: 20, offset: 0 }) },
  {
    name: 'by filter and sort',
    calls: CALLS,
    params: (i) => ({ make: make(i), minYear: 2010, sort: 'price', limit: 20, offset: 0 }),
  },
  { name: 'without filters', calls: CALLS, params: () => ({ limit: 20, offset: 0 }) },
  {
    name: 'deep page, by keyset',
    calls: CALLS,
    params: (i) => ({ after: { price: 80_000 + i, id: i }, limit: 20 }),
  },
  {
    name: 'deep page, by OFFSET',
    calls: 3,
    params: (i) => ({ sort: 'price', limit: 20, offset: 250_000 + i }),
  },
];

function run(way: Way, params: Search | Page) {
  return 'offset' in params ? way.search(params) : way.page(params);
}

/** Has nodrift generate the functions, and bundles them with all ways. */
async function bundled(): Promise<typeof import('./ways.ts') & { readonly queries: GeneratedQueries }> {
  const folder = join(import.meta.dirname, '../../node_modules/.cache/nodrift/bench-varying');
  rmSync(folder, { recursive: true, force: true });
  for (const name of ['migrations', 'queries']) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'migrations/1_cars.sql'), schema);
  writeFileSync(join(folder, 'queries/cars.sql'), written);
  writeFileSync(join(folder, 'nodrift.config.json'), '{}');
  await generate(loadConfig(join(folder, 'nodrift.config.json')));
  const path = join(folder, 'queries/cars.queries.ts');
  const runtime = relative(join(folder, 'queries'), join(import.meta.dirname, '../../src/runtime/index.ts'));
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll("'nodrift-runtime'", `'${runtime}'`));
  const outfile = join(folder, 'ways.mjs');
  const contents = `export * from '${join(import.meta.dirname, 'ways.ts')}'; export * as queries from '${path}'`;
  await build({
    ...{ bundle: true, packages: 'external', platform: 'node', format: 'esm', outfile },
    stdin: { contents, resolveDir: folder },
  });
  return import(pathToFileURL(outfile).href);
}

/** The plan of a text with its values. */
async function planOf(client: Client, text: string, values: readonly unknown[]): Promise<string> {
  const { rows: lines } = await client.query<{ 'QUERY PLAN': string }>({
    text: `EXPLAIN (COSTS OFF) ${text}`,
    values: [...values],
  });
  return lines.map((line) => line['QUERY PLAN']).join('\n');
}

/** What a client sends while `work` is done. */
async function sentBy(
  client: Client,
  work: () => Promise<unknown>,
): Promise<{ text: string; values: unknown[] }> {
  const query = client.query.bind(client);
  let sent = { text: '', values: [] as unknown[] };
  client.query = ((config: { text: string; values: unknown[] }, ...rest: readonly never[]) => {
    sent = { text: config.text, values: config.values };
    return query(config, ...rest);
  }) as typeof client.query;
  try {
    await work();
  } finally {
    client.query = query;
  }
  return sent;
}

/** What a tenth of the calls is faster than: what else the machine does only adds time. */
function undisturbed(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 10)] ?? Number.NaN;
}

async function measure(ways: readonly Way[], { calls, params }: Case): Promise<readonly number[]> {
  const times = ways.map((): number[] => []);
  const total = calls * rounds;
  // The first ones warm up.
  for (let call = -calls; call < total; call++) {
    for (const turn of ways.keys()) {
      const index = (call + calls + turn) % ways.length;
      const one = params(call + calls);
      const start = performance.now();
      await run(ways[index] as Way, one);
      if (call >= 0) times[index]?.push(performance.now() - start);
    }
  }
  return times.map(undisturbed);
}

const { drizzleWay, guardedWay, handwritten, handwrittenWay, kyselyWay, nodriftWay, connect, queries } =
  await bundled();
const folder = mkdtempSync(join(tmpdir(), 'nodrift-bench-'));
// Root's server runs as another user, who must get in.
chmodSync(folder, 0o711);
const { url, stop } = startNativeServer(18, folder, 'server');
try {
  const admin = await connect(url);
  await admin.query(schema + rows);
  await admin.query('VACUUM ANALYZE cars');
  const nodrift = await nodriftWay(url, queries);
  const byHand = await handwrittenWay(url);
  const ways = [byHand, nodrift, await guardedWay(url), kyselyWay(url), await drizzleWay(url)];
  for (const { name, params } of cases) {
    const one = params(1);
    const expected = (await run(byHand, one)).map((row) => ({ ...row }));
    assert.ok(expected.length > 0, name);
    for (const way of ways) {
      assert.deepEqual(
        (await run(way, one)).map((row) => ({ ...row })),
        expected,
        `${name}: ${way.name}`,
      );
    }
    const sent = await sentBy(nodrift.client, () => run(nodrift, one));
    const other = handwritten(one);
    const plans = [
      await planOf(admin, sent.text, sent.values),
      await planOf(admin, other.text, other.values),
    ];
    assert.equal(plans[0], plans[1], name);
  }
  console.log(`Rows and plans are equal. ${ROWS} rows, Node ${process.version}, PostgreSQL 18.`);
  console.log(`\n${''.padEnd(24)}${ways.map(({ name }) => name.padStart(14)).join('')}`);
  for (const one of cases) {
    const [first = Number.NaN, ...others] = await measure(ways, one);
    const cells = [`${(first * 1000).toFixed(0)} µs`, ...others.map((time) => (time / first).toFixed(2))];
    console.log(`${one.name.padEnd(24)}${cells.map((cell) => cell.padStart(14)).join('')}`);
  }
  await Promise.all([admin.end(), ...ways.map((way) => way.close())]);
} finally {
  stop();
  rmSync(folder, { recursive: true, force: true });
}
