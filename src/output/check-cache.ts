import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isGenerated } from '../codegen/header.ts';
import { embeddedVersions } from '../database/embedded/embedded-versions.ts';
import { readSourceFiles } from '../database/migrations/migration-files.ts';
import { buildFingerprint } from '../project/build-fingerprint.ts';
import { cacheFolder } from '../project/cache-folder.ts';
import type { Config } from '../project/config.ts';
import type { Environment } from '../project/environment.ts';
import { findQueryFiles } from '../project/query-files.ts';
import { type CheckCache, checkCacheIn } from './check-cache-store.ts';
import { readOutput } from './compare.ts';
import { type Fingerprint, fingerprint, type Part } from './fingerprint.ts';
import { findOrphans } from './orphans.ts';

/** Everything that generated modules are made from. */
export interface Inputs {
  readonly fingerprint: Fingerprint;
  /** Absolute paths of the modules that are made from it, except the shared types. */
  readonly modules: ReadonlySet<string>;
}

/**
 * The fingerprint of all that decides what is generated: nodrift's own code, the versions of Node.js, PGlite and the
 * packages beside it, the configuration's text, and names and contents of queries and migrations.
 * @returns null where that does not decide it: a server and a container are not in any file, and migrations that are
 *   programs may do anything
 * @throws Failure (2) where files are not there that should be
 */
export async function readInputs(config: Config): Promise<Inputs | null> {
  if (config.database.kind !== 'embedded') return null;
  const schema = readSourceFiles(config);
  if (!schema.every(({ path }) => path.endsWith('.sql'))) return null;
  const code = buildFingerprint();
  if (code === null) return null;
  const targets = await findQueryFiles(config);
  const queries = new Map(targets.map(({ file, path }) => [file, path]));
  const parts: Part[] = [
    ['node', process.version],
    ...code,
    ...embeddedVersions(config, schema),
    ['configuration', config.text],
    ['schema', String(schema.length)],
    ...schema.map(({ file, text }): Part => [file, text]),
    ['queries', String(queries.size)],
    ...Array.from(queries, ([file, path]): Part => [file, readFileSync(path)]),
  ];
  return { fingerprint: fingerprint(parts), modules: new Set(targets.map(({ output }) => output)) };
}

/**
 * Whether exactly these inputs with exactly these generated files have passed before, on this computer or wherever its
 * cache comes from. Starts no database; what cannot be read has not passed.
 */
export async function isInCheckCache(config: Config, env: Environment): Promise<boolean> {
  const cache = recordsOf(env);
  if (cache === null) return false;
  try {
    const inputs = await readInputs(config);
    if (inputs === null) return false;
    const texts = new Map(Array.from(inputs.modules, (path) => [path, readOutput(config, path)]));
    const shared = readOutput(config, config.sharedTypes);
    // A file of the user's own may be there as long as no types are shared.
    texts.set(config.sharedTypes, shared !== null && isGenerated(shared) ? shared : null);
    if (!cache.has(treeOf(config, inputs, texts))) return false;
    return (await findOrphans(config, new Set(texts.keys()))).length === 0;
  } catch {
    return false;
  }
}

/** What a run knows at its end: each module with the text that belongs there. */
interface Settled {
  readonly analysed: { readonly selected: ReadonlySet<string> | null };
  readonly outputs: readonly { readonly path: string; readonly after: string | null }[];
}

/**
 * Runs work that gets a function to be called when all modules are as they should be: then it is remembered that these
 * belong to the inputs, unless the run was limited to some files or the inputs were changed meanwhile.
 */
export async function withCheckCache<T>(
  config: Config,
  options: { readonly env?: Environment },
  work: (remember: (settled: Settled) => Promise<void>) => Promise<T>,
): Promise<T> {
  const cache = recordsOf(options.env ?? process.env);
  const read = () => readInputs(config).catch(() => null);
  const before = cache && (await read());
  return work(async ({ analysed, outputs }) => {
    if (!before || analysed.selected !== null) return;
    const after = await read();
    if (after?.fingerprint !== before.fingerprint) return;
    cache?.add(treeOf(config, before, new Map(outputs.map((output) => [output.path, output.after]))));
  });
}

/** What is expected to be absent is absent in the fingerprint too. */
function treeOf(config: Config, inputs: Inputs, texts: ReadonlyMap<string, string | null>): Fingerprint {
  const outputs = [...inputs.modules, config.sharedTypes].map((path): Part => {
    return [relative(config.root, path).replaceAll('\\', '/'), texts.get(path) ?? null];
  });
  return fingerprint([['inputs', inputs.fingerprint], ...outputs]);
}

function recordsOf(env: Environment): CheckCache | null {
  const folder = cacheFolder(env);
  return folder === null ? null : checkCacheIn(join(folder, 'passed'));
}
