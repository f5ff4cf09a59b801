import { DatabaseError } from 'pg';
import { connectionLost, isConnectionLoss } from '../connection-loss.ts';
import { diagnostic, Failure } from '../diagnostic.ts';

/**
 * Waits for what a live database was asked.
 * @throws Failure (3) where it refuses, gives up waiting for a lock, or is gone; else what the work throws
 */
export async function withLiveDatabaseErrors<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isConnectionLoss(error)) throw connectionLost(error);
    throw error instanceof DatabaseError ? liveQueryError(error.message, error.code ?? null) : error;
  }
}

/** The failure that an error of the server is for the user. */
export function liveQueryError(message: string, sqlstate: string | null): Failure {
  // lock_not_available
  const hint =
    sqlstate === '55P03'
      ? 'The schema is locked by another session; retry later.'
      : 'Try again, as another role or when the server has less to do.';
  return new Failure(3, [
    diagnostic({ code: 'ND5010', message: `The database query failed: ${message}`, sqlstate, hint }),
  ]);
}
