import type { Relation } from '../catalog/catalog.ts';
import { type QueryNode, type RangeTblEntry, Rte } from '../tree/nodes.ts';
import { readExpr } from '../tree/read.ts';
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
  return { ...engine.open(rowsOf(relation, inherited), null).result, past: true };
}

/** `SELECT FROM relation`, or FROM ONLY, whose columns a constraint's Vars are. */
function rowsOf(relation: Relation, inherited: boolean): QueryNode {
  const entry: RangeTblEntry = {
    tag: 'RANGETBLENTRY',
    rtekind: Rte.relation,
    lateral: false,
    relid: relation.oid,
    inh: inherited,
  };
  return {
    tag: 'QUERY',
    commandType: 1,
    utilityStmt: null,
    resultRelation: 0,
    hasAggs: false,
    hasWindowFuncs: false,
    hasTargetSRFs: false,
    hasDistinctOn: false,
    hasModifyingCTE: false,
    cteList: null,
    rtable: [entry],
    jointree: { tag: 'FROMEXPR', fromlist: [{ tag: 'RANGETBLREF', rtindex: 1 }], quals: null },
    targetList: null,
    override: 0,
    onConflict: null,
    returningList: null,
    groupClause: null,
    groupingSets: null,
    havingQual: null,
    windowClause: null,
    distinctClause: null,
    sortClause: null,
    limitOffset: null,
    limitCount: null,
    limitOption: 0,
    setOperations: null,
    rowMarks: null,
  };
}
