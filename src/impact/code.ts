import type { Diagnostic } from '../diagnostic.ts';
import type { Config } from '../project/config.ts';
import type { Sources } from '../project/read-sources.ts';
import type { Statement } from '../sql/statement.ts';

/** The queries of one state of the project. */
export interface ImpactCode {
  readonly statements: readonly Statement[];
  /** The files' texts, by name. */
  readonly texts: ReadonlyMap<string, string>;
  readonly lenientParameters: boolean;
  readonly runtime: Config['runtime'];
  /** What is wrong with the files, without a database. */
  readonly diagnostics: readonly Diagnostic[];
}

export function codeOf(
  { sources, diagnostics }: Pick<Sources, 'sources' | 'diagnostics'>,
  config: Config,
): ImpactCode {
  return {
    statements: sources.flatMap((source) => source.statements),
    texts: new Map(sources.map((source) => [source.file, source.text])),
    lenientParameters: config.runtime === '@pgtyped/runtime',
    runtime: config.runtime,
    diagnostics,
  };
}
