import type { Block } from '../cardinality/block.ts';
import { exactly } from '../cardinality/determined.ts';
import type { Counting } from '../cardinality/knowledge.ts';
import { bareColumn, columnTerm } from '../cardinality/terms.ts';
import type { Relation } from '../catalog/catalog.ts';
import { type Expr, Rte } from '../tree/nodes.ts';
import { bareVariable } from './presence.ts';
import { type Fixed, isSameRow, rowsAgreeingIn } from './same-row.ts';

/** The columns of a result that tell objects apart, and what is the same in all rows of one object. */
export interface ElementKey {
  /** Indexes of result columns. */
  readonly columns: readonly number[];
  readonly fixed: readonly Fixed[];
  readonly known: Counting;
}

/** A result column that can be part of a key. */
export interface KeyCandidate {
  readonly column: number;
  readonly expr: Expr;
}

/**
 * Finds columns that tell apart what the rows of these entries are made of: a unique key, whose columns are among the
 * candidates. Null if nothing proves that there is one.
 * @param around what is fixed already: the keys of the objects around
 */
export function elementKey(
  block: Block,
  entries: readonly number[],
  candidates: readonly KeyCandidate[],
  around: readonly Fixed[],
): ElementKey | null {
  const attempt = (columns: readonly KeyCandidate[]): ElementKey => {
    const fixed = [...around, ...columns.flatMap(({ expr }) => fixedBy(expr, block))];
    return { columns: columns.map(({ column }) => column), fixed, known: rowsAgreeingIn(block, fixed) };
  };
  const isWhole = ({ known }: ElementKey) => entries.every((index) => isSameRow(known, index));
  const nothing = attempt([]);
  if (isWhole(nothing)) return nothing;
  const keys = new Map(entries.map((index) => [index, possibleKeys(index, candidates, block)]));
  for (const possible of keys.values()) {
    for (const columns of possible) {
      const one = attempt(columns);
      if (isWhole(one)) return one;
    }
  }
  let all: readonly KeyCandidate[] = [];
  let found = nothing;
  for (const [index, possible] of keys) {
    if (isSameRow(found.known, index)) continue;
    for (const columns of possible) {
      const more = attempt([...all, ...columns]);
      if (!isSameRow(more.known, index)) continue;
      all = [...all, ...columns];
      found = more;
      break;
    }
  }
  return isWhole(found) ? found : null;
}

/** What it says of FROM that a result column has one value. */
function fixedBy(expr: Expr, block: Block): readonly Fixed[] {
  const way = { ...exactly, nullable: false };
  const column = bareColumn(expr, block.query);
  if (column !== null) return [{ term: columnTerm(column.varno, column.varattno), way }];
  const row = bareVariable(expr);
  const relation = row === null ? undefined : relationOf(row.varno, block);
  return [...(relation?.columns.values() ?? [])].map(({ number, notNull }) => ({
    term: columnTerm(row?.varno ?? 0, number),
    way: { ...exactly, nullable: !notNull },
  }));
}

/** Of one entry, the keys that are selected as a whole; the shortest first. */
function possibleKeys(
  index: number,
  candidates: readonly KeyCandidate[],
  block: Block,
): readonly (readonly KeyCandidate[])[] {
  const own = candidates.flatMap((candidate) => {
    const column = bareColumn(candidate.expr, block.query);
    return column?.varno === index ? [{ attnum: column.varattno, candidate }] : [];
  });
  const rows = candidates.filter(({ expr }) => {
    const row = bareVariable(expr);
    return row?.varno === index && row.varattno === 0 && relationOf(index, block) !== undefined;
  });
  const all = own.map(({ candidate }) => candidate);
  const relation = relationOf(index, block);
  const keys =
    relation === undefined
      ? all.map((one) => [one])
      : keysOf(relation).flatMap((columns) => {
          const selected = columns.flatMap(
            (attnum) => own.find((one) => one.attnum === attnum)?.candidate ?? [],
          );
          return selected.length === columns.length ? [selected] : [];
        });
  return [...keys, ...rows.map((one) => [one]), ...(all.length > 0 ? [all] : [])];
}

/** The unique keys of a table that tell its rows apart by columns: the primary one first. */
export function keysOf({ keys }: Relation): readonly (readonly number[])[] {
  return keys
    .filter(({ columns, immediate, exclusion }) => immediate && exclusion === null && !columns.includes(0))
    .toSorted((a, b) => Number(b.primary) - Number(a.primary) || a.columns.length - b.columns.length)
    .map(({ columns }) => columns);
}

export function relationOf(index: number, { query, analysis }: Block): Relation | undefined {
  const entry = query.rtable?.[index - 1];
  return entry?.rtekind === Rte.relation ? analysis.catalog.relations.get(entry.relid ?? 0) : undefined;
}
