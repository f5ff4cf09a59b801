/**
 * `npm run faults`: injects faults into everything that a program does with the runtime, and compares what the calls
 * said with what is in the table. Prints the table of docs/reliability.md. Exits 1 when anything was lost, doubled,
 * wrong, hung or uncaught. An argument: only faults whose name contains it.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { arch, cpus, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from 'pg';
import { startNativeServer } from '../support/native-server.ts';
import { asAdmin, type Fault, sleep } from './fault.ts';
import { openLedger, type Tally } from './ledger.ts';
import { schema } from './loads.ts';
import { programFaults } from './program-faults.ts';
import { serverFaults } from './server-faults.ts';
import { wireFaults } from './wire-faults.ts';

const columns = ['injected', 'calls', 'lost', 'doubled', 'wrong', 'hung', 'uncaught', 'unknown'] as const;
const faults: readonly Fault[] = [...wireFaults, ...serverFaults, ...programFaults];

const started = performance.now();
const scratch = mkdtempSync(join(tmpdir(), 'nodrift-faults-'));
// Root's server runs as another user, who must get in.
chmodSync(scratch, 0o711);
// A crash forgets nothing that was committed.
const server = startNativeServer(18, scratch, 'server', { settings: ['synchronous_commit = on'] });
let current: ((error: unknown) => void) | undefined;
process.on('uncaughtException', (error) => current?.(error));
process.on('unhandledRejection', (error) => current?.(error));

let failed = false;
try {
  await asAdmin(server.url, (client) => client.query(schema));
  const total: Tally = { ...openLedger().tally };
  console.log(`| fault | ${columns.join(' | ')} |\n| --- |${' --- |'.repeat(columns.length)}`);
  for (const fault of faults.filter(({ name }) => name.includes(process.argv[2] ?? ''))) {
    const tally = await run(fault);
    for (const column of columns) {
      total[column] += tally[column];
    }
    print(fault.name, tally);
  }
  print('all', total);
  failed = total.lost + total.doubled + total.wrong + total.hung + total.uncaught > 0;
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  console.log(
    `\n${new Date().toISOString().slice(0, 10)}, Node ${process.version}, PostgreSQL 18, ${platform()} ${arch()}, ${cpus().length} × ${cpus()[0]?.model}, ${minutes} minutes`,
  );
} finally {
  server.stop();
  rmSync(scratch, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);

async function run(fault: Fault): Promise<Tally> {
  const ledger = openLedger();
  const begun = performance.now();
  current = (error) => {
    ledger.tally.uncaught += 1;
    ledger.findings.push(`uncaught: ${(error as Error | undefined)?.stack}`);
  };
  await fault.run({
    server,
    ledger,
    inject: (times = 1) => {
      ledger.tally.injected += times;
    },
  });
  await asAdmin(server.url, async (client) => {
    if (!(await isUnused(client))) {
      ledger.tally.hung += 1;
      ledger.findings.push('hung: sessions that do not end');
    }
    await ledger.check(client);
  });
  for (const finding of [...new Set(ledger.findings)].slice(0, 20)) {
    console.error(`  ${finding}`);
  }
  console.error(`  ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  return ledger.tally;
}

/** Whether all other sessions end within a minute. */
async function isUnused(client: Client): Promise<boolean> {
  for (const end = performance.now() + 60_000; performance.now() < end; await sleep(20)) {
    const { rows } = await client.query(
      "SELECT FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
    );
    if (rows.length === 0) {
      return true;
    }
  }
  return false;
}

function print(name: string, tally: Tally): void {
  console.log(`| ${name} | ${columns.map((column) => tally[column]).join(' | ')} |`);
}
