/**
 * The fields of an ErrorResponse (PostgreSQL documentation, 55.8), under the names that pg and PGlite
 * give them.
 */
export interface ServerFields {
  readonly message: string;
  /** SQLSTATE. */
  readonly code: string;
  readonly severity: string;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  readonly schema?: string | undefined;
  readonly table?: string | undefined;
  readonly column?: string | undefined;
  readonly dataType?: string | undefined;
  readonly constraint?: string | undefined;
  readonly routine?: string | undefined;
  /** The CONTEXT: in what the error came about. */
  readonly where?: string | undefined;
  /** Where in the statement that was sent the error is; absent for what is not about its text. */
  readonly position?: string | undefined;
}

/** An ErrorResponse, as pg and PGlite give it. */
export function isServerError(error: unknown): error is ServerFields {
  const { severity, code } = (error ?? {}) as Partial<ServerFields>;
  return typeof severity === 'string' && typeof code === 'string';
}

/**
 * Whether the server closes the connection after it, or never let it begin. The severity is a word of the server's
 * language: where that is neither English nor known, SQLSTATEs count that the server sends in no other case.
 */
export function endsConnection(fields: ServerFields): boolean {
  const { severity, code } = fields;
  return (
    /^(FATAL|PANIC)$/.test(severity) ||
    (severity !== 'ERROR' && /^(57P0[1235]|25P0[34]|53300|28P01)$/.test(code) && !isRaised(fields))
  );
}

/** Whether a function of PL/pgSQL raised it, with a SQLSTATE and words of its own choice (pl_exec.c). */
export function isRaised({ routine }: ServerFields): boolean {
  return routine === 'exec_stmt_raise';
}

/** Whether a prepared statement is gone or there already: as behind a pooler that does not keep them. */
export function isNotKept(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return code === '26000' || code === '42P05';
}

/**
 * Whether a prepared statement is gone (after DEALLOCATE, DISCARD, or behind a pooler), is there already (behind a
 * pooler, too), or its columns have changed since (RevalidateCachedQuery in plancache.c). Nothing was executed: it can
 * be prepared again.
 */
export function isOutdated(error: unknown): error is ServerFields {
  return (
    isServerError(error) &&
    (isNotKept(error) || (error.code === '0A000' && error.routine === 'RevalidateCachedQuery'))
  );
}
