import type { Relation } from '../catalog/catalog.ts';
import { readExpr } from '../tree/read.ts';
import { selectFrom } from '../tree/select-from.ts';
import { noAtoms, type Proven } from './atoms.ts';
import type { Context, Engine } from './context.ts';
import { NULL, TRUE } from './outcomes.ts';
import { learnOfRows } from './refine.ts';

/**
 * The columns that a table's CHECK constraints keep from being NULL. A constraint is satisfied where it is true or
 * NULL (PostgreSQL documentation, 5.5.1).
 *
 * @param inherited whether rows of the table's children are meant too
 * @returns `attnum`s
 */
export function checkedColumns(engine: Engine, relation: Relation, inherited: boolean): readonly number[] {
  const conditions = relation.checks
    .filter(({ noInherit }) => !(inherited && noInherit && relation.children.length > 0))
    .map(({ condition }) => readExpr(condition));
  if (conditions.length === 0) return [];
  let at = whenWritten(engine, relation, inherited);
  const { frame } = at;
  for (const condition of conditions) {
    const atoms = engine.implications(condition, TRUE | NULL, at);
    at = learnOfRows(at, atoms === 'contradiction' ? noAtoms : atoms);
  }
  const found: number[] = [];
  for (let proven: Proven | null = at.proven; proven !== null; proven = proven.outer) {
    for (const atom of proven.atoms) {
      const [, column] = atom.startsWith(`v${frame.id}.1.`) ? atom.slice(1).split('.1.') : [];
      if (column !== undefined) found.push(Number(column));
    }
  }
  return found;
}

/** Where a constraint or a generated column's expression was evaluated when a row was written. */
export function whenWritten(engine: Engine, relation: Relation, inherited: boolean): Context {
  return { ...engine.open(selectFrom(relation.oid, inherited, null), null).result, past: true };
}
