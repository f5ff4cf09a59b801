import type { Command } from '../../syntax/statement.ts';
import type { Catalog, Relation, UniqueKey } from '../catalog/catalog.ts';
import { Cmd, type QueryNode, Rte } from '../tree/nodes.ts';
import { type Cardinality, type Frame, frameOf } from './frame.ts';
import { treeBound } from './join-tree.ts';
import { rootFrame } from './query-bound.ts';
import { entryScope } from './range-table.ts';
import { nothingKnown } from './settled.ts';

/**
 * What is wrong where a statement is marked `:one` or `:maybe` and nothing proves that it returns at most one
 * row: a message, and a hint that names the keys that would prove it. Null if nothing is wrong.
 */
export function cardinalityProblem(
  command: Command | null,
  rows: Cardinality,
  query: QueryNode,
  catalog: Catalog,
  growing: ReadonlySet<number>,
): readonly [message: string, hint: string] | null {
  if (command !== 'one' && command !== 'maybe') return null;
  if (rows.max !== null && rows.max <= 1) return null;
  const found =
    rows.max === null ? 'nothing proves that it returns at most one row' : `it can return ${rows.max} rows`;
  const frame = rootFrame(query, catalog, growing);
  const keys = [...unbounded(frame)].map(keysOf);
  const vouch = `mark it :many, or :${command}! to vouch for it.`;
  const prove = query.commandType === Cmd.select ? `Or add LIMIT 1, ${vouch}` : `Or ${vouch}`;
  return [
    `it is marked :${command}, but ${found}`,
    keys.length === 0
      ? prove.slice('Or '.length).replace(/^./, (first) => first.toUpperCase())
      : `Compare every column of a unique key with = to one value: ${keys.join('; ')}. ${prove}`,
  ];
}

/** The relations of which nothing says how many rows are used. */
function unbounded(frame: Frame): ReadonlySet<Relation> {
  const { query } = frame.scope;
  const found = new Set<Relation>();
  const target =
    query.commandType === Cmd.update || query.commandType === Cmd.delete ? query.resultRelation : null;
  for (const index of treeBound(query.jointree, [], frame, nothingKnown(), target).unbounded) {
    const entry = query.rtable?.[index - 1];
    const scope = entry === undefined ? null : entryScope(entry, frame.scope);
    const relation =
      entry?.rtekind === Rte.relation ? frame.catalog.relations.get(entry.relid ?? 0) : undefined;
    if (scope !== null) for (const below of unbounded(frameOf(frame, scope))) found.add(below);
    else if (relation !== undefined) found.add(relation);
  }
  return found;
}

function keysOf(relation: Relation): string {
  const name = `${relation.schema}.${relation.name}`;
  const usable = relation.keys.filter(
    (key) => key.predicate === null && key.immediate && !key.columns.includes(0),
  );
  if (usable.length === 0) return `${name} has none`;
  return `${name} has ${usable.map((key) => keyText(key, relation)).join(', ')}`;
}

function keyText(key: UniqueKey, relation: Relation): string {
  const columns = key.columns.map((attnum) => relation.columns.get(attnum)?.name ?? '?');
  return `${key.name} (${columns.join(', ')})`;
}
