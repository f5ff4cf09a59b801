import { addToCheckCache } from '../output/check-cache.ts';
import { refuseHandwritten, writeOutputs } from '../output/write-outputs.ts';
import type { Config } from '../project/config.ts';
import { type Compared, type FlowOptions, inputsOf, runPipeline } from './pipeline.ts';

export interface GenerateOptions extends FlowOptions {
  /** Write and remove nothing. */
  readonly dryRun?: boolean;
}

/**
 * Analyses the queries and writes their modules: all that changed, or none at all. The outputs returned say how
 * each file was before: `stale` and `missing` ones were written, `orphaned` ones removed, `unchanged` ones not
 * touched.
 * With `options.files` only their modules, and the shared types, are written, and nothing is removed.
 * Throws Failure: 1 with everything that is wrong with the queries or the migrations; 2 configuration, a file
 * that a person wrote in a module's place, or a folder that cannot be written; 3 database; 70 an internal error in a
 * query. Then nothing is written. With `options.keepGoing` the modules of the healthy queries are written nevertheless,
 * and what is wrong with the others is returned.
 */
export async function generate(config: Config, options: GenerateOptions = {}): Promise<Compared> {
  const inputs = await inputsOf(config, options);
  const compared = await runPipeline(inputs, options);
  options.signal?.throwIfAborted();
  if (options.dryRun === true) {
    refuseHandwritten(compared.outputs, config.root);
    return compared;
  }
  await writeOutputs(compared.outputs, config.root);
  const { whenIdle = (record) => record() } = options;
  whenIdle(() => addToCheckCache(inputs, options.env ?? process.env, compared));
  return compared;
}
