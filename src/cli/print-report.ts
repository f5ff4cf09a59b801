import { type Diagnostic, type DiagnosticJson, diagnosticJson, endOf, type Failure } from '../diagnostic.ts';
import type { ReportedFile, RunReport } from '../output/run-report.ts';
import { configFolder } from '../project/find-config.ts';
import { repositoryPaths, workflowCommand } from './annotation.ts';
import { failureOf } from './failure-of.ts';
import { messageWithHint, sarifLog } from './report-sarif.ts';
import type { CliContext, GlobalOptions, ReportOptions } from './terminal.ts';

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
 * Prints what a run says for programs, also where it fails, and returns its exit code.
 * @param exitCodeOf that of a run that came to its end
 * @param drift what a run finds that is neither an error nor a warning of the analysis, for formats of findings alone
 * @throws errors that are not failures of the project: interruptions, and bugs of nodrift
 */
export async function printReport(
  options: GlobalOptions & ReportOptions,
  io: CliContext,
  {
    run,
    exitCodeOf,
    drift = () => [],
  }: {
    readonly run: () => Promise<RunReport>;
    readonly exitCodeOf: (report: RunReport) => number;
    readonly drift?: (report: Pick<RunReport, 'files'>) => readonly Diagnostic[];
  },
): Promise<number> {
  const { report, exitCode } = await run().then(
    (done) => ({ report: done, exitCode: exitCodeOf(done) }),
    (error: unknown) => {
      const failure = io.signal.aborted ? null : failureOf(error, io.cwd);
      if (failure === null) throw error;
      return { report: failed(failure), exitCode: failure.exitCode };
    },
  );
  const findings = { errors: [...report.errors, ...drift(report)], warnings: report.warnings };
  const root = configFolder(io.cwd, options.config);
  const fileOf = repositoryPaths(root, io.env.GITHUB_WORKSPACE ?? io.cwd);
  switch (options.format) {
    case 'sarif':
      io.stdout.write(`${JSON.stringify(sarifLog(findings, fileOf), null, 2)}\n`);
      break;
    case 'github':
      for (const error of findings.errors) io.stdout.write(annotation('error', error, fileOf));
      for (const warning of findings.warnings) io.stdout.write(annotation('warning', warning, fileOf));
      break;
    default:
      io.stdout.write(`${JSON.stringify(jsonReport(report, exitCode), null, 2)}\n`);
  }
  return exitCode;
}

function jsonReport(
  report: Omit<RunReport, 'database'> & Pick<JsonReport, 'database'>,
  exitCode: number,
): JsonReport {
  const errors = report.errors.map(diagnosticJson);
  return { formatVersion: 1, exitCode, ...report, errors, warnings: report.warnings.map(diagnosticJson) };
}

function annotation(level: 'error' | 'warning', found: Diagnostic, fileOf: (path: string) => string): string {
  const end = endOf(found);
  return workflowCommand({
    level,
    file: found.file === null ? null : fileOf(found.file),
    line: found.line,
    column: found.column,
    endLine: end?.line ?? null,
    // GitHub takes columns within one line only.
    endColumn: end !== null && end.line === found.line ? end.column : null,
    title: found.code,
    message: messageWithHint(found),
  });
}

function failed({ diagnostics, footnote }: Failure) {
  const notes = footnote === null ? [] : [footnote];
  return { database: null, files: [], errors: diagnostics, warnings: [], notes };
}
