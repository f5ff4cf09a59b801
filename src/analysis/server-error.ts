import { diagnostic, Failure } from '../diagnostic.ts';

/** An ErrorResponse (PostgreSQL documentation, 54.8): the fields that we print. */
export interface ServerError {
  readonly message: string;
  readonly sqlstate: string;
  readonly detail: string | null;
  readonly hint: string | null;
  /** 1-based, in characters of the statement. */
  readonly position: number | null;
}

/** Null for errors that are not the server's answer, such as a closed socket. */
export function serverError(error: unknown): ServerError | null {
  if (!(error instanceof Error) || !('severity' in error)) return null;
  const field = (name: string) => {
    const value: unknown = Reflect.get(error, name);
    return typeof value === 'string' ? value : null;
  };
  const sqlstate = field('code') ?? 'XX000';
  // Class 57P is the server going away (appendix A): not the statement's fault.
  if (sqlstate.startsWith('57P')) return null;
  const position = field('position');
  return {
    message: error.message,
    sqlstate,
    detail: field('detail'),
    hint: field('hint'),
    position: position === null ? null : Number(position),
  };
}

/** The failure that a lost connection is for the user. */
export function connectionLost(error: Error): Failure {
  return new Failure(3, [
    diagnostic({
      message: `The connection to the database was lost: ${error.message}`,
      hint: 'Nothing was written. Run the command again when the server is back.',
    }),
  ]);
}

// What pg says where a connection ended; it has no code for it.
const ENDED = /^Connection terminated|^Client has encountered a connection error|^Client was closed/;
const SOCKET_CODES = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED']);

/** Runs queries of the analysis itself. @throws Failure 3 if the connection is lost meanwhile */
export async function asking<T>(queries: () => Promise<T>): Promise<T> {
  try {
    return await queries();
  } catch (error) {
    throw error instanceof Error && isLoss(error) ? connectionLost(error) : error;
  }
}

function isLoss(error: Error): boolean {
  const code: unknown = Reflect.get(error, 'code');
  if (ENDED.test(error.message)) return true;
  return typeof code === 'string' && (SOCKET_CODES.has(code) || code.startsWith('57P'));
}
