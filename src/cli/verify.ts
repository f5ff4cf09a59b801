import { type Verification, verificationHolds } from '../commands/verification.ts';
import { verify as run } from '../commands/verify.ts';
import { exitCodeOf } from '../diagnostic.ts';
import { configuration } from './configuration.ts';
import { type CliContext, colorsFor, type GlobalOptions } from './context.ts';
import { escapeControlChars } from './escape-control-chars.ts';
import { liveConnection } from './live-connection.ts';
import { printDiagnostics } from './print-diagnostics.ts';
import { withProgress } from './report.ts';
import { verificationJson } from './verification-json.ts';
import { verificationText } from './verification-text.ts';

interface VerifyCommandOptions extends GlobalOptions {
  readonly role?: string;
  readonly json?: boolean;
}

/** `nodrift verify`: one line and 0 where a live database is what the migrations make, or what is not so, and 1. */
export async function runVerify(options: VerifyCommandOptions, io: CliContext): Promise<number> {
  const config = configuration({ config: options.config }, io);
  const connection = liveConnection(options, io);
  const found = await withProgress(io, (flow) =>
    run(config, { ...flow, connection, role: options.role ?? null }),
  );
  if (options.json === true) {
    io.stdout.write(`${JSON.stringify(verificationJson(found), null, 2)}\n`);
    printDiagnostics(found.internalErrors, config.root, io);
    return exitCode(found);
  }
  const warn = colorsFor(io.stderr, io.env);
  for (const note of notesOf(found)) io.stderr.write(`${warn.yellow('note:')} ${escapeControlChars(note)}\n`);
  io.stdout.write(verificationText(found, colorsFor(io.stdout, io.env)));
  printDiagnostics([...found.broken, ...found.internalErrors], config.root, io);
  return exitCode(found);
}

function exitCode(found: Verification): number {
  return verificationHolds(found) ? 0 : exitCodeOf(found.internalErrors);
}

function notesOf({ notes, edited, waiting }: Verification): readonly string[] {
  return [
    ...notes,
    ...edited.map((name) => `The file of ${name} was changed after it had been applied.`),
    ...waiting.map(({ message }) => `Until the pending migrations are applied: ${message}`),
  ];
}
