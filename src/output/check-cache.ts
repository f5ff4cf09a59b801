import { join, relative } from 'node:path';
import { isGenerated } from '../codegen/header.ts';
import { embeddedVersions } from '../database/embedded/embedded-versions.ts';
import { isInternal } from '../diagnostic.ts';
import { buildFingerprint } from '../project/build-fingerprint.ts';
import { cacheFolder } from '../project/cache-folder.ts';
import type { Environment } from '../project/environment.ts';
import { type Fingerprint, fingerprint, type Part } from '../project/fingerprint.ts';
import { factoriesPath, querySchemasPath, tableSchemasPath } from '../project/generated-paths.ts';
import { fingerprintOfInputs, type Inputs } from '../project/inputs.ts';
import { type CheckCache, checkCacheIn } from './check-cache-store.ts';
import { readOutput } from './compare.ts';
import { findOrphans } from './orphans.ts';
import { type Reportable, type RunReport, reportOf } from './run-report.ts';

/**
 * What the run said in which exactly these inputs with exactly these generated files have passed before, on this computer
 * or wherever its cache comes from; null: they have not. Starts no database; what cannot be read has not passed.
 * @param keepGoing whether it is enough that they have passed without the queries that are refused
 */
export async function readCheckCache(
  inputs: Inputs,
  env: Environment,
  keepGoing = false,
): Promise<RunReport | null> {
  const cache = checkCache(env);
  if (cache === null) return null;
  const { config, targets } = inputs;
  try {
    const all = fingerprintOfRun(inputs);
    if (all === null) return null;
    const texts = new Map(targets.map(({ output }) => [output, readOutput(config, output)]));
    // A file of the user's own may be there as long as no types are shared, or nothing has a schema.
    for (const path of besides(inputs)) {
      const text = readOutput(config, path);
      texts.set(path, text !== null && isGenerated(text) ? text : null);
    }
    const said = [false, ...(keepGoing ? [true] : [])]
      .map((isPartial) => cache.get(fingerprintWithOutputs(inputs, all, texts, isPartial)))
      .find((one) => one !== null);
    if (said === undefined || (await findOrphans(inputs, new Set(texts.keys()))).length > 0) return null;
    return JSON.parse(said);
  } catch {
    return null;
  }
}

/** What a run knows at its end: each module with the text that belongs there. */
interface Passed extends Reportable {
  readonly analysed: Reportable['analysed'] & { readonly selected: ReadonlySet<string> | null };
  readonly outputs: readonly (Reportable['outputs'][number] & { readonly after: string | null })[];
}

/**
 * Records that all modules of these inputs are as they should be, unless the run was limited to some files or came upon
 * an internal error. It holds for the inputs as they were read, whatever they are by now.
 */
export function addToCheckCache(inputs: Inputs, env: Environment, passed: Passed): void {
  const { analysed, refused } = passed;
  const cache = checkCache(env);
  if (cache === null || analysed.selected !== null || refused.some(isInternal)) return;
  const all = fingerprintOfRun(inputs);
  if (all === null) return;
  const texts = new Map(passed.outputs.map(({ path, after }) => [path, after]));
  const outputs = passed.outputs.flatMap((output) =>
    output.after === null ? [] : [{ ...output, state: 'unchanged' as const }],
  );
  const report = reportOf({ ...passed, outputs });
  cache.add(fingerprintWithOutputs(inputs, all, texts, refused.length > 0), JSON.stringify(report));
}

/**
 * The fingerprint of all that decides what is generated: the project's files, nodrift's own code, the versions of
 * Node.js, PGlite and the packages beside it.
 * @returns null where that does not decide it: a server and a container are not in any file, and migrations that are
 *   programs may do anything
 */
function fingerprintOfRun(inputs: Inputs): Fingerprint | null {
  const { config, schema } = inputs;
  if (config.database.kind !== 'embedded') return null;
  if (!schema.every(({ path }) => path.endsWith('.sql'))) return null;
  const code = buildFingerprint();
  if (code === null) return null;
  return fingerprint([
    ['node', process.version],
    ...code,
    ...embeddedVersions(config, schema),
    ['files', fingerprintOfInputs(inputs)],
  ]);
}

/**
 * What is expected to be absent is absent in the fingerprint too.
 * @param isPartial whether queries are refused, which `generate --keep-going` goes past and the modules do not show
 */
function fingerprintWithOutputs(
  inputs: Inputs,
  all: Fingerprint,
  texts: ReadonlyMap<string, string | null>,
  isPartial: boolean,
): Fingerprint {
  const paths = new Set([...inputs.targets.map(({ output }) => output), ...besides(inputs)]);
  const outputs = Array.from(paths, (path): Part => {
    return [relative(inputs.config.root, path).replaceAll('\\', '/'), texts.get(path) ?? null];
  });
  return fingerprint([['inputs', all], ...outputs, ...(isPartial ? [['partial', ''] as const] : [])]);
}

/** The files that may be generated besides the modules of queries. */
function besides({ config, targets }: Inputs): readonly string[] {
  const schemas =
    config.validators === undefined ? [] : targets.map(({ output }) => querySchemasPath(output));
  return [config.sharedTypes, tableSchemasPath(config), factoriesPath(config), ...schemas];
}

function checkCache(env: Environment): CheckCache | null {
  const folder = cacheFolder(env);
  return folder === null ? null : checkCacheIn(join(folder, 'passed'));
}
