import type { Catalog } from '../catalog/catalog.ts';
import { type AggregateNullRule as AggregateRule, aggregates } from './aggregates.ts';
import { extensionAggregates, extensionFunctions } from './extensions.ts';
import { type FunctionNullRule, neverNull } from './table.ts';

/** When a function is never NULL, by the tables of built-in functions and of those of extensions. */
export function neverNullRule(oid: number, catalog: Catalog): FunctionNullRule | undefined {
  const key = extensionKey(oid, catalog);
  return key === null ? neverNull.get(oid) : extensionFunctions.get(key);
}

/** The same for aggregates. */
export function aggregateRule(oid: number, catalog: Catalog): AggregateRule | undefined {
  const key = extensionKey(oid, catalog);
  return key === null ? aggregates.get(oid) : extensionAggregates.get(key);
}

/** By what the tables know a function of an extension: `citext.citext_eq(citext, citext)`; null for others. */
function extensionKey(oid: number, catalog: Catalog): string | null {
  const extension = catalog.extensionFunctions.get(oid);
  const entry = extension === undefined ? undefined : catalog.functions.get(oid);
  if (entry === undefined) return null;
  const types = entry.argumentTypes.map((type) => catalog.types.get(type)?.name);
  return `${extension}.${entry.name}(${types.join(', ')})`;
}
