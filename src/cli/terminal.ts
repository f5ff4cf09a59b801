import { isAbsolute, relative, resolve, sep } from 'node:path';
import pc from 'picocolors';
import type { RunOptions } from '../run-options.ts';

/** A stream that a command prints to. */
interface OutputStream {
  readonly isTTY?: boolean;
  /** Width of the terminal, if it is one. */
  readonly columns?: number;
  write(text: string): unknown;
}

/** Everything of the process that a command may touch; tests pass their own. */
export interface CliContext {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute; paths in arguments are relative to it. */
  readonly cwd: string;
  /**
   * Aborted by Ctrl-C, SIGTERM or SIGHUP: databases are closed, nothing more is written. The reason is an error whose cause is
   * the signal's name.
   */
  readonly signal: AbortSignal;
}

export type Colors = ReturnType<typeof pc.createColors>;

/**
 * Colours for one stream: on a terminal, unless NO_COLOR (no-color.org) is set and not empty or TERM is
 * `dumb`; FORCE_COLOR turns them on where there is no terminal.
 */
export function colorsFor(output: OutputStream, env: CliContext['env']): Colors {
  if (env.NO_COLOR) return pc.createColors(false);
  if (env.FORCE_COLOR && env.FORCE_COLOR !== '0') return pc.createColors(true);
  return pc.createColors(output.isTTY === true && env.TERM !== 'dumb');
}

/** Options that are before or after any command. */
export interface GlobalOptions {
  readonly config?: string | undefined;
  /** The database to connect to. */
  readonly url?: string;
}

/** How what a run found is printed. */
export interface ReportOptions {
  readonly json?: boolean;
  readonly format?: 'text' | 'json' | 'github' | 'sarif';
  readonly quiet?: boolean;
}

/** Whether a run is printed for programs, which print-report.ts does. */
export function isForPrograms({ json, format = 'text' }: ReportOptions): boolean {
  return json === true || format !== 'text';
}

export interface FlowCommandOptions extends GlobalOptions {
  readonly asIs?: boolean;
}

/** Runs a command's code, which is loaded only now, and keeps its exit code. */
export type CommandRunner = (work: Promise<number>) => Promise<void>;

const unprintable = /\p{Cc}|[\u2028-\u202e\u2066-\u2069]/gu;

/**
 * Text that comes from files or from the database, made safe for a terminal: control characters (an ESC that
 * starts a colour, a CR that overwrites the line) and those that turn the reading direction are printed as
 * `\u001b`. Line feeds and tabs stay.
 */
export function escapeControlChars(text: string): string {
  return text.replace(unprintable, (character) =>
    character === '\n' || character === '\t'
      ? character
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export interface PathContext {
  /** The configuration's folder, which paths in diagnostics are relative to. */
  readonly root: string;
  /** Paths are shown relative to it where they lie inside, so that a terminal can open them. */
  readonly cwd: string;
}

/** A path of the configuration's folder as the user sees it from where he is, '/' separated. */
export function displayPath(file: string, options: PathContext): string {
  const seen = relative(options.cwd, resolve(options.root, file));
  const outside = seen === '' || seen === '..' || seen.startsWith(`..${sep}`) || isAbsolute(seen);
  return escapeControlChars(
    (outside ? relative(options.root, resolve(options.root, file)) : seen).split(sep).join('/'),
  );
}

const delayMs = 400;
const intervalMs = 100;
const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const clearLine = '\r\u001b[K';

export interface Progress {
  /** Says what is being done now. */
  stage(text: string): void;
  /** Takes the line away; to be called before anything else is printed. */
  stop(): void;
}

/** One line on the error stream of a terminal that says what is going on, once work takes longer than a blink. */
function startProgress(io: CliContext): Progress {
  if (io.stderr.isTTY !== true || io.env.TERM === 'dumb' || io.env.CI) return silent;
  const started = performance.now();
  let text = '';
  let frame = 0;
  let shown = false;
  const timer = setInterval(() => {
    const elapsed = performance.now() - started;
    if (elapsed < delayMs || text === '') return;
    shown = true;
    frame = (frame + 1) % frames.length;
    io.stderr.write(`${clearLine}${frames[frame]} ${text} (${(elapsed / 1000).toFixed(1)} s)`);
  }, intervalMs);
  timer.unref();
  return {
    stage: (next) => {
      text = next;
    },
    stop: () => {
      clearInterval(timer);
      if (shown) io.stderr.write(clearLine);
      shown = false;
    },
  };
}

const silent: Progress = { stage: () => {}, stop: () => {} };

/** A line for each note, on standard error. */
export function writeNotes(notes: readonly string[], io: CliContext): void {
  const colors = colorsFor(io.stderr, io.env);
  for (const note of notes) io.stderr.write(`${colors.yellow('note:')} ${escapeControlChars(note)}\n`);
}

/** Runs work with a progress line that is gone before anything else is printed. */
export async function withProgress<T>(io: CliContext, work: (options: RunOptions) => Promise<T>): Promise<T> {
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
