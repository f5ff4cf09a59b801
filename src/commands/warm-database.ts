import { createAnalysisMemo } from '../analysis/analysis-memo.ts';
import type { AnalysisOptions } from '../analysis/options.ts';
import { createPrefixDatabases } from '../database/openers/prefix-database.ts';
import type { Inputs } from '../project/inputs.ts';
import type { SourceMemo } from '../project/read-sources.ts';
import { type AnalysisDatabase, type FlowOptions, openForAnalysis } from './pipeline.ts';

/** A database that stays open from one run to the next, with the queries that were analysed on it. */
export interface WarmDatabase {
  /** See FlowOptions.open. */
  readonly open: (inputs: Inputs, facts: AnalysisOptions) => AnalysisDatabase;
  /** Closes the database: the next run opens another. */
  forget(): Promise<void>;
}

interface Kept extends AnalysisDatabase {
  readonly files: Inputs['schema'];
}

/**
 * Keeps a database as long as the migrations are the same. A database as it is may be changed by other sessions, so it is opened for
 * each run.
 */
export function createWarmDatabase(options: FlowOptions): WarmDatabase {
  let kept: Kept | null = null;
  const sources: SourceMemo = new Map();
  const prefixes = createPrefixDatabases();
  const close = async () => {
    const old = kept;
    kept = null;
    await old?.close();
  };
  return {
    async forget() {
      await close();
      await prefixes.close();
    },
    open(inputs, facts) {
      const { config } = inputs;
      if (config.database.kind === 'server' && config.database.asIs)
        return openForAnalysis(inputs, facts, options);
      if (kept === null || !isSame(kept.files, inputs.schema)) {
        const schemaBefore = kept?.files;
        const closing = close();
        const opened = openForAnalysis(inputs, facts, {
          ...{ ...options, prefixes },
          ...(schemaBefore && { schemaBefore }),
        });
        const closeBoth = () => Promise.all([closing, opened.close()]).then(() => {});
        kept = {
          ...opened,
          close: closeBoth,
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
