import type { Client } from 'pg';
import { diagnostic, Failure } from '../../diagnostic.ts';
import { describeServer } from './connection.ts';
import { serverVersion } from './session.ts';

/** The oldest major whose tree of a query is read. */
const oldestMajor = 14;

/**
 * The server's version.
 * @throws Failure (2) where it is older than what is read here
 */
export async function supportedVersion(client: Client): Promise<{ major: number; version: string }> {
  const found = await serverVersion(client);
  if (found.major >= oldestMajor) return found;
  const message = `PostgreSQL ${found.version} at ${describeServer(client)} is too old: nodrift works with ${oldestMajor} and later.`;
  const hint = 'Use a later server, or "database": "embedded" under "nodrift" in the configuration.';
  throw new Failure(2, [diagnostic({ code: 'ND5008', message, hint })]);
}
