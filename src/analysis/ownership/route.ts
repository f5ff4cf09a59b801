import type { DistributionConfig } from '../../scope-config.ts';
import type { Statement } from '../../sql/statement.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { StatementProblem } from '../statement-problem.ts';
import type { QueryNode } from '../tree/nodes.ts';
import { type OwnerScope, ownerScopes, type ScopeProblem } from './owner-scope.ts';
import { singleValues, unprovenPlace, unprovenText } from './problems.ts';
import { ownership } from './prove.ts';
import type { QueryRoute } from './query-route.ts';
import type { Unproven } from './unproven.ts';

/** The configured distribution, on a schema. */
export interface Distribution {
  readonly scope: OwnerScope;
  readonly singleShard: boolean;
}

/** So many parameters are tried: each trial is a proof of its own. */
const mostTrials = 16;

/**
 * The distributed tables as a scope: a shard owns the rows whose distribution column has one value.
 * The problems name the tables and columns that are not there.
 */
export function distributionScope(
  { columns, singleShard }: DistributionConfig,
  catalog: Catalog,
): { readonly distribution: Distribution | null; readonly problems: readonly ScopeProblem[] } {
  const [column = ''] = Object.values(columns);
  const parameter = column.replace(/_+(.)/g, (_, letter: string) => letter.toUpperCase());
  const { scopes, problems } = ownerScopes({ shard: { parameter, tables: columns } }, catalog);
  const [scope] = scopes;
  const distribution = scope && { scope: { ...scope, isDistribution: true }, singleShard };
  return { distribution: distribution ?? null, problems };
}

/**
 * Which shards a statement uses: one if a single parameter decides the distribution column of every row that it reads
 * or writes, by the proof that keeps rows with their owner.
 */
export function routeOf(
  statement: Statement,
  tree: QueryNode,
  catalog: Catalog,
  { scope, singleShard }: Distribution,
  variadicParams: ReadonlySet<number>,
): { readonly problems: readonly StatementProblem[]; readonly route: QueryRoute } {
  const scatter = statement.scatter ?? null;
  const found = (route: Omit<QueryRoute, 'scatter'>, problems: readonly StatementProblem[] = []) => ({
    problems: scatter !== null && route.shards !== 'all' ? [needlessScatter] : problems,
    route: { ...route, scatter },
  });
  const prove = (owners: ReadonlySet<number>) => ownership(tree, catalog, scope, owners, variadicParams);
  const { unproven } = prove(new Set());
  if (unproven.length === 0) return found({ shards: 'none', by: null, because: null });
  let closest: readonly Unproven[] = unproven;
  for (const { name, index } of singleValues(statement).slice(0, mostTrials)) {
    const { unproven: left } = prove(new Set([index]));
    if (left.length === 0) return found({ shards: 'one', by: name, because: null });
    if (left.length < closest.length) closest = left;
  }
  const allow = 'or write @scatter with a reason into the header.';
  const texts = closest.map((one) => unprovenText(one, scope, catalog, allow));
  const because = [...new Set(texts.map(({ message }) => message))].join('; ');
  const problems = closest.map(
    (one, index): StatementProblem => ({
      code: 'ND3023',
      message: texts[index]?.message ?? '',
      hint:
        one.kind === 'function'
          ? 'Write @scatter with a reason into the header.'
          : (texts[index]?.hint ?? ''),
      ...unprovenPlace(one, statement),
    }),
  );
  return found({ shards: 'all', by: null, because }, singleShard && scatter === null ? problems : []);
}

/** `@scatter` of a statement that does not use all shards. */
export const needlessScatter: StatementProblem = {
  code: 'ND3023',
  message: '@scatter, although it does not use all shards',
  hint: 'Remove @scatter.',
};
