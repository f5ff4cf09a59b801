import type { Diagnostic } from '../diagnostic.ts';
import { colorsFor, type Io } from './io.ts';
import { renderDiagnostic } from './render.ts';
import { count } from './report.ts';

/** Prints diagnostics on the error stream. `root` is the configuration's folder. */
export function printDiagnostics(diagnostics: readonly Diagnostic[], root: string, io: Io): void {
  const options = { colors: colorsFor(io.stderr, io.env), root, cwd: io.cwd };
  io.stderr.write(diagnostics.map((found) => `${renderDiagnostic(found, options)}\n`).join('\n'));
  if (diagnostics.length > 1)
    io.stderr.write(`\n${options.colors.bold(count(diagnostics.length, 'error'))}\n`);
}
