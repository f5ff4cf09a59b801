import { relative } from 'node:path';
import type { Diagnostic } from '../diagnostic.ts';
import type { OutputState } from './output.ts';

/** What a run of `generate` or `check` that came to its end says. */
export interface RunReport {
  /** What the queries were analysed on. */
  readonly database: string;
  /** One for each module in the order of the files, then the shared types, then what is orphaned. */
  readonly files: readonly ReportedFile[];
  /** What is wrong with the queries that no module has, with --keep-going. */
  readonly errors: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
  readonly notes: readonly string[];
}

/** A generated file. */
export interface ReportedFile {
  /** Relative to the configuration's folder, '/' separated. */
  readonly file: string;
  /** The `.sql` file that it comes from, likewise; null for the shared types. */
  readonly source: string | null;
  /** How it was on the disk before the run. */
  readonly state: OutputState;
  /** How many queries it has; null for shared types, schemas, and what is orphaned. */
  readonly queries: number | null;
}

/** What a report is made from; see Compared. */
export interface Reportable {
  readonly analysed: {
    readonly config: { readonly root: string };
    readonly database: string;
    readonly notes: readonly string[];
    readonly warnings: readonly Diagnostic[];
    readonly files: readonly { readonly output: string; readonly queries: readonly unknown[] }[];
  };
  readonly outputs: readonly {
    readonly path: string;
    readonly source: string | null;
    readonly state: OutputState;
  }[];
  readonly refused: readonly Diagnostic[];
}

/** The report of a run. */
export function reportOf({ analysed, outputs, refused }: Reportable): RunReport {
  const { config, database, notes, warnings, files } = analysed;
  const queries = new Map(files.map((file) => [file.output, file.queries.length]));
  return {
    database,
    files: outputs.map(({ path, source, state }) => ({
      file: relative(config.root, path).replaceAll('\\', '/'),
      source,
      state,
      queries: queries.get(path) ?? null,
    })),
    errors: refused,
    warnings,
    notes,
  };
}
