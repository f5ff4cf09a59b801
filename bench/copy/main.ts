/**
 * `npm run bench:copy`: ways to write many rows, over one local server. What they have written is compared first. Up to
 * 100 000 rows, or as many as an argument says: `npm run bench:copy -- 1000000`. At last how much memory each way takes
 * in a process of its own.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { Client } from 'pg';
import { startNativeServer } from '../../test/support/native-server.ts';
import { cars, sameCars, schema, type Way, waysOver } from './ways.ts';

/** How many rows, and how often they are written. */
const sizes = [
  { rows: 10, rounds: 200 },
  { rows: 1000, rounds: 50 },
  { rows: 100_000, rounds: 7 },
  { rows: 1_000_000, rounds: 3 },
] as const;
const MEMORY_ROWS = [10, 100_000, 1_000_000];
const WARM_UP_MILLIS = 2000;

const fingerprint = (rows: string) =>
  `SELECT count(*) AS count, sum(hashtextextended(format('%s|%s|%s|%s', id, make, year, price), 0)) AS hash FROM ${rows}`;

async function assertEqual(client: Client, ways: readonly Way[]): Promise<void> {
  const count = 25_000;
  const { rows: expected } = await client.query(fingerprint(`(${sameCars}) AS cars`), [count]);
  for (const way of ways) {
    await client.query('TRUNCATE cars');
    await way.write(cars(count));
    const { rows: written } = await client.query(fingerprint('cars'));
    if (!isDeepStrictEqual(written, expected)) {
      throw new Error(`${way.name} has written other rows`);
    }
  }
}

/** All ways in turns, so that what else the machine does hits them alike. Median milliseconds. */
async function measure(
  client: Client,
  ways: readonly Way[],
  { rows, rounds }: { readonly rows: number; readonly rounds: number },
): Promise<Map<Way, number>> {
  const times = new Map(ways.map((way) => [way, [] as number[]]));
  for (let round = 0; round < rounds; round++) {
    for (const [way, taken] of times) {
      await client.query('TRUNCATE cars');
      const start = performance.now();
      await way.write(cars(rows));
      taken.push(performance.now() - start);
    }
  }
  return new Map(Array.from(times, ([way, taken]) => [way, median(taken)]));
}

async function warmUp(client: Client, ways: readonly Way[]): Promise<void> {
  for (const way of ways) {
    const end = performance.now() + WARM_UP_MILLIS;
    while (performance.now() < end) {
      await client.query('TRUNCATE cars');
      await way.write(cars(1000));
    }
  }
}

function print(rows: number, measured: ReadonlyMap<Way, number>): void {
  const own = [...measured.values()][0] ?? Number.NaN;
  console.log(`\n${rows} rows                     ms   × copyFrom      rows/s`);
  for (const [{ name }, millis] of measured) {
    const cells = [
      millis.toFixed(2).padStart(10),
      (millis / own).toFixed(2).padStart(12),
      Math.round((rows / millis) * 1000)
        .toString()
        .padStart(11),
    ];
    console.log(`  ${name.padEnd(18)}${cells.join('')}`);
  }
}

/** Peak resident memory, in MiB, of a new process that writes so many rows. */
function peakMebibytes(url: string, way: string, rows: number): number {
  const self = fileURLToPath(import.meta.url);
  const { stdout, status, stderr } = spawnSync(process.execPath, [self, 'peak', url, way, String(rows)], {
    encoding: 'utf8',
  });
  if (status !== 0) {
    throw new Error(stderr);
  }
  return Number(stdout) / 1024;
}

async function printOwnPeak([url = '', name = '', rows = '']: readonly string[]): Promise<void> {
  const ways = waysOver(url);
  await ways.find((way) => way.name === name)?.write(cars(Number(rows)));
  console.log(process.resourceUsage().maxRSS);
  await Promise.all(ways.map((way) => way.close()));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

async function compare(most: number): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'nodrift-bench-'));
  // Root's server runs as another user, who must get in.
  chmodSync(dir, 0o711);
  const { url, stop } = startNativeServer(18, dir, 'server');
  try {
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query(schema);
    const ways = waysOver(url);
    await assertEqual(client, ways);
    await warmUp(client, ways);
    console.log(`Rows are equal. Node ${process.version}.`);
    for (const size of sizes.filter(({ rows }) => rows <= most)) {
      print(size.rows, await measure(client, ways, size));
    }
    const counts = MEMORY_ROWS.filter((rows) => rows <= most);
    console.log(`\npeak resident MiB at ${counts.join(', ')} rows`);
    for (const { name } of ways) {
      const peaks: string[] = [];
      for (const rows of counts) {
        await client.query('TRUNCATE cars');
        peaks.push(peakMebibytes(url, name, rows).toFixed(0).padStart(8));
      }
      console.log(`  ${name.padEnd(18)}${peaks.join('')}`);
    }
    await Promise.all([client.end(), ...ways.map((way) => way.close())]);
  } finally {
    stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

const [first, ...others] = process.argv.slice(2);
await (first === 'peak' ? printOwnPeak(others) : compare(Number(first ?? 100_000)));
