import { Cmd, type Expr, type QueryNode, Rte } from './nodes.ts';

/** `SELECT FROM relation WHERE condition`, whose columns are those of range table entry 1. */
export function selectFrom(relid: number, inh: boolean, condition: Expr | null): QueryNode {
  return {
    tag: 'QUERY',
    commandType: Cmd.select,
    utilityStmt: null,
    resultRelation: 0,
    hasAggs: false,
    hasWindowFuncs: false,
    hasTargetSRFs: false,
    hasDistinctOn: false,
    hasModifyingCTE: false,
    cteList: null,
    rtable: [{ tag: 'RANGETBLENTRY', rtekind: Rte.relation, lateral: false, relid, inh }],
    jointree: { tag: 'FROMEXPR', fromlist: [{ tag: 'RANGETBLREF', rtindex: 1 }], quals: condition },
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
