import { connectionLost, isConnectionLoss } from '../connection-loss.ts';

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
  if (isConnectionLoss(error)) return null;
  const sqlstate = field('code') ?? 'XX000';
  const position = field('position');
  return {
    message: error.message,
    sqlstate,
    detail: field('detail'),
    hint: field('hint'),
    position: position === null ? null : Number(position),
  };
}

/** Runs queries of the analysis itself. @throws Failure 3 if the connection is lost meanwhile */
export async function mapConnectionErrors<T>(queries: () => Promise<T>): Promise<T> {
  try {
    return await queries();
  } catch (error) {
    throw isConnectionLoss(error) ? connectionLost(error) : error;
  }
}
