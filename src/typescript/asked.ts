import type { Asked } from '../analysis/asked.ts';
import type { Config } from '../project/config.ts';

/** What modules are printed from. */
export function askedByModules({ runtime }: Config): Asked {
  const ours = runtime === 'nodrift';
  return { rows: false, effects: ours, violations: ours };
}
