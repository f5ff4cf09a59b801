import type { Client } from 'pg';
import { mapConnectionErrors } from '../analysis/server-error.ts';
import type { Config } from '../project/config.ts';
import { suggest } from '../sql/identifiers.ts';

/** What represents a schema that need not be there (PostgreSQL documentation, 20.11.1 "Statement Behavior"). */
const stands = new Set(['$user', 'pg_temp']);

/**
 * Says which schemas of `nodrift.searchPath` do not exist: Postgres passes over them, and says of each name that should be
 * found there that it does not exist.
 * @throws Failure 3 if the connection is lost
 */
export async function searchPathNotes({ searchPath }: Config, client: Client): Promise<readonly string[]> {
  if (searchPath === null) return [];
  const { existingSchemas } = await import('../database/server/session.ts');
  const schemas = await mapConnectionErrors(() => existingSchemas(client));
  return searchPath.flatMap((name, index) => {
    if (stands.has(name) || schemas.includes(name)) return [];
    const suggestion = suggest(name, schemas);
    const hint = suggestion === null ? '' : ` Did you mean "${suggestion}"?`;
    return [`nodrift.searchPath[${index}]: there is no schema "${name}".${hint}`];
  });
}
