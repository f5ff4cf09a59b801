/**
 * `npm run bench:generate`: @pgtyped/cli and nodrift on the same 50 tables and 1000 queries, against the
 * same local server, in one run; then nodrift on the embedded database, cold. The outputs are compared
 * for every result column first.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { startNativeServer } from '../../test/support/native-server.ts';
import { compareOutputs } from './compare.ts';
import { profile } from './profile.ts';
import { QUERIES, schemaSql, TABLES, writeProject } from './project.ts';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const nodrift = join(root, 'dist/cli/main.cjs');
const pgtyped = join(root, 'node_modules/@pgtyped/cli/lib/index.js');
const runs = Number(process.env.RUNS ?? 5);

interface Timed {
  readonly seconds: number;
  readonly output: string;
}

function timed(args: readonly string[], cwd: string, env: Readonly<Record<string, string>>): Timed {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [...args], {
    cwd,
    env: { ...process.env, NO_COLOR: '1', ...env },
    encoding: 'utf8',
  });
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`${args.join(' ')} exited ${status}\n${stdout}\n${stderr}`);
  return { seconds, output: stdout + stderr };
}

/** The medians of several runs in turns: a machine that is slower for a minute is slower for all of them. */
function medians(times: number, ...each: readonly (() => Timed)[]): readonly number[] {
  const rounds = Array.from({ length: times }, () => each.map((run) => run().seconds));
  return each.map((_, i) => {
    const all = rounds.map((round) => round[i] ?? Number.NaN).sort((a, b) => a - b);
    return all[Math.floor(all.length / 2)] ?? Number.NaN;
  });
}

const scratch = mkdtempSync(join(tmpdir(), 'nodrift-bench-'));
// Root's server runs as another user, who must get in.
chmodSync(scratch, 0o755);
const server = startNativeServer(18, scratch, 'bench');
try {
  const client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query(schemaSql());
  await client.end();
  writeProject(scratch);

  const env = { DATABASE_URL: server.url };
  const published = [pgtyped, '-c', join(scratch, 'pgtyped.json')];
  const patched = ['--import', join(here, 'nodelay.mjs'), ...published];
  const dropIn = [nodrift, 'generate', '--config', join(scratch, 'dropin.json')];
  const embedded = [nodrift, 'generate', '--config', join(scratch, 'embedded.json')];
  const removeOutput = (peer: string) =>
    spawnSync(process.execPath, [
      '-e',
      `fs.rmSync(${JSON.stringify(join(scratch, peer))},{recursive:true});fs.mkdirSync(${JSON.stringify(join(scratch, peer))})`,
    ]);

  timed(patched, scratch, env);
  timed(dropIn, scratch, env);
  const comparison = compareOutputs(join(scratch, 'pgtyped'), join(scratch, 'dropin'));
  console.log(`${TABLES} tables, ${QUERIES} queries, PostgreSQL 18, Node ${process.version}`);
  console.log(
    `${comparison.columns} result columns: ${comparison.different.length} differ in type, ` +
      `${comparison.moreProven.length} proven never-null that @pgtyped/cli calls nullable, ` +
      `${comparison.lessClaimed.length} nullable that it calls never-null`,
  );
  if (comparison.different.length > 0) throw new Error(comparison.different.slice(0, 20).join('\n'));

  const fresh =
    (peer: string, args: readonly string[], extra = {}) =>
    () => {
      removeOutput(peer);
      return timed(args, scratch, { ...env, ...extra });
    };
  const [ours = Number.NaN, warm = Number.NaN, patchedSeconds = Number.NaN] = medians(
    runs,
    fresh('dropin', dropIn),
    () => timed(dropIn, scratch, env),
    fresh('pgtyped', patched),
  );
  const [publishedSeconds = null] = process.env.SKIP_PUBLISHED ? [] : medians(1, fresh('pgtyped', published));
  fresh('embedded', embedded)();
  const [cold = Number.NaN, cached = Number.NaN] = medians(
    Math.min(3, runs),
    fresh('embedded', embedded, { NODRIFT_CACHE: 'off' }),
    fresh('embedded', embedded),
  );

  const row = (name: string, seconds: number | null) => {
    if (seconds === null) return;
    console.log(
      `${name.padEnd(48)}${seconds.toFixed(2).padStart(8)} s ${(seconds / ours).toFixed(1).padStart(7)} x`,
    );
  };
  row('nodrift, local server', ours);
  row('nodrift, local server, nothing changed', warm);
  row('@pgtyped/cli with TCP_NODELAY patched in', patchedSeconds);
  row('@pgtyped/cli as published', publishedSeconds);
  row('nodrift, embedded, cold, no caches', cold);
  row('nodrift, embedded, cached', cached);
  console.log('\nwhere the time goes, stage by stage in one cold process:');
  await profile(join(scratch, 'dropin.json'), server.url);
} finally {
  server.stop();
  rmSync(scratch, { recursive: true, force: true });
}
