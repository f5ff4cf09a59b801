import type { Catalog } from '../catalog/catalog.ts';
import type { Aggref, Expr, WindowFunc } from '../tree/nodes.ts';

const ONE_OF_THEM = new Set([
  'min',
  'max',
  'any_value',
  'mode',
  'first_value',
  'last_value',
  'nth_value',
  'lag',
  'lead',
]);

/** The arguments that a built-in aggregate or window function returns one value of; null for others. */
export function chosenArguments(call: Aggref | WindowFunc, catalog: Catalog): readonly Expr[] | null {
  const { schema, name = '' } =
    catalog.functions.get(call.tag === 'AGGREF' ? call.aggfnoid : call.winfnoid) ?? {};
  if (schema !== 'pg_catalog' || !ONE_OF_THEM.has(name)) return null;
  // An outer query's aggregate.
  if (call.tag === 'AGGREF' && call.agglevelsup > 0) return null;
  const [value, , fallback] =
    call.tag === 'AGGREF' ? (call.args ?? []).map(({ expr }) => expr) : (call.args ?? []);
  if (value === undefined) return null;
  // lag(value, offset, fallback)
  return (name === 'lag' || name === 'lead') && fallback !== undefined ? [value, fallback] : [value];
}
