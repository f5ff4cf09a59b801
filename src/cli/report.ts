import type { FlowOptions } from '../commands/pipeline.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { type CliContext, colorsFor } from './context.ts';
import { escapeControlChars } from './escape-control-chars.ts';
import { type Progress, startProgress } from './progress.ts';

interface Notes {
  readonly notes: readonly string[];
  readonly warnings: readonly Diagnostic[];
}

/**
 * Prints what the database omitted on the way, and what the author should know of the queries.
 * @param root the configuration's folder
 */
export async function printNotes({ notes, warnings }: Notes, root: string, io: CliContext): Promise<void> {
  const colors = colorsFor(io.stderr, io.env);
  const options = { colors, root, cwd: io.cwd, severity: 'warning' } as const;
  if (warnings.length > 0) {
    const { renderDiagnostic } = await import('./render.ts');
    for (const warning of warnings) io.stderr.write(`${renderDiagnostic(warning, options)}\n\n`);
  }
  writeNotes(notes, io);
}

/** A line for each note, on standard error. */
export function writeNotes(notes: readonly string[], io: CliContext): void {
  const colors = colorsFor(io.stderr, io.env);
  for (const note of notes) io.stderr.write(`${colors.yellow('note:')} ${escapeControlChars(note)}\n`);
}

/** Runs work with a progress line that is gone before anything else is printed. */
export async function withProgress<T>(
  io: CliContext,
  work: (options: FlowOptions) => Promise<T>,
): Promise<T> {
  const progress: Progress = startProgress(io);
  try {
    return await work({ signal: io.signal, env: io.env, progress: progress.stage });
  } finally {
    progress.stop();
  }
}

/** `1 query`, `12 queries`. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number} ${number === 1 ? singular : plural}`;
}
