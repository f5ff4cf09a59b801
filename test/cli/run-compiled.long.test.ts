import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const runner = fileURLToPath(new URL('../../src/cli/run-compiled.ts', import.meta.url));
let root: string;
let kept: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'nodrift-compiled-'));
  kept = join(root, 'kept');
  writeBundle('first');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A bundle that says a word, what `require` gives it, and where it believes it lies. */
function writeBundle(word: string, rest = ''): void {
  writeFileSync(
    join(root, 'bundle.cjs'),
    `const { sep } = require('node:path');
function later() { return ${JSON.stringify(word)} + sep.length + __filename.endsWith('bundle.cjs'); }
setTimeout(() => { console.log(later()); ${rest} }, 0);\n`,
  );
}

/** What the bundle prints, run in a process of its own; the variant is `generate`. */
function run(folder: string | null = kept, bundle = join(root, 'bundle.cjs')): string {
  const code = `import { runCompiled } from ${JSON.stringify(runner)};
    runCompiled(${JSON.stringify(bundle)}, ${JSON.stringify(folder)}, 'generate');`;
  writeFileSync(join(root, 'start.mts'), code);
  const tsx = fileURLToPath(import.meta.resolve('tsx'));
  return execFileSync(process.execPath, ['--import', tsx, join(root, 'start.mts')], { encoding: 'utf8' });
}

const only = () => {
  const names = readdirSync(kept);
  expect(names).toHaveLength(1);
  return join(kept, names[0] ?? '');
};

describe('the compiled code', () => {
  test('is not shared between installations, whose paths are in its stack traces', () => {
    const text = `function fail() { return new Error('here').stack; }
setTimeout(() => console.log(fail().includes(__filename)), 0);\n`;
    for (const name of ['one', 'other']) {
      mkdirSync(join(root, name));
      writeFileSync(join(root, name, 'bundle.cjs'), text);
      expect(run(kept, join(root, name, 'bundle.cjs'))).toBe('true\n');
    }
    expect(readdirSync(kept)).toHaveLength(2);
  });

  test('is kept, for this user alone, and used', () => {
    expect(run()).toBe('first1true\n');
    const file = only();
    expect(file).toMatch(/[0-9a-f]{32}-generate\.code$/);
    if (process.platform !== 'win32') {
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(statSync(kept).mode & 0o777).toBe(0o700);
    }
    const before = statSync(file, { bigint: true });
    expect(run()).toBe('first1true\n');
    // Written again only if it was refused.
    expect(statSync(only(), { bigint: true }).mtimeNs).toBe(before.mtimeNs);
  });

  test('of another source of the same length is not used', () => {
    run();
    writeBundle('other');
    expect(run()).toBe('other1true\n');
    expect(readdirSync(kept)).toHaveLength(2);
  });

  test('is made again where it is broken', () => {
    run();
    const file = only();
    const good = readFileSync(file).length;
    writeFileSync(file, 'nonsense');
    expect(run()).toBe('first1true\n');
    expect(readFileSync(only()).length).toBeGreaterThan(good / 2);
  });

  test.skipIf(process.platform === 'win32')('that others could have written is not used', () => {
    run();
    const file = only();
    chmodSync(file, 0o666);
    const before = statSync(file).ino;
    expect(run()).toBe('first1true\n');
    expect(statSync(only()).ino).not.toBe(before);
    expect(statSync(only()).mode & 0o777).toBe(0o600);
  });

  test('is not kept for a run that fails, nor without a folder', () => {
    writeBundle('first', 'process.exitCode = 2;');
    expect(() => run()).toThrow();
    writeBundle('first');
    expect(run(null)).toBe('first1true\n');
    expect(readdirSync(root)).not.toContain('kept');
  });

  test('does without a folder that cannot be written', () => {
    writeFileSync(kept, 'a file');
    expect(run()).toBe('first1true\n');
    expect(readFileSync(kept, 'utf8')).toBe('a file');
  });

  test('that was unused for a month is deleted', () => {
    mkdirSync(kept);
    const old = join(kept, 'old.code');
    writeFileSync(old, '');
    execFileSync(process.execPath, ['-e', `fs.utimesSync(${JSON.stringify(old)}, 1e9, 1e9)`]);
    run();
    expect(only()).not.toBe(old);
  });
});
