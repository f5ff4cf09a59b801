import { diagnostic, Failure } from '../diagnostic.ts';
import type { ConnectionConfig } from '../project/config.ts';
import { parseUrl } from '../project/read-connection.ts';

/**
 * The database that an option names. Throws Failure (2) where it is none, in particular nothing at all: an empty variable in
 * a script must not lead to another database.
 */
export function databaseUrl(text: string, option: string): ConnectionConfig {
  if (parseUrl(text) !== null) return { connectionString: text };
  // It is not repeated: it may hold a password.
  const hint = 'It looks like postgres://user:password@host:5432/database; special characters are %-encoded.';
  const message = text === '' ? `${option} is empty.` : `${option} is not a database URL.`;
  throw new Failure(2, [diagnostic({ message, hint })]);
}
