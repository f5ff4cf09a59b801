import { type DiagnosticJson, diagnosticJson, type Failure } from '../diagnostic.ts';
import type { ReportedFile, RunReport } from '../output/run-report.ts';
import { failureOf } from './failure-of.ts';
import type { CliContext } from './terminal.ts';

/**
 * What `generate --json` and `check --json` print. `formatVersion` grows when a reader of this format could be misled;
 * additions do not raise it. docs/run.schema.json describes every field.
 */
interface JsonReport {
  readonly formatVersion: 1;
  readonly exitCode: number;
  readonly database: string | null;
  readonly files: readonly ReportedFile[];
  readonly errors: readonly DiagnosticJson[];
  readonly warnings: readonly DiagnosticJson[];
  readonly notes: readonly string[];
}

/**
 * Prints what a run says as JSON, also where it fails, and returns its exit code.
 * @param exitCodeOf that of a run that came to its end
 * @throws what is no failure of the project's: interruptions, and bugs of nodrift
 */
export async function printJsonReport(
  io: CliContext,
  run: () => Promise<RunReport>,
  exitCodeOf: (report: RunReport) => number,
): Promise<number> {
  const report = await run().then(
    (done): JsonReport => ({
      formatVersion: 1,
      exitCode: exitCodeOf(done),
      ...done,
      errors: done.errors.map(diagnosticJson),
      warnings: done.warnings.map(diagnosticJson),
    }),
    (error: unknown) => {
      const failure = io.signal.aborted ? null : failureOf(error, io.cwd);
      if (failure === null) throw error;
      return failed(failure);
    },
  );
  io.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  return report.exitCode;
}

function failed({ exitCode, diagnostics, footnote }: Failure): JsonReport {
  const notes = footnote === null ? [] : [footnote];
  const errors = diagnostics.map(diagnosticJson);
  return { formatVersion: 1, exitCode, database: null, files: [], errors, warnings: [], notes };
}
