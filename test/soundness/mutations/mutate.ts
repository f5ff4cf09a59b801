import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serialize } from 'node:v8';
import { startNativeServer } from '../../support/native-server.ts';
import { mutated, mutations } from './mutations.ts';
import { type Recording, record } from './record.ts';

/**
 * Breaks one rule after the other in a copy of the sources, and tells whether the harness notices: whether anything that
 * the corpus and random queries returned contradicts what is then declared. `npm run mutate` tries all rules; with
 * arguments those whose names hold one of them.
 */
const root = fileURLToPath(new URL('../../../', import.meta.url));
const servers = [
  { major: 18, queries: 4000 },
  { major: 14, queries: 1500 },
] as const;

const wanted = process.argv.slice(2);
const chosen = mutations.filter(
  ({ rule }) => wanted.length === 0 || wanted.some((part) => rule.includes(part)),
);
const folder = mkdtempSync(join(tmpdir(), 'nodrift-mutations-'));
chmodSync(folder, 0o711);
const recording = join(folder, 'recording');
let unnoticed = 0;
try {
  const recordings: Recording[] = [];
  for (const { major, queries } of servers) {
    const server = startNativeServer(major, folder, `server-${major}`);
    try {
      recordings.push(await record(server.url, major, queries));
    } finally {
      server.stop();
    }
  }
  writeFileSync(recording, serialize(recordings));
  for (const part of ['src', 'test', 'package.json', 'tsconfig.json', 'vitest.config.ts'])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  if (look() !== '') throw new Error('The recording contradicts the rules as they are');
  for (const mutation of chosen) {
    const file = join(folder, mutation.file);
    const source = readFileSync(file, 'utf8');
    writeFileSync(file, mutated(source, mutation));
    const from = Date.now();
    const found = mutation.test === undefined ? look() : testFails(mutation.test);
    writeFileSync(file, source);
    if (found === '') unnoticed++;
    console.log(
      `| ${mutation.rule} | ${found || 'not noticed'} | ${((Date.now() - from) / 1000).toFixed(0)} s |`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${chosen.length - unnoticed} of ${chosen.length} broken rules noticed`);
process.exit(unnoticed === 0 ? 0 : 1);

/** The test's name if it fails in the copy. */
function testFails(test: string): string {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const { status } = spawnSync(process.execPath, [vitest, 'run', test], { cwd: folder, encoding: 'utf8' });
  return status === 0 ? '' : test;
}

/** Where something was found that contradicts the rules of the copy; '' if nowhere. */
function look(): string {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', join(folder, 'test/soundness/mutations/look.ts'), recording],
    { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 26 },
  );
  // What cannot run at all is not a broken rule.
  if (status !== 0) console.error(stderr);
  return status === 0 ? stdout.trim() : '';
}
