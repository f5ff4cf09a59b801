import type { Catalog } from '../analysis/catalog/catalog.ts';
import { ownerScopes } from '../analysis/ownership/owner-scope.ts';
import { Failure } from '../diagnostic.ts';
import type { Config } from '../project/config.ts';
import { problemAt } from '../project/config-problems.ts';

/**
 * Holds the tables of `nodrift.scopes` against the database that the queries are analysed on.
 * @throws Failure (2) with each table that is not there or has no such owner
 */
export function refuseUnknownScopes({ path, text, scopes = {} }: Config, catalog: Catalog): void {
  const { problems } = ownerScopes(scopes, catalog);
  if (problems.length === 0) return;
  throw new Failure(
    2,
    problems.map(({ scope, table, message }) =>
      problemAt(path, text, ['nodrift', 'scopes', scope, 'tables', table], 'ND1022', message),
    ),
  );
}
