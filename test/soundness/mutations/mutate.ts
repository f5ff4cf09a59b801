import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startNativeServer } from '../../support/native-server.ts';
import { mutated, mutations } from './mutations.ts';

/**
 * Breaks one rule after the other in a copy of the sources, and tells whether the harness notices within a minute.
 * `npm run mutate` tries all; with arguments those whose names hold one of them.
 */
const root = fileURLToPath(new URL('../../../', import.meta.url));
const SECONDS = 30;

const wanted = process.argv.slice(2);
const chosen = mutations.filter(
  ({ rule }) => wanted.length === 0 || wanted.some((part) => rule.includes(part)),
);
const folder = mkdtempSync(join(tmpdir(), 'nodrift-mutations-'));
chmodSync(folder, 0o711);
const servers = [18, 14] as const;
const started = servers.map((major) => startNativeServer(major, folder, `server-${major}`));
let unnoticed = 0;
try {
  for (const part of ['src', 'test', 'package.json', 'tsconfig.json'])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const whole = look();
  if (whole !== '') throw new Error(`The rules as they are: ${whole}`);
  for (const mutation of chosen) {
    const file = join(folder, mutation.file);
    const source = readFileSync(file, 'utf8');
    writeFileSync(file, mutated(source, mutation));
    const from = Date.now();
    const found = look();
    writeFileSync(file, source);
    if (found === '') unnoticed++;
    console.log(
      `| ${mutation.rule} | ${found || 'not noticed'} | ${((Date.now() - from) / 1000).toFixed(0)} s |`,
    );
  }
} finally {
  for (const server of started) server.stop();
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${chosen.length - unnoticed} of ${chosen.length} broken rules noticed`);
process.exit(unnoticed === 0 ? 0 : 1);

/** Where the harness found something wrong in the copy; '' if nowhere. */
function look(): string {
  const harness = join(folder, 'test/soundness/mutations/harness.ts');
  const args = servers.flatMap((major, i) => [started[i]?.url ?? '', String(major)]);
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', harness, ...args, String(SECONDS)],
    { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 26 },
  );
  // What cannot run at all is noticed too, but it is no mutation of a rule.
  if (status !== 0) return `error: ${stderr.split('\n').find((line) => line.includes('Error')) ?? status}`;
  return stdout.trim();
}
