import type { Catalog } from '../analysis/catalog/catalog.ts';
import { type OwnerScope, ownerScopes } from '../analysis/ownership/owner-scope.ts';
import { type Distribution, distributionScope } from '../analysis/ownership/route.ts';
import { Failure } from '../diagnostic.ts';
import type { Config } from '../project/config.ts';
import { problemAt } from '../project/config-problems.ts';

/**
 * The scopes of `nodrift.scopes`, and the tables of `nodrift.distribution`, on the database that the queries are analysed on.
 * @throws Failure (2) with each table that is not there or has no such column
 */
export function scopesOn(
  { path, text, scopes: configured = {}, distribution: columns }: Config,
  catalog: Catalog,
): {
  readonly scopes: readonly OwnerScope[];
  readonly distribution?: Distribution;
} {
  const owned = ownerScopes(configured, catalog);
  const { distribution, problems } = columns
    ? distributionScope(columns, catalog)
    : { distribution: null, problems: [] };
  const wrong = [
    ...owned.problems.map(({ scope, table, message }) => ({
      at: ['scopes', scope, 'tables', table],
      message,
    })),
    ...problems.map(({ table, message }) => ({ at: ['distribution', table], message })),
  ];
  if (wrong.length > 0)
    throw new Failure(
      2,
      wrong.map(({ at, message }) => problemAt(path, text, ['nodrift', ...at], 'ND1022', message)),
    );
  return { scopes: owned.scopes, ...(distribution && { distribution }) };
}
