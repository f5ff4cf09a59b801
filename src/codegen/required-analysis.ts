import type { AnalysisOptions } from '../analysis/options.ts';
import type { Config } from '../project/config.ts';

/** What modules are printed from. */
export function requiredByCodegen({ runtime, validators }: Config): AnalysisOptions {
  const ours = runtime === 'nodrift';
  // PgTyped's types are those of the columns' types, whatever is known of the values.
  return {
    ...{ rows: false, effects: ours, violations: ours, contents: ours, optional: ours, arrays: ours },
    assigned: validators !== undefined,
  };
}
