import type { BooleanTerms, TextRun } from '../../sql/boolean-terms.ts';
import type { WriteLists } from '../../sql/write-lists.ts';
import type { WriteEvent } from '../catalog/updatable.ts';
import type { Expr, Node, ParamNode, QueryNode, TargetEntry } from '../tree/nodes.ts';
import { isNode } from '../tree/read.ts';
import { assignmentsOf, type OptionalAssignment, writtenField } from './assignments.ts';
import { nullGuardAt } from './guards.ts';
import { extentOf, fieldsOf, locationOf } from './places.ts';

/** A condition, LIMIT or OFFSET that is sent only if the parameters that it mentions are given. */
export interface OptionalTerm {
  readonly kind: 'condition' | 'limit';
  readonly run: TextRun;
  /** What it is in the tree. */
  readonly node: Expr;
  /** The `$n` of it that can be omitted. */
  readonly slots: ReadonlySet<number>;
}

export interface Misplaced {
  /** The `$n`. */
  readonly slot: number;
  /** Of the statement, in bytes; -1: unknown. */
  readonly location: number;
  /** It is one of the alternatives of an OR whose others do not mention it, or among what an INSERT selects. */
  readonly in: 'or' | 'insert' | null;
}

/** The clauses whose conditions can be omitted, by the node that holds them. */
const CLAUSES: ReadonlyMap<string, string> = new Map([
  ['FROMEXPR', 'quals'],
  ['JOINEXPR', 'quals'],
  ['QUERY', 'havingQual'],
  ['AGGREF', 'aggfilter'],
  ['WINDOWFUNC', 'aggfilter'],
  ['ONCONFLICTEXPR', 'onConflictWhere'],
]);

const LIMITS: ReadonlySet<string> = new Set(['limitCount', 'limitOffset']);

/**
 * Finds what mentions parameters which can be omitted: the outermost conditions that ANDs connect in a WHERE, ON, HAVING
 * or FILTER, what LIMIT and OFFSET say, and assignments. What a guard asks of its own parameter does not count.
 *
 * @param optional the `$n` that can be omitted
 * @param sorting the tests of sort keys, which take what is omitted for NULL
 */
export function termsOf(
  query: QueryNode,
  optional: ReadonlySet<number>,
  text: BooleanTerms & WriteLists,
  offset: (location: number) => number,
  sorting: ReadonlySet<Expr>,
): {
  readonly terms: readonly OptionalTerm[];
  readonly assignments: readonly OptionalAssignment[];
  readonly misplaced: readonly Misplaced[];
} {
  const terms: OptionalTerm[] = [];
  const assignments: OptionalAssignment[] = [];
  const misplaced: Misplaced[] = [];
  let inserted: Node | null = null;
  search(query, new Set());
  return { terms, assignments, misplaced };

  function search(value: unknown, guarded: ReadonlySet<number>): void {
    if (Array.isArray(value)) {
      for (const element of value) search(element, guarded);
      return;
    }
    if (!isNode(value) || sorting.has(value as Expr)) return;
    if (isOptional(value, guarded)) {
      misplace(value, inserted === null ? null : 'insert');
    }
    const inside = within(value, guarded);
    const clause = CLAUSES.get(value.tag);
    const written = writtenField(value);
    const around = inserted;
    for (const field of fieldsOf(value)) {
      const below: unknown = Reflect.get(value, field);
      inserted = field === 'rtable' && written?.event === 'insert' ? value : around;
      if (field === clause && isNode(below)) condition(below as Expr, inside);
      else if (written !== null && field === written.field && Array.isArray(below)) {
        assign(below as readonly TargetEntry[], written.event, inside);
      } else if (value.tag === 'QUERY' && LIMITS.has(field) && isNode(below)) limit(below as Expr, inside);
      else search(below, inside);
    }
    inserted = around;
  }

  function assign(entries: readonly TargetEntry[], event: WriteEvent, guarded: ReadonlySet<number>): void {
    const { found, misplaced: others } = assignmentsOf(
      entries,
      event,
      (entry) => usesIn(entry, guarded),
      text,
      offset,
    );
    assignments.push(...found);
    for (const use of others) misplace(use, event === 'insert' ? 'insert' : null);
  }

  function misplace(use: ParamNode, where: Misplaced['in']): void {
    misplaced.push({ slot: use.paramid, location: locationOf(use), in: where });
  }

  function condition(quals: Expr, guarded: ReadonlySet<number>): void {
    // Not what BETWEEN is made of.
    if (quals.tag === 'BOOLEXPR' && quals.boolop === 'and' && text.isAnd(offset(locationOf(quals)))) {
      for (const operand of quals.args) condition(operand, guarded);
      return;
    }
    const uses = usesIn(quals, guarded);
    const [use] = uses;
    if (use === undefined) return;
    const guard = nullGuardAt(quals);
    const [only, another] = guard?.kept ?? [];
    if (only !== undefined && another === undefined) {
      // Where its own parameter is given, it is the other half that counts.
      condition(only, within(quals, guarded));
      return;
    }
    const inOr = guard !== null || aloneInOr(quals, guarded) !== null;
    const run = inOr ? null : runOf(quals);
    if (run === null) misplace(use, inOr ? 'or' : null);
    else terms.push({ kind: 'condition', run, node: quals, slots: slotsOf(uses) });
  }

  function limit(node: Expr, guarded: ReadonlySet<number>): void {
    const uses = usesIn(node, guarded);
    const [use] = uses;
    if (use === undefined) return;
    const run = text.rowCountAround(offset(extentOf(node)?.first ?? -1));
    if (run === null) misplace(use, null);
    else terms.push({ kind: 'limit', run, node, slots: slotsOf(uses) });
  }

  function runOf(operand: Expr): TextRun | null {
    const extent = extentOf(operand);
    if (extent === null) return null;
    return text.conditionAround(offset(extent.first), offset(extent.last));
  }

  /** An alternative of an OR that mentions nothing that can be omitted; null: there is none. */
  function aloneInOr(operand: Expr, guarded: ReadonlySet<number>): Expr | null {
    if (operand.tag !== 'BOOLEXPR' || operand.boolop !== 'or') return null;
    // Not what BETWEEN SYMMETRIC and IN are made of.
    if (text.operandsOf(offset(locationOf(operand))) === null) return null;
    return operand.args.find((arg) => usesIn(arg, guarded).length === 0) ?? null;
  }

  function usesIn(value: unknown, guarded: ReadonlySet<number>): readonly ParamNode[] {
    if (Array.isArray(value)) return value.flatMap((element) => usesIn(element, guarded));
    if (!isNode(value)) return [];
    if (isOptional(value, guarded)) return [value];
    const inside = within(value, guarded);
    return fieldsOf(value).flatMap((field) => usesIn(Reflect.get(value, field), inside));
  }

  function isOptional(node: Node, guarded: ReadonlySet<number>): node is ParamNode {
    return (
      node.tag === 'PARAM' && node.paramkind === 0 && optional.has(node.paramid) && !guarded.has(node.paramid)
    );
  }

  function within(node: Node, guarded: ReadonlySet<number>): ReadonlySet<number> {
    const slots = nullGuardAt(node)?.slots;
    return slots === undefined ? guarded : new Set([...guarded, ...slots]);
  }
}

function slotsOf(uses: readonly ParamNode[]): ReadonlySet<number> {
  return new Set(uses.map(({ paramid }) => paramid));
}
