/**
 * `npm run bench:cpu`: the CPU that nodrift's own process takes for one of the benchmark's 1000 statements, in
 * milliseconds; the server's is not counted. A round loads the catalogs, has the statements described, reads their trees
 * and answers what modules are printed from. A run of the command is a first round, whose code nothing has warmed.
 *
 * ROUNDS (default 10) in one process; DATABASE_URL: a database with the schema, instead of a server that is started.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { analyse, prepareAnalysis } from '../../src/analysis/analyse.ts';
import type { AnalysisOptions } from '../../src/analysis/options.ts';
import { readStatements } from '../../src/sql/read.ts';
import { startNativeServer } from '../../test/support/native-server.ts';
import { QUERIES, queryFiles, schemaSql } from './project.ts';

const rounds = Number(process.env.ROUNDS ?? 10);

async function measure(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  if (process.env.DATABASE_URL === undefined) await client.query(schemaSql());
  const texts = new Map(queryFiles());
  const statements = [...texts].flatMap(([file, text]) => readStatements(file, text).statements);
  // What modules of nodrift's own runtime are printed from; see askedByModules.
  const facts: AnalysisOptions = {
    rows: false,
    effects: true,
    violations: true,
    contents: true,
    optional: true,
    arrays: true,
    assigned: false,
  };
  const milliseconds: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const before = process.cpuUsage();
    const catalog = prepareAnalysis(client, facts);
    const { queries } = await analyse(client, statements, {
      texts,
      lenientParameters: false,
      facts,
      catalog,
    });
    const { user, system } = process.cpuUsage(before);
    if (queries.length !== QUERIES) throw new Error(`${queries.length} of ${QUERIES} were analysed`);
    milliseconds.push((user + system) / 1000 / QUERIES);
  }
  await client.end();
  const [first = Number.NaN] = milliseconds;
  console.log(`CPU a statement: first round ${first.toFixed(2)} ms, least ${least(milliseconds)} ms`);
}

function least(values: readonly number[]): string {
  return Math.min(...values).toFixed(2);
}

const scratch = mkdtempSync(join(tmpdir(), 'nodrift-bench-cpu-'));
// Root's server runs as another user, who must get in.
chmodSync(scratch, 0o755);
const server = process.env.DATABASE_URL === undefined ? startNativeServer(18, scratch, 'cpu') : null;
try {
  await measure(server?.url ?? process.env.DATABASE_URL ?? '');
} finally {
  server?.stop();
  rmSync(scratch, { recursive: true, force: true });
}
