import { constants } from 'node:os';
import { CommanderError } from 'commander';
import { configFolder } from '../project/find-config.ts';
import { failureOf } from './failure-of.ts';
import { createProgram } from './program.ts';
import type { CliContext } from './terminal.ts';
import { escapeControlChars } from './terminal.ts';

/** EX_SOFTWARE of sysexits.h: an error of nodrift itself. */
const internalError = 70;

/**
 * Runs the command line `nodrift ...argv` and returns its exit code: 0 fine, 1 stale or broken queries or
 * migrations, 2 usage or configuration, 3 database unreachable, 130, 143 or 129
 * interrupted by SIGINT, SIGTERM or SIGHUP, 70 a bug
 * of nodrift.
 * Never exits and touches nothing of the process but through `io`.
 */
export async function run(argv: readonly string[], io: CliContext): Promise<number> {
  let exitCode = 0;
  const program = createProgram(io, async (work) => {
    exitCode = await work;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (io.signal.aborted) return interrupted(io.signal.reason);
    const failure = failureOf(error, io.cwd);
    if (failure === null) {
      io.stderr.write(`internal error of nodrift, which is a bug:\n${describe(error)}\n`);
      return internalError;
    }
    const { printDiagnostics } = await import('./print-diagnostics.ts');
    printDiagnostics(failure.diagnostics, configFolder(io.cwd, program.opts().config), io);
    if (failure.footnote !== null) io.stderr.write(`\n${escapeControlChars(failure.footnote)}\n`);
    return failure.exitCode;
  }
}

/** What a shell expects of a process that a signal ended: 128 and the signal's number. */
function interrupted(reason: unknown): number {
  const signal = reason instanceof Error ? String(reason.cause) : '';
  return 128 + constants.signals[signal === 'SIGTERM' || signal === 'SIGHUP' ? signal : 'SIGINT'];
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
