import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createVitest, type TestModule } from 'vitest/node';
import { type Mutation, mutated } from '../soundness/mutations/mutations.ts';

/**
 * Breaks one rule of a list after the other in a copy of the sources, and tells which test fails first of those named with
 * it. `npm run mutate:impact` tries all of impact's verdicts; with arguments those whose names hold one of them.
 */
const root = fileURLToPath(new URL('../../', import.meta.url));
const [list = '', ...wanted] = process.argv.slice(2);
const { mutations }: { readonly mutations: readonly Required<Mutation>[] } = await import(join(root, list));
const chosen = mutations.filter(
  ({ rule }) => wanted.length === 0 || wanted.some((part) => rule.includes(part)),
);
const folder = mkdtempSync(join(tmpdir(), 'nodrift-mutations-'));
for (const part of ['src', 'test', 'package.json', 'tsconfig.json', 'vitest.config.ts'])
  cpSync(join(root, part), join(folder, part), { recursive: true });
symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
// One for all rules: its server of PostgreSQL and the transformed sources last.
const vitest = await createVitest('test', {
  root: folder,
  mode: 'every',
  watch: false,
  bail: 1,
  reporters: [{}],
});
let unnoticed = 0;
try {
  for (const test of new Set(chosen.flatMap((mutation) => mutation.test.split(' ')))) {
    const failed = await firstFailure(test);
    if (failed !== null) throw new Error(`${test} fails with the rules as they are: ${failed}`);
  }
  for (const mutation of chosen) {
    const file = join(folder, mutation.file);
    const source = readFileSync(file, 'utf8');
    writeFileSync(file, mutated(source, mutation));
    vitest.invalidateFile(file);
    let failed: string | null = null;
    for (const test of mutation.test.split(' ')) failed ??= await firstFailure(test);
    writeFileSync(file, source);
    vitest.invalidateFile(file);
    if (failed === null) unnoticed++;
    console.log(`| ${mutation.rule} | ${failed ?? 'not noticed'} |`);
  }
} finally {
  await vitest.close();
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${chosen.length - unnoticed} of ${chosen.length} broken rules noticed`);
process.exit(unnoticed === 0 ? 0 : 1);

/** The name of the first test of a file that fails; null if all pass. */
async function firstFailure(file: string): Promise<string | null> {
  const found = await vitest.globTestSpecifications([file]);
  const { testModules: all, unhandledErrors } = await vitest.runTestSpecifications(found);
  const testModules = all.filter(({ moduleId }) => found.some((one) => one.moduleId === moduleId));
  const [failed] = testModules.flatMap((module) => [...module.children.allTests('failed')]);
  if (failed !== undefined) return failed.fullName;
  // What cannot run at all is not a broken rule.
  const [error] = [...testModules.flatMap(errorsOf), ...unhandledErrors];
  if (error !== undefined) throw new Error(`${file} cannot run`, { cause: error });
  const passed = testModules.flatMap((module) => [...module.children.allTests('passed')]);
  if (passed.length === 0) throw new Error(`${file} has no tests`);
  return null;
}

function errorsOf(module: TestModule) {
  return [...module.errors(), ...[...module.children.allSuites()].flatMap((suite) => suite.errors())];
}
