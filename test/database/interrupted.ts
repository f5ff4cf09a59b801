import { setTimeout } from 'node:timers/promises';
import { openDatabase } from '../../src/database/open.ts';
import { loadConfig } from '../../src/project/load-config.ts';

// The process that server.test.ts interrupts: what a command does on Ctrl-C, and nothing else.
const [config, when] = process.argv.slice(2);
const interruption = new AbortController();
process.once('SIGINT', () => interruption.abort());
process.once('SIGTERM', () => interruption.abort());

try {
  if (when === 'opening') process.stdout.write('opening\n');
  const database = await openDatabase(loadConfig(String(config)), { signal: interruption.signal });
  if (when === 'open') process.stdout.write('open\n');
  const query = database.client.query('SELECT pg_sleep(600)').catch(() => {});
  await setTimeout(600_000, undefined, { signal: interruption.signal }).catch(() => {});
  await database.close();
  await query;
  process.exitCode = 130;
} catch {
  process.exitCode = interruption.signal.aborted ? 131 : 1;
}
