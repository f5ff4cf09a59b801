import { type Client, DatabaseError, type QueryResult } from 'pg';
import { connectionLost } from '../../connection-loss.ts';
import type { FailedScript } from './script-failure.ts';

/** Postgres refused a script. The transaction, if there is one, is still to be rolled back. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError';
  readonly failed: FailedScript;

  constructor(failed: FailedScript) {
    super(failed.error.message, { cause: failed.error });
    this.failed = failed;
  }
}

/**
 * Runs a script of any number of statements in one message, which Postgres makes one transaction of
 * unless the script says otherwise (PostgreSQL documentation, 54.2.2.1).
 * @returns the result, or an array of results where the script has several statements
 * @throws ScriptError where Postgres refuses it; Failure (3) where the connection is lost
 */
export async function runScript(client: Client, sql: string): Promise<QueryResult> {
  let completed = 0;
  const count = () => {
    completed += 1;
  };
  client.connection.on('commandComplete', count);
  try {
    return await client.query(sql);
  } catch (error) {
    // 57P01 admin_shutdown and its like end the session: no fault of the script.
    if (error instanceof DatabaseError && error.severity !== 'FATAL') {
      throw new ScriptError({ sql, error, completed });
    }
    throw connectionLost(error);
  } finally {
    client.connection.off('commandComplete', count);
  }
}
