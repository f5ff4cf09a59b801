import type { Catalog } from '../analysis/catalog/catalog.ts';
import { type OwnerScope, ownerScopes } from '../analysis/ownership/owner-scope.ts';
import { Failure } from '../diagnostic.ts';
import type { Config } from '../project/config.ts';
import { problemAt } from '../project/config-problems.ts';

/**
 * The scopes of `nodrift.scopes` on the database that the queries are analysed on.
 * @throws Failure (2) with each table that is not there or has no such owner
 */
export function scopesOn(
  { path, text, scopes: configured = {} }: Config,
  catalog: Catalog,
): readonly OwnerScope[] {
  const { scopes, problems } = ownerScopes(configured, catalog);
  if (problems.length === 0) return scopes;
  throw new Failure(
    2,
    problems.map(({ scope, table, message }) =>
      problemAt(path, text, ['nodrift', 'scopes', scope, 'tables', table], 'ND1022', message),
    ),
  );
}
