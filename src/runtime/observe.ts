import type { Executed } from './row.ts';
import type { BoundStatement } from './statement.ts';

/** A statement that has ended. It has no parameter's and no column's value. */
export interface QueryEvent {
  /** The query's name and file; `transaction` is the file of SAVEPOINT and the like. */
  readonly query: string;
  readonly file: string;
  /** The statement, with `$n` for parameters. */
  readonly text: string;
  /** The names of the parameters that were given, among those that can be omitted; undefined: there are none such. */
  readonly given?: readonly string[] | undefined;
  /** When it was sent, in milliseconds since 1970, and how long its answer took. */
  readonly startedAt: number;
  readonly durationMillis: number;
  /** Rows returned or affected; null if it failed. */
  readonly rowCount: number | null;
  /** The error's SQLSTATE, or the system's code such as ECONNRESET; null if it succeeded, or has none. */
  readonly code: string | null;
  readonly failed: boolean;
  /** 1, or more where it was sent again: over a lost connection, or with its transaction. */
  readonly attempt: number;
}

/** Which statements a listener is called for. */
export interface ObserveOptions {
  /** Only those that took at least so long, in milliseconds, and those that failed. Default: all. */
  readonly slowQueryMillis?: number;
}

type Listener = (event: QueryEvent) => void;

/** The part of Node's `diagnostics_channel` that is used. */
interface Channel {
  readonly hasSubscribers: boolean;
  publish(message: unknown): void;
}

const listeners = /* @__PURE__ */ new Set<Listener>();
let channel: Channel | null | undefined;

/**
 * Calls `listener` for each statement that ends, or for the slow and failed ones, in the caller's asynchronous
 * context; returns the function that stops it. The same events are published on Node's diagnostics channel `nodrift:query` (from Node
 * 20.16 on). What a listener throws is thrown outside of the query.
 *
 * @example pino
 * observe(({ text, ...event }) => logger[event.failed ? 'warn' : 'debug'](event, 'query'));
 *
 * A span of OpenTelemetry for each statement: examples/opentelemetry.ts of nodrift's repository.
 */
export function observe(listener: Listener, { slowQueryMillis }: ObserveOptions = {}): () => void {
  if (typeof listener !== 'function') {
    throw new TypeError('observe: the listener must be a function');
  }
  const called: Listener =
    slowQueryMillis === undefined
      ? listener
      : (event) => {
          if (event.failed || event.durationMillis >= slowQueryMillis) {
            listener(event);
          }
        };
  listeners.add(called);
  return () => {
    listeners.delete(called);
  };
}

/** Runs `run`, which runs the statement, and reports it if there is a listener. */
export function observed<Row>(
  statement: BoundStatement,
  run: () => Promise<Executed<Row>>,
): Promise<Executed<Row>> {
  const report = startReport(statement);
  if (report === undefined) {
    return run();
  }
  return run().then(
    (result) => {
      report(result.rowCount, undefined);
      return result;
    },
    (error: unknown) => {
      report(null, error);
      throw error;
    },
  );
}

/** Takes the time; returns the function that reports the end, or undefined if there is no listener. */
export function startReport(
  statement: BoundStatement,
): ((rowCount: number | null, error: unknown) => void) | undefined {
  channel ??= findChannel();
  if (listeners.size === 0 && !channel?.hasSubscribers) {
    return undefined;
  }
  const started = performance.now();
  return (rowCount, error) => {
    const { code } = (error ?? {}) as { code?: unknown };
    const event: QueryEvent = {
      query: statement.origin.name,
      file: statement.origin.file,
      text: statement.text,
      given: statement.given,
      startedAt: performance.timeOrigin + started,
      durationMillis: performance.now() - started,
      rowCount,
      code: typeof code === 'string' ? code : null,
      failed: error !== undefined,
      attempt: statement.attempt ?? 1,
    };
    channel?.publish(event);
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (thrown) {
        queueMicrotask(() => {
          throw thrown;
        });
      }
    }
  };
}

function findChannel(): Channel | null {
  // Asked for at run time, so that runtimes without it and bundlers need not know it.
  const { process } = globalThis as {
    process?: { getBuiltinModule?(id: string): { channel(name: string): Channel } | undefined };
  };
  return process?.getBuiltinModule?.('node:diagnostics_channel')?.channel('nodrift:query') ?? null;
}
