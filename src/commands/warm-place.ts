import { createAnalysisMemo } from '../analysis/analysis-memo.ts';
import type { AnalysisOptions } from '../analysis/options.ts';
import type { Inputs } from '../project/inputs.ts';
import type { SourceMemo } from '../project/read-sources.ts';
import { type FlowOptions, openPlace, type Place } from './pipeline.ts';

/** A database that stays open from one run to the next, with the queries that were analysed on it. */
export interface WarmPlace {
  /** See FlowOptions.place. */
  readonly place: (inputs: Inputs, facts: AnalysisOptions) => Place;
  /** Closes the database: the next run opens another. */
  forget(): Promise<void>;
}

interface Kept extends Place {
  readonly files: Inputs['schema'];
}

/**
 * Keeps a place as long as the migrations are the same. A database as it is may be changed by other sessions, so it is opened for
 * each run.
 */
export function createWarmPlace(options: FlowOptions): WarmPlace {
  let kept: Kept | null = null;
  const sources: SourceMemo = new Map();
  const forget = async () => {
    const old = kept;
    kept = null;
    await old?.close();
  };
  return {
    forget,
    place(inputs, facts) {
      const { config } = inputs;
      if (config.database.kind === 'server' && config.database.asIs) return openPlace(inputs, facts, options);
      if (kept === null || !isSame(kept.files, inputs.schema)) {
        const schemaBefore = kept?.files;
        const closing = forget();
        const opened = openPlace(inputs, facts, { ...options, ...(schemaBefore && { schemaBefore }) });
        const close = () => Promise.all([closing, opened.close()]).then(() => {});
        kept = {
          ...opened,
          close,
          files: inputs.schema,
          memo: { analysis: createAnalysisMemo(), sources, modules: new Map() },
        };
      }
      return { ...kept, close: async () => {} };
    },
  };
}

/** Whether a database is made from the same. */
function isSame(before: Inputs['schema'], now: Inputs['schema']): boolean {
  return (
    before.length === now.length &&
    before.every(({ file, text }, i) => file === now[i]?.file && text === now[i].text)
  );
}
