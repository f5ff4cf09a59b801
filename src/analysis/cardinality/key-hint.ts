import type { Relation, UniqueKey } from '../catalog/catalog.ts';
import { keyColumn } from './entries.ts';
import { type Counting, isOneFor, type LayerState, waysOf } from './knowledge.ts';
import { bareColumn, columnTerm, pointTerm, type Term } from './terms.ts';

/** A relation of which nothing says how many rows are used. */
export interface UnboundedRelation {
  readonly relation: Relation;
  /** Its range table index. */
  readonly index: number;
  /** Whether the rows of children are read too. */
  readonly inherited: boolean;
  readonly state: LayerState;
  readonly counting: Counting;
}

/** The keys that would prove one row, with what each of them lacks where the statement compares some of its columns already. */
export function missingKeyHint(unbounded: UnboundedRelation): string {
  const { relation, inherited } = unbounded;
  const name = `${relation.schema}.${relation.name}`;
  if (inherited && relation.kind !== 'p' && relation.children.length > 0)
    return `${name} has none that covers the tables that inherit from it (ONLY excludes them)`;
  const keys = relation.keys.flatMap((key) => keyText(key, unbounded) ?? []);
  return `${name} has ${keys.length === 0 ? 'none' : keys.join(', ')}`;
}

/** Null for a key that is nothing to advise: of an expression, of some of the rows only, or deferrable. */
function keyText(key: UniqueKey, unbounded: UnboundedRelation): string | null {
  if (key.columns.includes(0)) return null;
  const { relation } = unbounded;
  const columns = key.columns.map((attnum, i) => {
    const isRange = key.exclusion !== null && i === key.columns.length - 1;
    const column = relation.columns.get(attnum)?.name ?? '?';
    return {
      text: isRange ? `${column} WITHOUT OVERLAPS` : column,
      name: column,
      lack: lackOf(key, i, unbounded),
    };
  });
  const lacking = columns.filter(({ lack }) => lack !== null);
  const text = columns.map((column) => column.text).join(', ');
  if (lacking.length === 0) {
    if (!key.immediate) return `${key.name} (${text}; it is deferrable)`;
    return key.predicate === null
      ? null
      : `${key.name} (${text}; its index excludes rows that the query includes)`;
  }
  if (key.predicate !== null || !key.immediate) return null;
  if (columns.every(({ lack }) => lack === NOT_COMPARED)) return `${key.name} (${text})`;
  return `${key.name} (${text}; ${lacking.map(({ name, lack }) => `${name} ${lack}`).join(', ')})`;
}

const NOT_COMPARED = 'is not compared';

/** What is missing for a key's column to have one value; null if nothing is. */
function lackOf(
  key: UniqueKey,
  i: number,
  { relation, index, state, counting }: UnboundedRelation,
): string | null {
  const attnum = key.columns[i] ?? 0;
  const term = columnTerm(index, attnum);
  const column = keyColumn(key, i, term, relation, counting.block);
  const ways = waysOf(counting, state, term);
  const isRange = key.exclusion !== null && i === key.columns.length - 1;
  const points = isRange ? waysOf(counting, state, pointTerm(index, attnum)) : [];
  if (isOneFor(column, ways, counting) || isOneFor(column, points, counting)) return null;
  if (state.choices.has(term) || isOneOfMany(term, state, counting)) return 'is compared with several values';
  if (ways.length > 0)
    return isOneFor({ ...column, acceptsNull: true }, ways, counting)
      ? 'may be NULL'
      : 'is compared by another collation or operator';
  const { rules, links } = state.plan;
  const isCompared = [...rules, ...links].some(({ target }) => target === term);
  return isCompared ? 'is compared with a value that differs from row to row' : NOT_COMPARED;
}

/** `column = ANY ($1)`, and a list of parameters. */
function isOneOfMany(term: Term, state: LayerState, { block }: Counting): boolean {
  return state.plan.layer.conditions.some((condition) => {
    const left = condition.tag === 'SCALARARRAYOPEXPR' && condition.useOr ? condition.args?.[0] : undefined;
    const column = bareColumn(left, block.query);
    return column !== null && columnTerm(column.varno, column.varattno) === term;
  });
}
