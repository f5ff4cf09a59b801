import type { ColumnReference } from './analysed-query.ts';
import type { Catalog } from './catalog/catalog.ts';
import type { Facts } from './facts.ts';
import { casesOf, type Hypotheses, NONE } from './parameters/hypotheses.ts';
import { elementType, resolver } from './parameters/identity.ts';
import { meaningless } from './parameters/meaningless.ts';
import { collectUses, type ParameterUses } from './parameters/uses.ts';
import type { QueryNode } from './tree/nodes.ts';
import type { CursorValue, Literal } from './type.ts';

/** What a statement accepts as `$n`. */
export interface ParameterFacts {
  /** What every use of it accepts. */
  readonly facts: Facts;
  /** Whether NULL raises an error wherever it is used: it is written to a NOT NULL column. */
  readonly refusesNull: boolean;
  /** The column that it is written to or compared with; null if none or several. */
  readonly column: ColumnReference | null;
  /** `COMMENT ON COLUMN` of that column. */
  readonly comment: string | null;
  /** Absent: no page begins after it. */
  readonly cursor?: CursorValue;
}

/**
 * What each of `$1`..`$count` may be, in order, from all of its uses.
 *
 * A type omits what the statement gives no meaning (`parameters/meaningless.ts`): NULL, and values that are not among
 * the literals that a parameter is held against, with which the statement returns no row and changes none, or raises an
 * error. It also omits what does the same as something that it takes:
 * - a value besides the literals that does what NULL does, as `:x = 'a'` in a condition, where false and NULL are one, or
 *   what one of the literals does that no row has, as `:x IS NULL OR kind = :x`;
 * - an element of a list without which the statement does the same, as NULL in `= ANY (:list)`.
 *
 * @param spread the `$n` that represent a list of values
 */
export function parameterFacts(
  query: QueryNode,
  catalog: Catalog,
  count: number,
  spread: ReadonlySet<number> = new Set(),
): readonly ParameterFacts[] {
  if (count === 0) return [];
  const resolve = resolver(catalog);
  const uses = collectUses(query, resolve, catalog, count);
  const cases = casesOf(uses.parameters.map(({ lists }) => lists));
  const without = meaningless(query, uses, cases, spread, resolve, catalog);
  return uses.parameters.map((used, i) => {
    const known = cases[i];
    const isIn = (some: Hypotheses, all: Hypotheses) => some !== NONE && (all & some) === some;
    const isMeaningless = (one: Hypotheses | undefined) => one !== undefined && isIn(one, without.all);
    const isList = spread.has(i + 1);
    const { told } = used;
    const refusesNull = isMeaningless(known?.isNull) || (isList && !told.nullElements);
    const listed = distinct(used.lists);
    // It does what NULL does; or, where IS NULL is asked, what one of them does that no row has.
    const isAsOthers = !used.isTested || listed.some((literal) => !used.constants.has(literal));
    const leavesOut = isList ? !told.otherElements : !told.others && isAsOthers;
    const literals =
      leavesOut || isMeaningless(known?.other)
        ? listed.filter((literal) => !isMeaningless(known?.literals.get(literal)))
        : [];
    const elementLiterals = told.otherElements ? [] : distinct(used.elementLists);
    const element = {
      nullable: told.nullElements && !isMeaningless(known?.elementIsNull),
      ...(elementLiterals.length > 0 && { literals: elementLiterals }),
    };
    const isArray = elementType(used.type, catalog) !== 0;
    return {
      facts: {
        nullable: !refusesNull,
        ...(literals.length > 0 && { literals }),
        ...(isArray && (!element.nullable || elementLiterals.length > 0) && { element }),
      },
      refusesNull: refusesNull && known !== undefined && isIn(known.isNull, without.errors),
      ...columnOf(used.columns),
    };
  });
}

function distinct(lists: readonly (readonly Literal[])[]): readonly Literal[] {
  return [...new Set(lists.flat())];
}

function columnOf(all: ParameterUses['columns']): Pick<ParameterFacts, 'column' | 'comment'> {
  const columns = new Map<string, Pick<ParameterFacts, 'column' | 'comment'>>();
  for (const { relation, attnum } of all) {
    const attribute = relation.columns.get(attnum);
    if (attribute === undefined) continue;
    const { name, comment } = attribute;
    const { schema, name: table } = relation;
    columns.set(JSON.stringify([schema, table, name]), { column: { schema, table, column: name }, comment });
  }
  const [only, another] = columns.values();
  return only === undefined || another !== undefined ? { column: null, comment: null } : only;
}
