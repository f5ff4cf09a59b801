import type { Diagnostic } from '../diagnostic.ts';
import { type CliContext, colorsFor } from './context.ts';
import { escapeControlChars } from './escape-control-chars.ts';
import { renderDiagnostic } from './render.ts';
import { count } from './report.ts';

/** Prints diagnostics on the error stream, internal errors with their stack traces. `root` is the configuration's folder. */
export function printDiagnostics(diagnostics: readonly Diagnostic[], root: string, io: CliContext): void {
  const options = { colors: colorsFor(io.stderr, io.env), root, cwd: io.cwd };
  const text = (found: Diagnostic) => {
    const trace =
      found.stack === undefined ? '' : `\n${options.colors.dim(escapeControlChars(indented(found.stack)))}`;
    return `${renderDiagnostic(found, options)}${trace}\n`;
  };
  io.stderr.write(diagnostics.map(text).join('\n'));
  if (diagnostics.length > 1)
    io.stderr.write(`\n${options.colors.bold(count(diagnostics.length, 'error'))}\n`);
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}
