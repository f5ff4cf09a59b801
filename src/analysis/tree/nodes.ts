/**
 * The nodes of an analysed query (src/include/nodes/parsenodes.h and primnodes.h), with the fields that the
 * analysis asks for. The reader keeps all others too; fields that not every major has are optional.
 * OIDs and numbers are plain numbers; `null` is Postgres's `<>`.
 */

export type Node =
  | QueryNode
  | Expr
  | RangeTblEntry
  | FromExpr
  | JoinExpr
  | RangeTblRef
  | TargetEntry
  | CommonTableExpr
  | SetOperationStmt
  | SortGroupClause
  | WindowClause
  | OnConflictExpr
  | MergeAction
  | RangeTblFunction
  | TableFunc
  | GroupingSet
  | CaseWhen;

/** CmdType. */
export const Cmd = {
  unknown: 0,
  select: 1,
  update: 2,
  insert: 3,
  delete: 4,
  merge: 5,
  utility: 6,
  nothing: 7,
} as const;

export interface QueryNode {
  readonly tag: 'QUERY';
  /** CmdType; PostgreSQL 14 has no MERGE, so its UTILITY is 5. */
  readonly commandType: number;
  readonly utilityStmt: object | null;
  /** Range table index of the target of INSERT, UPDATE, DELETE, MERGE; 0 for SELECT. */
  readonly resultRelation: number;
  readonly hasAggs: boolean;
  readonly hasWindowFuncs: boolean;
  readonly hasTargetSRFs: boolean;
  readonly hasDistinctOn: boolean;
  readonly hasModifyingCTE: boolean;
  readonly cteList: readonly CommonTableExpr[] | null;
  readonly rtable: readonly RangeTblEntry[] | null;
  readonly jointree: FromExpr | null;
  readonly targetList: readonly TargetEntry[] | null;
  /** OverridingKind */
  readonly override: number;
  readonly onConflict: OnConflictExpr | null;
  readonly returningList: readonly TargetEntry[] | null;
  readonly groupClause: readonly SortGroupClause[] | null;
  readonly groupingSets: readonly GroupingSet[] | null;
  readonly havingQual: Expr | null;
  readonly windowClause: readonly WindowClause[] | null;
  readonly distinctClause: readonly SortGroupClause[] | null;
  readonly sortClause: readonly SortGroupClause[] | null;
  readonly limitOffset: Expr | null;
  readonly limitCount: Expr | null;
  /** LimitOption: 0 COUNT, 1 WITH TIES (as printed: LIMIT_OPTION_COUNT 0, LIMIT_OPTION_WITH_TIES 1). */
  readonly limitOption: number;
  readonly setOperations: SetOperationStmt | RangeTblRef | null;
  readonly mergeActionList?: readonly MergeAction[] | null;
  readonly mergeJoinCondition?: Expr | null;
  readonly rowMarks: readonly unknown[] | null;
}

/** RTEKind. */
export const Rte = {
  relation: 0,
  subquery: 1,
  join: 2,
  function: 3,
  tablefunc: 4,
  values: 5,
  cte: 6,
  namedTuplestore: 7,
  result: 8,
  /** PostgreSQL 18. */
  group: 9,
} as const;

export interface RangeTblEntry {
  readonly tag: 'RANGETBLENTRY';
  readonly rtekind: number;
  readonly lateral: boolean;
  /** The alias as written; `colnames` are those of a column list. */
  readonly alias?: { readonly aliasname: string; readonly colnames: readonly string[] | null } | null;
  /** relation */
  readonly relid?: number;
  readonly inh?: boolean;
  readonly relkind?: string;
  readonly tablesample?: object | null;
  /** subquery */
  readonly subquery?: QueryNode | null;
  /** join: JoinType, the number of USING columns, and what each output column represents. */
  readonly jointype?: number;
  readonly joinmergedcols?: number;
  readonly joinaliasvars?: readonly (Expr | null)[] | null;
  /** function */
  readonly functions?: readonly RangeTblFunction[] | null;
  readonly funcordinality?: boolean;
  /** tablefunc: XMLTABLE, JSON_TABLE */
  readonly tablefunc?: TableFunc | null;
  /** values */
  readonly values_lists?: readonly (readonly Expr[])[] | null;
  /** cte */
  readonly ctename?: string;
  readonly ctelevelsup?: number;
  readonly self_reference?: boolean;
  readonly coltypes?: readonly number[] | null;
  /** group (PostgreSQL 18): what each grouping column represents. */
  readonly groupexprs?: readonly Expr[] | null;
}

export interface RangeTblFunction {
  readonly tag: 'RANGETBLFUNCTION';
  readonly funcexpr: Expr;
  readonly funccolcount: number;
  /** For functions with a column definition list: their names and types. */
  readonly funccolnames: readonly string[] | null;
  readonly funccoltypes: readonly number[] | null;
}

export interface TableFunc {
  readonly tag: 'TABLEFUNC';
  /** 0 XMLTABLE, 1 JSON_TABLE; absent before PostgreSQL 17. */
  readonly functype?: number;
  readonly docexpr: Expr;
  readonly coltypes: readonly number[] | null;
  readonly colexprs: readonly (Expr | null)[] | null;
  readonly coldefexprs: readonly (Expr | null)[] | null;
  readonly colvalexprs?: readonly (Expr | null)[] | null;
  readonly passingvalexprs?: readonly Expr[] | null;
  /** JSON_TABLE: which columns (0-based) are those of the outermost path. */
  readonly plan?: { readonly tag: string; readonly colMin?: number; readonly colMax?: number } | null;
  /** 0-based numbers of the columns declared NOT NULL. */
  readonly notnulls: readonly number[] | null;
  /** 0-based, -1 for none. */
  readonly ordinalitycol: number;
}

export interface FromExpr {
  readonly tag: 'FROMEXPR';
  readonly fromlist: readonly JoinTreeNode[] | null;
  readonly quals: Expr | null;
}

export type JoinTreeNode = FromExpr | JoinExpr | RangeTblRef;

/** JoinType of a parse tree. */
export const Join = { inner: 0, left: 1, full: 2, right: 3 } as const;

export interface JoinExpr {
  readonly tag: 'JOINEXPR';
  readonly jointype: number;
  readonly larg: JoinTreeNode;
  readonly rarg: JoinTreeNode;
  readonly quals: Expr | null;
  readonly rtindex: number;
}

export interface RangeTblRef {
  readonly tag: 'RANGETBLREF';
  readonly rtindex: number;
}

export interface TargetEntry {
  readonly tag: 'TARGETENTRY';
  readonly expr: Expr;
  /** In INSERT and UPDATE: the column's number. */
  readonly resno: number;
  /** Absent from parts that have no name of their own; names that look like numbers or booleans are read as such. */
  readonly resname?: string | number | boolean | null;
  readonly ressortgroupref: number;
  readonly resorigtbl: number;
  readonly resorigcol: number;
  readonly resjunk: boolean;
}

export interface CommonTableExpr {
  readonly tag: 'COMMONTABLEEXPR';
  readonly ctename: string;
  /** CTEMaterialize */
  readonly ctematerialized: number;
  readonly ctequery: QueryNode;
  readonly cterecursive: boolean;
  /** How many range table entries read it, its own recursion aside. */
  readonly cterefcount: number;
  readonly search_clause: object | null;
  readonly cycle_clause: {
    readonly cycle_mark_value: Expr;
    readonly cycle_mark_default: Expr;
  } | null;
  readonly ctecolnames: readonly string[] | null;
  readonly ctecoltypes: readonly number[] | null;
}

/** CTEMaterialize. */
export const Materialize = { byDefault: 0, always: 1, never: 2 } as const;

/** SetOperation. */
export const SetOp = { union: 1, intersect: 2, except: 3 } as const;

export interface SetOperationStmt {
  readonly tag: 'SETOPERATIONSTMT';
  readonly op: number;
  readonly all: boolean;
  readonly larg: SetOperationStmt | RangeTblRef;
  readonly rarg: SetOperationStmt | RangeTblRef;
  readonly colTypes: readonly number[];
}

export interface SortGroupClause {
  readonly tag: 'SORTGROUPCLAUSE';
  readonly tleSortGroupRef: number;
  readonly eqop: number;
  /** What comes first is `<` the rest in it; 0 where nothing is sorted. */
  readonly sortop: number;
}

export interface WindowClause {
  readonly tag: 'WINDOWCLAUSE';
  readonly winref: number;
  readonly partitionClause: readonly SortGroupClause[] | null;
  readonly orderClause: readonly SortGroupClause[] | null;
  /** FRAMEOPTION_* bits. */
  readonly frameOptions: number;
  /** in_range support functions (pg_amproc) of RANGE frames with an offset; 0 for others. */
  readonly startInRangeFunc: number;
  readonly endInRangeFunc: number;
  readonly startOffset: Expr | null;
  readonly endOffset: Expr | null;
}

export interface OnConflictExpr {
  readonly tag: 'ONCONFLICTEXPR';
  /** OnConflictAction: 1 NOTHING, 2 UPDATE. */
  readonly action: number;
  readonly onConflictSet: readonly TargetEntry[] | null;
  readonly onConflictWhere: Expr | null;
  readonly arbiterElems: readonly InferenceElem[] | null;
  readonly arbiterWhere: Expr | null;
  /** ON CONSTRAINT: its OID; 0 otherwise. */
  readonly constraint: number;
  readonly exclRelIndex: number;
}

export interface MergeAction {
  readonly tag: 'MERGEACTION';
  /** PostgreSQL 15 and 16. */
  readonly matched?: boolean;
  /** From PostgreSQL 17 on: 0 MATCHED, 1 NOT MATCHED BY SOURCE, 2 NOT MATCHED BY TARGET. */
  readonly matchKind?: number;
  readonly commandType: number;
  /** OverridingKind of an INSERT. */
  readonly override?: number;
  readonly qual: Expr | null;
  readonly targetList: readonly TargetEntry[] | null;
}

export interface GroupingSet {
  readonly tag: 'GROUPINGSET';
  /** GroupingSetKind: 0 EMPTY, 1 SIMPLE, 2 ROLLUP, 3 CUBE, 4 SETS. */
  readonly kind: number;
  readonly content: readonly unknown[] | null;
}

export type Expr =
  | Var
  | Const
  | ParamNode
  | Aggref
  | GroupingFunc
  | WindowFunc
  | SubscriptingRef
  | FuncExpr
  | NamedArgExpr
  | OpExpr
  | ScalarArrayOpExpr
  | BoolExpr
  | SubLink
  | FieldSelect
  | FieldStore
  | Coercion
  | CaseExpr
  | CaseTestExpr
  | ArrayExpr
  | RowExpr
  | RowCompareExpr
  | CoalesceExpr
  | MinMaxExpr
  | SqlValueFunction
  | XmlExpr
  | JsonValueExpr
  | JsonConstructorExpr
  | JsonIsPredicate
  | JsonExpr
  | NullTest
  | BooleanTest
  | MergeSupportFunc
  | CoerceToDomainValue
  | SetToDefault
  | CurrentOfExpr
  | NextValueExpr
  | InferenceElem;

export interface Var {
  readonly tag: 'VAR';
  /** 1-based index into the range table of the query `varlevelsup` levels out. */
  readonly varno: number;
  /** Column number; 0 is the whole row, negative ones are system columns. */
  readonly varattno: number;
  readonly vartype: number;
  readonly vartypmod?: number;
  readonly varlevelsup: number;
  /** From PostgreSQL 16 on: range table indexes of the outer joins that can make it NULL. */
  readonly varnullingrels?: readonly number[];
  /** From PostgreSQL 18 on: 0 default, 1 OLD, 2 NEW. */
  readonly varreturningtype?: number;
}

export interface Const {
  readonly tag: 'CONST';
  readonly consttype: number;
  readonly constlen: number;
  readonly constbyval: boolean;
  readonly constisnull: boolean;
  /** The datum's bytes, in the server's byte order; varlena header included. Null if NULL. */
  readonly constvalue: readonly number[] | null;
}

export interface ParamNode {
  readonly tag: 'PARAM';
  /** ParamKind: 0 EXTERN (`$n`). */
  readonly paramkind: number;
  readonly paramid: number;
  readonly paramtype: number;
}

export interface Aggref {
  readonly tag: 'AGGREF';
  readonly aggfnoid: number;
  readonly aggtype: number;
  readonly aggdirectargs: readonly Expr[] | null;
  readonly args: readonly TargetEntry[] | null;
  readonly aggorder: readonly SortGroupClause[] | null;
  readonly aggdistinct: readonly SortGroupClause[] | null;
  readonly aggfilter: Expr | null;
  readonly aggstar: boolean;
  readonly aggvariadic: boolean;
  /** 'n' plain, 'o' ordered-set, 'h' hypothetical-set. */
  readonly aggkind: string;
  readonly agglevelsup: number;
}

export interface GroupingFunc {
  readonly tag: 'GROUPINGFUNC';
  readonly args: readonly Expr[] | null;
}

export interface WindowFunc {
  readonly tag: 'WINDOWFUNC';
  readonly winfnoid: number;
  readonly wintype: number;
  readonly args: readonly Expr[] | null;
  readonly aggfilter: Expr | null;
  readonly winref: number;
  readonly winstar: boolean;
  /** Whether it is an aggregate used as a window function. */
  readonly winagg: boolean;
}

export interface SubscriptingRef {
  readonly tag: 'SUBSCRIPTINGREF';
  readonly refcontainertype: number;
  readonly refelemtype: number;
  readonly refrestype: number;
  readonly refupperindexpr: readonly (Expr | null)[] | null;
  /** Not null: a slice. */
  readonly reflowerindexpr: readonly (Expr | null)[] | null;
  readonly refexpr: Expr;
  /** Not null: an assignment of this value. */
  readonly refassgnexpr: Expr | null;
}

export interface FuncExpr {
  readonly tag: 'FUNCEXPR';
  readonly funcid: number;
  readonly funcresulttype: number;
  readonly funcretset: boolean;
  readonly funcvariadic: boolean;
  /** CoercionForm: 0 explicit call, 1 explicit cast, 2 implicit cast, 3 SQL syntax. */
  readonly funcformat: number;
  readonly args: readonly Expr[] | null;
}

export interface NamedArgExpr {
  readonly tag: 'NAMEDARGEXPR';
  readonly arg: Expr;
  /** 0-based: which of the function's arguments it is, wherever it is written. */
  readonly argnumber: number;
}

export interface OpExpr {
  readonly tag: 'OPEXPR' | 'DISTINCTEXPR' | 'NULLIFEXPR';
  readonly opno: number;
  readonly opfuncid: number;
  readonly opresulttype: number;
  readonly opretset: boolean;
  /** OID of the collation that it compares with; 0 if it needs none. */
  readonly inputcollid: number;
  readonly args: readonly Expr[] | null;
}

export interface ScalarArrayOpExpr {
  readonly tag: 'SCALARARRAYOPEXPR';
  readonly opno: number;
  readonly opfuncid: number;
  /** True for ANY, false for ALL. */
  readonly useOr: boolean;
  readonly inputcollid: number;
  readonly args: readonly Expr[] | null;
}

export interface BoolExpr {
  readonly tag: 'BOOLEXPR';
  readonly boolop: 'and' | 'or' | 'not';
  readonly args: readonly Expr[];
}

/** SubLinkType. */
export const Sub = { exists: 0, all: 1, any: 2, rowCompare: 3, expr: 4, multiExpr: 5, array: 6 } as const;

export interface SubLink {
  readonly tag: 'SUBLINK';
  readonly subLinkType: number;
  readonly subLinkId: number;
  /** For ALL, ANY and ROWCOMPARE: the comparison; the subquery's columns are PARAMs of kind 2 (SUBLINK). */
  readonly testexpr: Expr | null;
  readonly subselect: QueryNode;
}

export interface FieldSelect {
  readonly tag: 'FIELDSELECT';
  readonly arg: Expr;
  /** 1-based attribute number. */
  readonly fieldnum: number;
  readonly resulttype: number;
}

export interface FieldStore {
  readonly tag: 'FIELDSTORE';
  readonly arg: Expr;
  readonly newvals: readonly Expr[];
  readonly fieldnums: readonly number[];
  readonly resulttype: number;
}

export interface Coercion {
  readonly tag:
    | 'RELABELTYPE'
    | 'COERCEVIAIO'
    | 'ARRAYCOERCEEXPR'
    | 'CONVERTROWTYPEEXPR'
    | 'COLLATEEXPR'
    | 'COERCETODOMAIN';
  readonly arg: Expr;
  /** Absent for COLLATE, which keeps the type. */
  readonly resulttype?: number;
  /** COLLATE: the collation's OID. */
  readonly collOid?: number;
  /** ARRAYCOERCEEXPR: the conversion of one element, whose input is a CASETESTEXPR. */
  readonly elemexpr?: Expr | null;
}

export interface CaseExpr {
  readonly tag: 'CASEEXPR';
  readonly casetype: number;
  /** CASE arg WHEN ...: the WHENs then compare a CASETESTEXPR. */
  readonly arg: Expr | null;
  readonly args: readonly CaseWhen[];
  /** Without ELSE: a NULL constant, or null. */
  readonly defresult: Expr | null;
}

export interface CaseWhen {
  readonly tag: 'CASEWHEN';
  readonly expr: Expr;
  readonly result: Expr;
}

export interface CaseTestExpr {
  readonly tag: 'CASETESTEXPR';
  readonly typeId: number;
}

export interface ArrayExpr {
  readonly tag: 'ARRAYEXPR';
  readonly array_typeid: number;
  readonly element_typeid: number;
  readonly elements: readonly Expr[] | null;
  readonly multidims: boolean;
}

export interface RowExpr {
  readonly tag: 'ROWEXPR';
  readonly args: readonly Expr[] | null;
  /** The fields' names, for records. */
  readonly colnames?: readonly string[] | null;
  /** 2249 (record) or a composite type. */
  readonly row_typeid: number;
}

export interface RowCompareExpr {
  readonly tag: 'ROWCOMPAREEXPR';
  readonly opnos: readonly number[];
  readonly inputcollids: readonly number[];
  readonly largs: readonly Expr[];
  readonly rargs: readonly Expr[];
}

export interface CoalesceExpr {
  readonly tag: 'COALESCEEXPR';
  readonly coalescetype: number;
  readonly args: readonly Expr[];
}

export interface MinMaxExpr {
  readonly tag: 'MINMAXEXPR';
  readonly minmaxtype: number;
  readonly args: readonly Expr[];
}

export interface SqlValueFunction {
  readonly tag: 'SQLVALUEFUNCTION';
  readonly op: number;
  readonly type: number;
}

export interface XmlExpr {
  readonly tag: 'XMLEXPR';
  /** XmlExprOp. */
  readonly op: number;
  readonly named_args: readonly Expr[] | null;
  readonly args: readonly Expr[] | null;
  readonly type: number;
}

export interface JsonValueExpr {
  readonly tag: 'JSONVALUEEXPR';
  readonly raw_expr: Expr;
  readonly formatted_expr: Expr | null;
}

export interface JsonConstructorExpr {
  readonly tag: 'JSONCONSTRUCTOREXPR';
  /** JsonConstructorType. */
  readonly type: number;
  readonly args: readonly Expr[] | null;
  readonly func: Expr | null;
  readonly coercion: Expr | null;
  readonly returning: { readonly typid: number } | null;
  readonly absent_on_null: boolean;
}

export interface JsonIsPredicate {
  readonly tag: 'JSONISPREDICATE';
  readonly expr: Expr;
}

export interface JsonExpr {
  readonly tag: 'JSONEXPR';
  /** JsonExprOp: 0 EXISTS, 1 QUERY, 2 VALUE, 3 TABLE. */
  readonly op: number;
  /** JsonBehaviorType: 5 is UNKNOWN. */
  readonly on_error: { readonly btype: number } | null;
  readonly formatted_expr: Expr;
  readonly passing_values: readonly Expr[] | null;
  readonly returning: { readonly typid: number } | null;
}

export interface NullTest {
  readonly tag: 'NULLTEST';
  readonly arg: Expr;
  /** 0 IS NULL, 1 IS NOT NULL. */
  readonly nulltesttype: number;
  /** Field by field, as for composites: IS NOT NULL then means that every field is not null. */
  readonly argisrow: boolean;
}

export interface BooleanTest {
  readonly tag: 'BOOLEANTEST';
  readonly arg: Expr;
  /** 0 IS TRUE, 1 IS NOT TRUE, 2 IS FALSE, 3 IS NOT FALSE, 4 IS UNKNOWN, 5 IS NOT UNKNOWN. */
  readonly booltesttype: number;
}

export interface MergeSupportFunc {
  readonly tag: 'MERGESUPPORTFUNC';
}

export interface CoerceToDomainValue {
  readonly tag: 'COERCETODOMAINVALUE';
  readonly typeId: number;
}

export interface SetToDefault {
  readonly tag: 'SETTODEFAULT';
  readonly typeId: number;
}

export interface CurrentOfExpr {
  readonly tag: 'CURRENTOFEXPR';
}

export interface NextValueExpr {
  readonly tag: 'NEXTVALUEEXPR';
}

export interface InferenceElem {
  readonly tag: 'INFERENCEELEM';
  readonly expr: Expr;
  /** COLLATE and the operator class, as OIDs; 0 if it asks for none. */
  readonly infercollid: number;
  readonly inferopclass: number;
}
