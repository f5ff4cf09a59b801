import type { Asked } from '../analysis/asked.ts';
import type { Config } from '../project/config.ts';

/** What modules are printed from. */
export function askedByModules({ runtime }: Config): Asked {
  const ours = runtime === 'nodrift';
  // PgTyped's types are those of the columns' types, whatever is known of the values.
  return { rows: false, effects: ours, violations: ours, contents: ours };
}
