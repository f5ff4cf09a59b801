import { relative } from 'node:path';
import { connectionLost, isConnectionLoss } from '../connection-loss.ts';
import { diagnostic, Failure } from '../diagnostic.ts';
import { systemCode, systemHint, systemReason } from '../system-error.ts';

/** What an error is for the user; null for a bug of nodrift. */
export function failureOf(error: unknown, cwd: string): Failure | null {
  if (error instanceof Failure) return error;
  return isConnectionLoss(error) ? connectionLost(error) : refusedByTheSystem(error, cwd);
}

/** A file or folder that may not be read or written, wherever it was met; null for all other errors. */
function refusedByTheSystem(error: unknown, cwd: string): Failure | null {
  const path = error instanceof Error && 'path' in error ? String(error.path) : null;
  if (systemCode(error) === null || (path === null && systemHint(error) === null)) return null;
  const name =
    path === null ? 'A file' : relative(cwd, path).startsWith('..') ? path : relative(cwd, path) || '.';
  const message = `${name} cannot be read or written: ${systemReason(error)}.`;
  return new Failure(2, [diagnostic({ code: 'ND1017', message, hint: systemHint(error) })]);
}
