import { addToCheckCache } from '../output/check-cache.ts';
import type { Config } from '../project/config.ts';
import { type Compared, type FlowOptions, inputsOf, runPipeline } from './pipeline.ts';

/**
 * Analyses the queries and compares what would be generated with what is on the disk; writes nothing but, if all is
 * well, a record of that in the user's cache.
 * With `options.files` only their modules, and the shared types, are considered.
 * Throws Failure: 1 with everything that is wrong with the queries or the migrations, 2 configuration, 3 database,
 * 70 an internal error in a query, among what else is wrong. With `options.keepGoing` what is wrong with queries is
 * returned instead.
 */
export async function check(config: Config, options: FlowOptions = {}): Promise<Compared> {
  const inputs = await inputsOf(config, options);
  const compared = await runPipeline(inputs, options);
  const { whenIdle = (record) => record() } = options;
  if (compared.outputs.every(({ state }) => state === 'unchanged'))
    whenIdle(() => addToCheckCache(inputs, options.env ?? process.env, compared));
  return compared;
}
