import type { Catalog, Relation } from '../catalog/catalog.ts';
import { domainConditions } from '../catalog/conditions.ts';
import { isChangeable, isRewritten, type WriteEvent, writeTargets } from '../catalog/updatable.ts';
import {
  bindingChecks,
  domainElementLiterals,
  domainHasNoNullElements,
  domainLiterals,
  noNullElements,
  tableElementLiterals,
} from '../literals/column.ts';
import { columnLiterals } from '../literals.ts';
import type { Expr } from '../tree/nodes.ts';
import type { Literal } from '../type.ts';
import { nothingExcluded, value } from './excluded.ts';
import { NONE } from './hypotheses.ts';
import { outcomes } from './outcome.ts';

/** What a column asks of a value that is written to it. */
export interface Restriction {
  /** NULL raises an error. */
  readonly refusesNull?: true;
  /** The elements of an array may not be NULL. */
  readonly refusesNullElements?: true;
  readonly column: { readonly relation: Relation; readonly attnum: number };
  /** The only values that the column holds. */
  readonly literals?: readonly Literal[];
  readonly elementLiterals?: readonly Literal[];
}

/**
 * Constraints are checked after BEFORE row triggers: of a column
 * that one may assign to only the domain is sure to see the value as it was given.
 */
export function columnRestriction(
  relation: Relation,
  attnum: number,
  event: WriteEvent,
  catalog: Catalog,
): Restriction {
  const column = { relation, attnum };
  const target = writeTargets(relation, catalog, event).at(-1);
  const stored = target?.columnOf(attnum) ?? null;
  const attribute = stored === null ? undefined : target?.relation.columns.get(stored);
  // INSTEAD OF triggers and rules may make anything of it.
  if (target === undefined || stored === null || attribute === undefined || target.relation.kind === 'v')
    return { column };
  if (isRewritten(target.relation, event)) return { column };
  const { type } = attribute;
  const domain = {
    refusesNull: domainRefusesNull(type, catalog),
    noNulls: domainHasNoNullElements(type, catalog),
    literals: domainLiterals(type, catalog),
    elements: domainElementLiterals(type, catalog),
  };
  const { refusesNull, noNulls, literals, elements } = isChangeable(
    target.relation,
    attribute.name,
    catalog,
    event,
  )
    ? domain
    : {
        refusesNull: domain.refusesNull || refusesNullIn(target.relation, stored, event, catalog),
        noNulls: noNullElements(target.relation, stored, catalog),
        literals: columnLiterals(target.relation, stored, catalog),
        elements: tableElementLiterals(target.relation, stored, catalog),
      };
  return {
    column,
    ...(refusesNull && { refusesNull: true }),
    ...(noNulls && { refusesNullElements: true }),
    ...(literals !== null && { literals }),
    ...(elements !== null && { elementLiterals: elements }),
  };
}

/** Whether NOT NULL or a CHECK constraint refuses NULL in a table's column; an UPDATE changes the rows of its children too. */
function refusesNullIn(relation: Relation, attnum: number, event: WriteEvent, catalog: Catalog): boolean {
  const fails = bindingChecks(relation, catalog).some((check) => failsForNull(check, attnum, catalog));
  return fails || isNotNull(relation, relation.columns.get(attnum)?.name, event, catalog);
}

// Before PostgreSQL 18 a child's column can be nullable where its parent's is not.
function isNotNull(
  relation: Relation,
  name: string | undefined,
  event: WriteEvent,
  catalog: Catalog,
): boolean {
  const column = [...relation.columns.values()].find((each) => each.name === name);
  if (column === undefined || !column.notNull) return false;
  return (
    event === 'insert' ||
    relation.children.every((oid) => {
      const child = catalog.relations.get(oid);
      return child !== undefined && isNotNull(child, name, event, catalog);
    })
  );
}

/** Whether a domain, or one below it, rejects NULL. */
export function domainRefusesNull(type: number, catalog: Catalog): boolean {
  const domain = catalog.types.get(type);
  if (domain?.kind !== 'd') return false;
  if (domain.notNull || domainConditions(domain).some((check) => failsForNull(check, null, catalog)))
    return true;
  return domainRefusesNull(domain.base, catalog);
}

/** Whether a CHECK condition is false, not just unknown, where the column (or the domain's value) is NULL. */
function failsForNull(condition: Expr, attnum: number | null, catalog: Catalog): boolean {
  const isSubject = (leaf: Expr) =>
    attnum === null ? leaf.tag === 'COERCETODOMAINVALUE' : leaf.tag === 'VAR' && leaf.varattno === attnum;
  const outcome = outcomes({
    catalog,
    leaf: (expr) => (isSubject(expr) ? value(SUBJECT_IS_NULL) : null),
    comparison: () => nothingExcluded,
    domainRefusesNull: () => false,
    withoutRows: () => NONE,
  });
  const found = outcome(condition, null);
  return (found.true & found.null & SUBJECT_IS_NULL) !== NONE;
}

const SUBJECT_IS_NULL = 1n;
