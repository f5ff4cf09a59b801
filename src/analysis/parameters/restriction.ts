import type { Catalog, Relation } from '../catalog/catalog.ts';
import { domainConditions, tableConditions } from '../catalog/conditions.ts';
import { isIntercepted, type WriteEvent, writeTargets } from '../catalog/updatable.ts';
import { noNullElements, tableElementLiterals } from '../literals/column.ts';
import { columnLiterals } from '../literals.ts';
import type { Expr } from '../tree/nodes.ts';
import type { Literal } from '../type.ts';
import { FALSE, outcome } from './outcome.ts';

/** What one use of a `$n` asks of its value. */
export interface Restriction {
  /** NULL makes no sense here. */
  readonly refusesNull?: 'never matches' | 'raises an error';
  /** The elements of an array may not be NULL. */
  readonly refusesNullElements?: true;
  /** The column that it is written to or compared with. */
  readonly column?: { readonly relation: Relation; readonly attnum: number };
  /** The only values that the column holds. */
  readonly literals?: readonly Literal[];
  readonly elementLiterals?: readonly Literal[];
}

/** What a column asks of a value that is written to it. */
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
  const refuses =
    attribute.notNull ||
    domainRefusesNull(attribute.type, catalog) ||
    tableConditions(target.relation).some((condition) => failsForNull(condition, stored, catalog));
  const intercepted = isIntercepted(target.relation, catalog, event);
  const literals = columnLiterals(target.relation, stored, catalog);
  const elementLiterals = tableElementLiterals(target.relation, stored, catalog);
  return {
    column,
    ...(refuses && { refusesNull: intercepted ? 'never matches' : 'raises an error' }),
    ...(noNullElements(target.relation, stored, catalog) && { refusesNullElements: true }),
    ...(literals !== null && { literals }),
    ...(elementLiterals !== null && { elementLiterals }),
  };
}

/** Whether a domain, or one below it, takes no NULL. */
export function domainRefusesNull(type: number, catalog: Catalog): boolean {
  const domain = catalog.types.get(type);
  if (domain?.kind !== 'd') return false;
  if (domain.notNull || domainConditions(domain).some((check) => failsForNull(check, null, catalog)))
    return true;
  return domainRefusesNull(domain.base, catalog);
}

/** Whether a CHECK condition is false, not just unknown, where the column (or the domain's value) is NULL. */
function failsForNull(condition: Expr, attnum: number | null, catalog: Catalog): boolean {
  const isNull = (leaf: Expr) =>
    attnum === null ? leaf.tag === 'COERCETODOMAINVALUE' : leaf.tag === 'VAR' && leaf.varattno === attnum;
  return outcome(condition, { catalog, scope: null, isNull }) === FALSE;
}
