import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { isGenerated } from '../codegen/header.ts';
import type { Module } from '../codegen/module.ts';
import { diagnostic, Failure } from '../diagnostic.ts';
import type { Config } from '../project/config.ts';
import { type FileMemo, readDirectly } from '../project/file-memo.ts';
import { factoriesPath, tableSchemasPath } from '../project/generated-paths.ts';
import type { Inputs } from '../project/inputs.ts';
import { systemCode, systemHint, systemReason } from '../system-error.ts';
import { findOrphans } from './orphans.ts';
import type { Output, OutputState } from './output.ts';

/** How PgTyped's generator begins every file (its generator.ts); such files are taken over. */
const pgTypedMark = '/** Types generated for queries found in ';

/**
 * Says of each module how its file is on the disk, in the order of the modules, and after them which files
 * of ours are orphaned. Changes nothing. Throws Failure (2) for a file that cannot be read.
 */
export async function compareOutputs(
  inputs: Pick<Inputs, 'config' | 'targets'>,
  modules: readonly Module[],
  fileMemo: FileMemo = readDirectly,
): Promise<readonly Output[]> {
  const { config } = inputs;
  const compared = modules.map((module) => compareModule(config, module, fileMemo));
  const expected = new Set(modules.map((module) => module.path));
  const orphans = await findOrphans(inputs, expected, fileMemo);
  const orphaned = orphans.map(({ path, source }) =>
    orphan(path, source, readOutput(config, path, fileMemo)),
  );
  return [...compared, ...orphaned, ...leftoverShared(config, expected, fileMemo)];
}

function compareModule(config: Config, module: Module, fileMemo: FileMemo): Output {
  const before = readOutput(config, module.path, fileMemo);
  return { ...module, state: stateOf(before, module.text), before, after: module.text };
}

function stateOf(before: string | null, after: string): OutputState {
  if (before === null) return 'missing';
  if (before === after) return 'unchanged';
  if (before.trim() === '' || isGenerated(before) || before.startsWith(pgTypedMark)) return 'stale';
  return 'foreign';
}

function leftoverShared(
  config: Config,
  expected: ReadonlySet<string>,
  fileMemo: FileMemo,
): readonly Output[] {
  return [config.sharedTypes, tableSchemasPath(config), factoriesPath(config)].flatMap((path) => {
    if (expected.has(path)) return [];
    const before = readOutput(config, path, fileMemo);
    return before !== null && isGenerated(before) ? [orphan(path, null, before)] : [];
  });
}

function orphan(path: string, source: string | null, before: string | null): Output {
  return { path, source, state: 'orphaned', before, after: null };
}

/**
 * A file's text with the line endings of a checkout on Windows undone; null if there is none.
 * Throws Failure (2) for a file that cannot be read.
 */
export function readOutput(
  config: Pick<Config, 'root'>,
  path: string,
  fileMemo: FileMemo = readDirectly,
): string | null {
  try {
    return fileMemo(path, readUnixLines);
  } catch (error) {
    const code = systemCode(error);
    // ENOTDIR: a part of the path is a file; writing will say so.
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    const file = relative(config.root, path).replaceAll('\\', '/');
    throw new Failure(2, [
      diagnostic({
        file,
        code: code === 'EISDIR' ? 'ND6002' : 'ND1017',
        message:
          code === 'EISDIR'
            ? 'A directory exists at the output path.'
            : `Cannot be read: ${systemReason(error)}.`,
        hint: systemHint(error) ?? 'Move it away, or change emitTemplate in the configuration.',
      }),
    ]);
  }
}

function readUnixLines(path: string): string {
  return readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
}
