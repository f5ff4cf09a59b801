import type { Catalog } from './catalog/catalog.ts';
import { settingsInside } from './catalog/known-body.ts';
import type { Facts } from './facts.ts';
import { analyseQuery, openOnce } from './nullability/analyse-query.ts';
import { functionBody } from './nullability/body.ts';
import type { Assumptions, Engine, Opened } from './nullability/context.ts';
import { facts } from './nullability/expression.ts';
import { implications } from './nullability/implications.ts';
import { relationFacts } from './nullability/relation.ts';
import { perScope, rootScope } from './scope.ts';
import type { QueryNode } from './tree/nodes.ts';

/**
 * What is proven of each result column, in the order of the target list or RETURNING. Whatever is not understood
 * proves nothing: its columns are nullable.
 *
 * @param params what the callers of `$1`, `$2`, ... keep to; null if they may pass anything
 */
export function columnFacts(
  query: QueryNode,
  catalog: Catalog,
  params: readonly Facts[] | null = null,
): readonly Facts[] {
  return openStatement(query, catalog, params).columns();
}

/** Opens a statement, for whoever asks about parts of it: once for the same `params`. */
export function openStatement(
  query: QueryNode,
  catalog: Catalog,
  params: readonly Facts[] | null = null,
): Opened {
  const known = opened(rootScope(catalog, query));
  const given = params?.length === 0 ? null : params;
  let found = known.get(given);
  if (found === undefined) {
    const trust: Assumptions = { definitions: true, foreignKeys: true, settings: [] };
    found = engineFor(catalog, given, 0, trust).open(query, null);
    known.set(given, found);
  }
  return found;
}

const opened = perScope(() => new Map<readonly Facts[] | null, Opened>());

// Functions may call themselves, more than once.
const DEEPEST_CALL = 4;

/**
 * @param params of the statement, or of the function whose body is considered; null if nothing is known of them
 * @param depth of the calls on the way
 */
function engineFor(
  catalog: Catalog,
  params: readonly Facts[] | null,
  depth: number,
  trust: Assumptions,
): Engine {
  let frames = 0;
  const engine: Engine = {
    catalog,
    params,
    trust,
    nextFrame: () => frames++,
    provisional: { reads: 0 },
    nesting: { evaluation: 0, key: 0, tooDeep: 0 },
    opens: new Map(),
    roots: new Map(),
    keys: new Map(),
    facts,
    implications,
    open: (query, outer) => openOnce(engine, query, outer),
    reopen: (query, outer) => analyseQuery(engine, query, outer),
    relation: (oid, inherited, overrides) =>
      relationFacts(engineFor(catalog, null, depth, { ...trust, ...overrides }), oid, inherited),
    body: (oid, args) => {
      const entry = catalog.functions.get(oid);
      if (entry === undefined || depth >= DEEPEST_CALL || !trust.definitions) return null;
      const settings = settingsInside(entry, trust.settings);
      const inside = engineFor(catalog, args, depth + 1, { ...trust, foreignKeys: false, settings });
      return functionBody(inside, entry);
    },
  };
  return engine;
}
