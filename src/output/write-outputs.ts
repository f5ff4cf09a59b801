import { copyFileSync, linkSync, mkdirSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { type Diagnostic, diagnostic, Failure } from '../diagnostic.ts';
import { systemCode, systemHint, systemReason } from '../system-error.ts';
import type { Output } from './output.ts';

/**
 * Brings the disk to what `outputs` say: stale and missing files are written, orphaned ones removed, unchanged
 * ones not touched. Every text is first written beside its place and moved there only when all of them are
 * written, so that a full disk or a folder without write permission changes nothing; where moving or removing fails
 * half-way, what was moved and removed before is put back.
 * Synchronous inside: through the thread pool many small files take several times as long.
 * Throws Failure (2) for a foreign file and for what the file system refuses, with paths relative to `root`.
 */
export async function writeOutputs(outputs: readonly Output[], root: string): Promise<void> {
  refuseHandwritten(outputs, root);
  const texts = outputs.flatMap((output) =>
    output.after !== null && (output.state === 'stale' || output.state === 'missing')
      ? [{ path: output.path, text: output.after, isNew: output.state === 'missing' }]
      : [],
  );
  const orphans = outputs.filter(({ state }) => state === 'orphaned');
  const staged: Staged[] = [];
  const undo: (() => void)[] = [];
  const kept: string[] = [];
  const keep = (path: string) => {
    const copy = `${path}.${process.pid}.old.tmp`;
    kept.push(copy);
    keepAs(path, copy);
    undo.push(() => renameSync(copy, path));
  };
  try {
    for (const { path, text, isNew } of texts)
      staged.push(refusable(path, root, () => stage(path, text, isNew)));
    for (const { from, to, isNew } of staged) {
      refusable(to, root, () => {
        if (isNew) undo.push(() => rmSync(to, { force: true }));
        else keep(to);
        renameSync(from, to);
      });
    }
    for (const { path } of orphans) {
      refusable(path, root, () => {
        keep(path);
        rmSync(path, { force: true });
      });
    }
  } catch (error) {
    // Whatever cannot be put back must not keep the others from it.
    for (const step of undo.toReversed()) attempt(step);
    for (const { from } of staged) attempt(() => rmSync(from, { force: true }));
    throw error;
  } finally {
    for (const path of kept) attempt(() => rmSync(path, { force: true }));
  }
}

/** Throws Failure (2) with each file that a person wrote in a module's place; paths in it are relative to `root`. */
export function refuseHandwritten(outputs: readonly Output[], root: string): void {
  const foreign = outputs.filter((output) => output.state === 'foreign');
  if (foreign.length === 0) return;
  throw new Failure(
    2,
    foreign.map((output) => inTheWay(output, root)),
  );
}

/** Keeps a file under a second name, with its time stamps where the file system has links. */
function keepAs(path: string, copy: string): void {
  if (!attempt(() => linkSync(path, copy))) copyFileSync(path, copy);
}

/** Whether it went well. */
function attempt(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

interface Staged {
  readonly from: string;
  readonly to: string;
  readonly isNew: boolean;
}

function stage(path: string, text: string, isNew: boolean): Staged {
  if (isNew) mkdirSync(dirname(path), { recursive: true });
  // A link stays a link: its target is what is replaced.
  const to = isNew ? path : realpathSync(path);
  const from = `${to}.${process.pid}.tmp`;
  try {
    writeFileSync(from, text);
  } catch (error) {
    rmSync(from, { force: true });
    throw error;
  }
  return { from, to, isNew };
}

function refusable<T>(path: string, root: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new Failure(2, [refused(path, root, error)]);
  }
}

function refused(path: string, root: string, error: unknown): Diagnostic {
  return diagnostic({
    file: shown(path, root),
    code: 'ND6003',
    message: `Cannot be written: ${systemReason(error)}.`,
    hint:
      systemCode(error) === 'ENOSPC'
        ? systemHint(error)
        : 'Make its folder writable, or change emitTemplate in the configuration.',
  });
}

function inTheWay(output: Output, root: string): Diagnostic {
  const origin =
    output.source === null ? 'what is generated from the schema' : `the queries of ${output.source}`;
  return diagnostic({
    file: shown(output.path, root),
    line: 1,
    code: 'ND6001',
    message: `This file was not written by nodrift, and ${origin} would overwrite it.`,
    hint:
      'Move or delete it and run `nodrift generate` again, or change emitTemplate in the ' +
      'configuration. Nothing was written.',
    excerpt: output.before?.split('\n', 1)[0] ?? null,
  });
}

function shown(path: string, root: string): string {
  return relative(root, path).replaceAll('\\', '/');
}
