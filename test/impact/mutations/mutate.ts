import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mutated } from '../../soundness/mutations/mutations.ts';
import { mutations } from './mutations.ts';

/**
 * Breaks one rule of impact's verdicts after the other in a copy of the sources, and tells whether the test named with it
 * fails. `npm run mutate:impact` tries all; with arguments those whose names hold one of them.
 */
const root = fileURLToPath(new URL('../../../', import.meta.url));
const wanted = process.argv.slice(2);
const chosen = mutations.filter(
  ({ rule }) => wanted.length === 0 || wanted.some((part) => rule.includes(part)),
);
const folder = mkdtempSync(join(tmpdir(), 'nodrift-impact-mutations-'));
let unnoticed = 0;
try {
  for (const part of ['src', 'test', 'package.json', 'tsconfig.json', 'vitest.config.ts'])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const test of new Set(chosen.map((mutation) => mutation.test)))
    if (fails(test)) throw new Error(`${test} fails with the rules as they are`);
  for (const mutation of chosen) {
    const file = join(folder, mutation.file);
    const source = readFileSync(file, 'utf8');
    writeFileSync(file, mutated(source, mutation));
    const isNoticed = fails(mutation.test);
    writeFileSync(file, source);
    if (!isNoticed) unnoticed++;
    console.log(`| ${mutation.rule} | ${isNoticed ? mutation.test : 'not noticed'} |`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${chosen.length - unnoticed} of ${chosen.length} broken rules noticed`);
process.exit(unnoticed === 0 ? 0 : 1);

function fails(test: string): boolean {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const { status } = spawnSync(process.execPath, [vitest, 'run', ...test.split(' ')], {
    cwd: folder,
    encoding: 'utf8',
  });
  return status !== 0;
}
