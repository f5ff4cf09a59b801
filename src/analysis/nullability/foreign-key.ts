import type { Catalog, ForeignKey, Relation } from '../catalog/catalog.ts';
import { withoutRelabelling } from '../tree/bare-expression.ts';
import { conjuncts } from '../tree/conjuncts.ts';
import { Cmd, type Expr, type QueryNode, type RangeTblEntry, Rte, type Var } from '../tree/nodes.ts';
import type { Context } from './context.ts';
import { descendants } from './relation.ts';

/**
 * Whether a range table entry has a row that meets a condition, because the condition does no more than follow a foreign
 * key from a row that was found, or is met by that row itself (`a LEFT JOIN a b ON b.id = a.id`).
 *
 * All that one snapshot shows meets the foreign keys that hold, as they are checked at the end of each statement and the
 * partner is locked until the transaction's. What a statement is about to write may be newer than the snapshot, as may be
 * rows that it locks (PostgreSQL documentation, 13.2.1), so such queries are omitted; so are partners that row security
 * may hide.
 *
 * @param query where the entry is
 * @param index the entry's, in FROM
 * @param at where the query `levels` further out is considered; null if it is not to be asked
 */
export function hasMatchingRow(
  query: QueryNode,
  index: number,
  condition: Expr | null,
  at: (levels: number) => Context | null,
): boolean {
  const partner = query.rtable?.[index - 1];
  const pairs = conjuncts(condition).map((expr) => pairOf(expr, index));
  const [first] = pairs;
  const context = first ? at(first.from.varlevelsup) : null;
  if (!first || context === null || partner === undefined || isLocking(query)) return false;
  const { catalog, trust } = context.frame.engine;
  if (!trust.definitions || !trust.foreignKeys || isLocking(context.frame.scope.query)) return false;
  const found: Pair[] = [];
  for (const pair of pairs) {
    const from = pair === null ? null : columnBehind(pair.from, context);
    if (pair === null || from === null || pair.from.varlevelsup !== first.from.varlevelsup) return false;
    if (context.frame.engine.facts({ ...pair.from, varlevelsup: 0 }, context).nullable) return false;
    found.push({ ...pair, from });
  }
  const row = context.frame.scope.query.rtable?.[(found[0]?.from.varno ?? 0) - 1];
  const isOneRow = found.every(({ from }) => from.varno === found[0]?.from.varno);
  if (row?.rtekind !== Rte.relation || !isOneRow) return false;
  return isThere(row, partner, found, catalog, (column) => {
    const variable: Var = {
      tag: 'VAR',
      varno: found[0]?.from.varno ?? 0,
      varattno: column,
      vartype: 0,
      varlevelsup: 0,
    };
    return !context.frame.engine.facts(variable, context).nullable;
  });
}

/** Whether a query's rows may be newer than its snapshot. */
export function isLocking(query: QueryNode): boolean {
  return query.commandType !== Cmd.select || query.rowMarks !== null;
}

/** `partner.column = from`. */
interface Pair {
  readonly column: number;
  readonly from: Var;
  readonly operator: number;
}

function pairOf(expr: Expr, index: number): Pair | null {
  if (expr.tag !== 'OPEXPR') return null;
  const [left, right] = (expr.args ?? []).map(withoutRelabelling);
  if (left?.tag !== 'VAR' || right?.tag !== 'VAR') return null;
  const isPartner = ({ varno, varlevelsup, varattno }: Var) =>
    varno === index && varlevelsup === 0 && varattno > 0;
  if (isPartner(left) === isPartner(right)) return null;
  const [partner, from] = isPartner(left) ? [left, right] : [right, left];
  return { column: partner.varattno, from, operator: expr.opno };
}

/** The relation's column that a Var represents, also by way of a join or of GROUP BY; null if it is something else. */
function columnBehind(variable: Var, context: Context): Var | null {
  const entry = context.frame.scope.query.rtable?.[variable.varno - 1];
  if (entry?.rtekind === Rte.relation) return variable.varattno > 0 ? variable : null;
  const behind = (entry?.joinaliasvars ?? entry?.groupexprs)?.[variable.varattno - 1];
  const below = behind ? withoutRelabelling(behind) : null;
  return below?.tag === 'VAR' && below.varlevelsup === 0 ? columnBehind(below, context) : null;
}

function isThere(
  row: RangeTblEntry,
  partner: RangeTblEntry,
  pairs: readonly Pair[],
  catalog: Catalog,
  isGiven: (column: number) => boolean,
): boolean {
  const from = catalog.relations.get(row.relid ?? 0);
  const to = catalog.relations.get(partner.relid ?? 0);
  if (partner.rtekind !== Rte.relation || from === undefined || to === undefined) return false;
  if (partner.tablesample || !isTable(from) || !isTable(to) || to.rowSecurity) return false;
  // ONLY of a partitioned table is nothing.
  if (to.kind === 'p' && !partner.inh) return false;
  return (
    isItself(row, partner, pairs, catalog) ||
    from.foreignKeys.some((key) => {
      if (!key.holds || key.references !== to.oid || !isKept(key, row, from, catalog)) return false;
      return key.columns.every(isGiven) && pairs.every((pair) => isOf(key, pair, to, catalog));
    })
  );
}

function isTable({ kind }: Relation): boolean {
  return kind === 'r' || kind === 'p';
}

/** Whether every row of an entry has itself for a partner. */
function isItself(
  row: RangeTblEntry,
  partner: RangeTblEntry,
  pairs: readonly Pair[],
  catalog: Catalog,
): boolean {
  return (
    row.relid === partner.relid &&
    ((partner.inh ?? false) || !row.inh) &&
    pairs.every(({ column, from, operator }) => column === from.varattno && catalog.equality.has(operator))
  );
}

/** Whether all rows of an entry meet a foreign key, also after its actions. */
function isKept(key: ForeignKey, row: RangeTblEntry, relation: Relation, catalog: Catalog): boolean {
  // Children of plain inheritance have foreign keys of their own, or none.
  if (relation.kind === 'r' && row.inh && relation.children.length > 0) return false;
  const members = descendants(catalog, relation);
  // A trigger or rule may undo what CASCADE and SET NULL do (PostgreSQL documentation, 37.1).
  const events = eventsOf(key);
  const isUndone = ({ triggers, rules }: Relation) =>
    rules.length > 0 || triggers.some((type) => (type & BEFORE) !== 0 && (type & events) !== 0);
  return members.every((member) => isTable(member) && !(events !== 0 && isUndone(member)));
}

/** TRIGGER_TYPE_BEFORE, _DELETE and _UPDATE (src/include/catalog/pg_trigger.h). */
const BEFORE = 2;
const DELETE = 8;
const UPDATE = 16;

/** What a foreign key's actions do to the referencing rows, as bits of a trigger's type. */
function eventsOf({ onUpdate, onDelete }: ForeignKey): number {
  const changes = (action: string) => action !== 'a' && action !== 'r';
  const deletes = onDelete === 'c' ? DELETE : changes(onDelete) ? UPDATE : 0;
  return deletes | (changes(onUpdate) ? UPDATE : 0);
}

/** Whether a comparison is one that the foreign key is about, as its unique key compares. */
function isOf(key: ForeignKey, { column, from, operator }: Pair, to: Relation, catalog: Catalog): boolean {
  const at = key.referencedColumns.findIndex(
    (referenced, i) => referenced === column && key.columns[i] === from.varattno,
  );
  if (at < 0) return false;
  const families = catalog.equality.get(operator) ?? [];
  const unique = to.keys.filter(
    ({ columns }) =>
      columns.length === key.referencedColumns.length &&
      columns.every((one) => key.referencedColumns.includes(one)),
  );
  return (
    unique.length > 0 &&
    unique.every(({ columns, families: own, collations }) => {
      const index = columns.indexOf(column);
      return families.includes(own[index] ?? 0) && !catalog.nondeterministic.has(collations[index] ?? 0);
    })
  );
}
