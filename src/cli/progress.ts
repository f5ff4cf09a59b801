import type { CliContext } from './context.ts';

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
export function startProgress(io: CliContext): Progress {
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
