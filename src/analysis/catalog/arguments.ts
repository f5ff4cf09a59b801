import type { Expr, FuncExpr } from '../tree/nodes.ts';
import { readNodes } from '../tree/read.ts';
import type { Catalog, FunctionEntry } from './catalog.ts';

/**
 * A call's arguments in the function's order, with the defaults of those that are omitted: the tree holds what is
 * written, and the planner adds the rest (expand_function_arguments, src/backend/optimizer/util/clauses.c).
 *
 * @returns null for an argument of which nothing is known
 */
export function completeArguments(call: FuncExpr, catalog: Catalog): readonly (Expr | null)[] {
  const written = call.args ?? [];
  const entry = catalog.functions.get(call.funcid);
  const declared = entry?.argumentTypes.length ?? 0;
  if (written.length >= declared && !written.some(isNamed)) return written;
  const given = new Map(written.map((arg, i) => [isNamed(arg) ? arg.argnumber : i, arg]));
  return Array.from(
    { length: Math.max(declared, ...[...given.keys()].map((number) => number + 1)) },
    (_, i) => given.get(i) ?? (entry === undefined ? null : defaultOf(entry, i, catalog)),
  );
}

/** The defaults that a call uses; null: one of which nothing is known. */
export function usedDefaults(call: FuncExpr, catalog: Catalog): readonly (Expr | null)[] {
  const written = call.args ?? [];
  const entry = catalog.functions.get(call.funcid);
  if (entry === undefined || written.length >= entry.argumentTypes.length) return [];
  const given = new Set(written);
  return completeArguments(call, catalog).filter((arg) => arg === null || !given.has(arg));
}

function isNamed(arg: Expr): arg is Expr & { tag: 'NAMEDARGEXPR' } {
  return arg.tag === 'NAMEDARGEXPR';
}

function defaultOf(entry: FunctionEntry, index: number, catalog: Catalog): Expr | null {
  const { argumentTypes } = entry;
  // Of an argument of a polymorphic type it is converted to what the other arguments make of that type.
  if (catalog.types.get(argumentTypes[index] ?? 0)?.kind === 'p') return null;
  const defaults = defaultsOf(entry, catalog);
  return defaults[index - argumentTypes.length + defaults.length] ?? null;
}

// Null while it is considered.
const read = new WeakMap<FunctionEntry, readonly Expr[] | null>();

/** The defaults of its last arguments (`pg_proc.proargdefaults`); none if they call the function itself, without an end. */
function defaultsOf(entry: FunctionEntry, catalog: Catalog): readonly Expr[] {
  const text = entry.defaults;
  if (text === null) return [];
  let found = read.get(entry);
  if (found === undefined) {
    read.set(entry, null);
    const circular = calledIn(text, catalog).some((called) => leadsBack(called, catalog));
    const nodes = circular ? [] : readNodes(text);
    found = Array.isArray(nodes) ? (nodes as readonly Expr[]) : [];
    read.set(entry, found);
  }
  return found ?? [];
}

function leadsBack(called: FunctionEntry, catalog: Catalog): boolean {
  defaultsOf(called, catalog);
  return read.get(called) === null;
}

function calledIn(text: string, catalog: Catalog): readonly FunctionEntry[] {
  return [...text.matchAll(/:funcid\s+(\d+)/g)].flatMap(
    ([, oid]) => catalog.functions.get(Number(oid)) ?? [],
  );
}
