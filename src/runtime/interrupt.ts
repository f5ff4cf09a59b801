import { InterruptedError, type Outcome } from './connection-errors.ts';
import type { QueryError } from './errors.ts';
import type { BoundStatement, Interrupt } from './statement.ts';
import { toQueryError } from './to-query-error.ts';

/** When a call gives up. */
export interface CallOptions {
  /** Aborting it cancels the running statement on the server. */
  readonly signal?: AbortSignal | undefined;
  /**
   * How long the call may take, in milliseconds, up to 2 ** 31 - 1; waiting for a connection counts. 0: for ever. Default:
   * as the pool says, else for ever.
   */
  readonly timeoutMs?: number | undefined;
}

/** Throws a RangeError for what no timer can wait for. */
export function assertMillis(millis: number | undefined, name: string): void {
  if (millis !== undefined && !(millis >= 0 && millis < 2 ** 31)) {
    throw new RangeError(`${name} must be from 0 to ${2 ** 31 - 1}`);
  }
}

/** How long a statement may go on after it was cancelled, in milliseconds: where the network is gone it would for ever. */
export const CANCEL_MILLIS = 2000;

/**
 * Runs a statement until its time is up or the signal is aborted. Then it is stopped, and what became of it counts: its
 * result if it was done all the same, else an InterruptedError.
 */
export function interruptible<Result>(
  statement: BoundStatement,
  { signal, timeoutMs }: CallOptions,
  run: (statement: BoundStatement) => Promise<Result>,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const interrupt: Interrupt = {
      timed: timeoutMs !== undefined,
      end: (by) => {
        interrupt.by ??= by;
        if (interrupt.stop) {
          interrupt.stop();
        } else {
          reject(interrupt.stop === null ? explained(statement, {}, by) : notSent(statement, by));
        }
      },
    };
    const abort = () => interrupt.end('signal');
    signal?.addEventListener('abort', abort);
    const timer = timeoutMs ? setTimeout(interrupt.end, timeoutMs, 'timeout') : undefined;
    if (signal?.aborted) {
      abort();
    }
    run({ ...statement, interrupt })
      .then(resolve, (error: unknown) =>
        reject(interrupt.by === undefined ? error : explained(statement, error, interrupt.by)),
      )
      .finally(() => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      });
  });
}

/** To be called before a statement is sent: throws if its call is over, else says how it can be stopped. */
export function starts(statement: BoundStatement, stop: (() => void) | null): void {
  const { interrupt } = statement;
  if (interrupt) {
    if (interrupt.by) {
      throw notSent(statement, interrupt.by);
    }
    interrupt.stop = stop;
  }
}

function explained({ origin, text }: BoundStatement, error: unknown, by: InterruptedError['by']): QueryError {
  const failure = toQueryError(origin, error);
  const { code, outcome } = failure as { code?: unknown; outcome?: Outcome };
  const isCanceled = code === '57014';
  if (!isCanceled && outcome === undefined) {
    return failure;
  }
  // What a procedure or block has committed stays when the rest of it is cancelled.
  const isUndone = isCanceled && !/\bcall\b|^\s*do\b/i.test(text);
  return new InterruptedError(origin, by, isUndone ? 'not done' : (outcome ?? 'unknown'));
}

function notSent({ origin }: BoundStatement, by: InterruptedError['by']): InterruptedError {
  return new InterruptedError(origin, by, 'not done');
}
