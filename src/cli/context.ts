import pc from 'picocolors';

/** A stream that a command prints to. */
export interface OutputStream {
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

export interface FlowCommandOptions extends GlobalOptions {
  readonly asIs?: boolean;
}

/** Runs a command's code, which is loaded only now, and keeps its exit code. */
export type CommandRunner = (work: Promise<number>) => Promise<void>;
