import { diagnostic, Failure } from './diagnostic.ts';

// What pg says of a connection that is gone; it has no code for it.
const gone = /^Connection terminated|^Client has encountered a connection error|^Client was closed/;
const socketCodes = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED', 'ERR_STREAM_DESTROYED']);

/** Whether an error of pg says that the connection to the server was lost. */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (gone.test(error.message)) return true;
  const [code, severity]: unknown[] = [Reflect.get(error, 'code'), Reflect.get(error, 'severity')];
  if (severity === 'FATAL' || severity === 'PANIC') return true;
  // Class 57P is the server going away (PostgreSQL documentation, appendix A).
  return typeof code === 'string' && (socketCodes.has(code) || code.startsWith('57P'));
}

/** The failure, with exit code 3, that a lost connection is for the user. */
export function connectionLost(error: unknown): Failure {
  const said = error instanceof Error ? error.message : String(error);
  const code: unknown = error instanceof Error && 'severity' in error ? Reflect.get(error, 'code') : null;
  return new Failure(3, [
    diagnostic({
      code: 'ND5006',
      message: `The connection to PostgreSQL was lost: ${said}.`,
      sqlstate: typeof code === 'string' ? code : null,
      hint: 'Run the command again when the server is back; its log may have the reason.',
    }),
  ]);
}
