import type { Var } from '../tree/nodes.ts';
import { type Atoms, extended, holdsIn, noAtoms, type Proven, unionFacts } from './atoms.ts';
import { type Context, contextAt, type Frame } from './context.ts';
import { variableKey } from './key.ts';
import { TRUE } from './outcomes.ts';
import type { OuterJoinSide } from './outer-join-side.ts';

/** The atom for "this side of an outer join is real". */
export function regionKey(frame: Frame, region: OuterJoinSide): string {
  return `r${frame.id}.${region.id}`;
}

/** Whether a region's columns are known to be those of real rows. */
export function isMatched(frame: Frame, region: OuterJoinSide | undefined, proven: Proven): boolean {
  // What is outside FROM, such as INSERT's target, is real.
  if (region === undefined || region.parent === null) return true;
  return holdsIn(proven, regionKey(frame, region));
}

/** The atoms for a column that is not NULL: it and the regions that it is in. */
export function variableAtoms(variable: Var, context: Context): Atoms {
  const key = variableKey(variable, context);
  const at = contextAt(context, variable.varlevelsup);
  if (key === null || at === null) return noAtoms;
  const atoms = new Set([key]);
  for (const region of enclosing(at.frame.regions.of.get(variable.varno))) {
    atoms.add(regionKey(at.frame, region));
  }
  return atoms;
}

/** A region and those around it, without the root. */
export function enclosing(region: OuterJoinSide | undefined): readonly OuterJoinSide[] {
  const found: OuterJoinSide[] = [];
  for (let at = region; at?.parent; at = at.parent) found.push(at);
  return found;
}

/**
 * The context with atoms added, and all that follows from them: where a side of an outer join is now known to be
 * real, so are its conditions.
 */
export function refine(context: Context, atoms: Atoms): Context {
  return learned(context, atoms, true);
}

/** The same for what holds for all rows of the context's query, not only inside of an expression. */
export function learnOfRows(context: Context, atoms: Atoms): Context {
  return learned(context, atoms, false);
}

function learned(context: Context, atoms: Atoms, local: boolean): Context {
  let at = context;
  let news = atoms;
  while (news !== 'contradiction' && news.size > 0) {
    const before = at;
    const proven = extended(at.proven, news, local);
    if (proven === at.proven) return at;
    at = { ...at, proven };
    news = consequences(news, before, at);
  }
  return at;
}

function consequences(atoms: ReadonlySet<string>, before: Context, after: Context): Atoms {
  let found: Atoms = noAtoms;
  for (const atom of atoms) {
    if (!atom.startsWith('r') || holdsIn(before.proven, atom)) continue;
    const outer = regionOf(atom, after);
    if (outer === null) continue;
    const { region, at } = outer;
    for (const condition of region.conditions) {
      found = unionFacts(found, at.frame.engine.implications(condition, TRUE, at));
    }
    for (const { other, condition } of region.paired) {
      if (isMatched(at.frame, other, at.proven))
        found = unionFacts(found, at.frame.engine.implications(condition, TRUE, at));
    }
  }
  if (found === 'contradiction') return noAtoms;
  return new Set([...found].filter((atom) => !holdsIn(after.proven, atom)));
}

function regionOf(atom: string, context: Context): { region: OuterJoinSide; at: Context } | null {
  const [frameId, regionId] = atom.slice(1).split('.').map(Number);
  for (let at: Context | null = context; at !== null; at = at.outer) {
    if (at.frame.id !== frameId) continue;
    const region = at.frame.regions.all[regionId ?? -1];
    // ON conditions are about rows before grouping.
    return region === undefined
      ? null
      : { region, at: { ...at, proven: context.proven, stage: 'row', caseTest: null, sublink: null } };
  }
  return null;
}
