import type { Replacement } from '../../sql/postgres-text.ts';
import { quoteName } from '../../sql/quote-name.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { Cmd, type QueryNode, type RangeTblEntry, Rte } from '../tree/nodes.ts';
import type { NodePositions } from '../tree/read.ts';
import { fromIndexes } from '../tree/walk.ts';
import { type ColumnList, columnLists, entryName, type ListedColumn } from './column-lists.ts';
import { findStars, type Star } from './find-stars.ts';

/**
 * What the stars of a statement represent, as texts that can be put in their places. A star's columns are known by
 * their location, which is the star's own (expandNSItemAttrs in src/backend/parser/parse_relation.c). The texts are
 * proposals: whether the statement means the same with them, only the server can tell.
 * @param query the analysed tree of `sql`
 */
export function starExpansions(
  sql: string,
  query: QueryNode,
  places: NodePositions,
  catalog: Catalog,
): readonly Replacement[] {
  const stars = findStars(sql);
  if (stars.length === 0) return [];
  const starOf = starFinder(sql, stars);
  const texts = new Map<Star, string | null>();
  for (const list of columnLists(query, places)) {
    const columns = new Map<Star, ListedColumn[]>();
    for (const column of list.columns) {
      const star = starOf(column);
      if (star === null) continue;
      const others = columns.get(star);
      if (others === undefined) columns.set(star, [column]);
      else others.push(column);
    }
    for (const [star, own] of columns) {
      // One that seems to be in two lists is not understood.
      texts.set(star, texts.has(star) ? null : expansion(sql, star, own, list, places, catalog));
    }
  }
  return stars.flatMap((star) => {
    const text = texts.get(star) ?? null;
    return text === null ? [] : [{ start: star.start, end: star.end, text }];
  });
}

/** Finds the star that a column of a list comes from. */
function starFinder(sql: string, stars: readonly Star[]): (column: ListedColumn) => Star | null {
  const byteOf = byteOffsets(sql);
  const exact = new Map<number, Star>();
  const around: { readonly star: Star; readonly start: number; readonly end: number }[] = [];
  for (const star of stars) {
    if (star.kind === 'composite') around.push({ star, start: byteOf(star.start), end: byteOf(star.at) });
    else exact.set(byteOf(star.start), star);
  }
  return ({ expr, location }) => {
    if (expr.tag === 'VAR' && expr.varattno > 0) {
      const star = exact.get(location);
      if (star !== undefined) return star;
    } else if (expr.tag !== 'FIELDSELECT') return null;
    // The innermost one: the last that begins before it.
    return around.findLast(({ start, end }) => start < location && location < end)?.star ?? null;
  };
}

/** Locations are bytes; the offsets asked for may be in any order. */
function byteOffsets(sql: string): (offset: number) => number {
  return (offset) => Buffer.byteLength(sql.slice(0, offset));
}

function expansion(
  sql: string,
  star: Star,
  columns: readonly ListedColumn[],
  list: ColumnList,
  places: NodePositions,
  catalog: Catalog,
): string | null {
  const prefix = star.kind === 'all' ? null : sql.slice(star.start, star.at);
  // A parameter may not be repeated: the statement's parameters are told by their places.
  if (prefix !== null && star.kind === 'composite' && /\$\d/.test(prefix)) return null;
  const alone = prefix === null && isAlone(list);
  const texts = columns.map(({ name, entry }) => {
    if (name === null) return null;
    const before =
      prefix ?? (alone || entry === null ? '' : qualifier(entry, list.queries[0], places, catalog));
    return before + quoteName(name);
  });
  return texts.includes(null) ? null : texts.join(', ');
}

/**
 * Whether a column needs no table before it: where there is nothing else in FROM that could have one of its name some
 * day, and no query around it that could have it instead.
 */
function isAlone({ queries: [query, ...outer] }: ColumnList): boolean {
  if (outer.length > 0 || query.commandType === Cmd.merge) return false;
  return query.commandType === Cmd.insert || fromIndexes(query.jointree).length === 1;
}

/** What is before a column of a bare star, the dot included; nothing for what has no name. */
function qualifier(entry: RangeTblEntry, query: QueryNode, places: NodePositions, catalog: Catalog): string {
  const name = entryName(entry, places);
  if (name === null) return '';
  const relation = catalog.relations.get(entry.relid ?? 0);
  const ambiguous =
    query.rtable?.some((other) => other !== entry && entryName(other, places) === name) ?? false;
  const schema = ambiguous && !entry.alias && entry.rtekind === Rte.relation ? relation?.schema : undefined;
  return `${schema === undefined ? '' : `${quoteName(schema)}.`}${quoteName(name)}.`;
}
