import type { Relation } from '../catalog/catalog.ts';
import { type Expr, Rte, type Var } from '../tree/nodes.ts';
import { isNode, readExpr } from '../tree/read.ts';
import type { Context } from './context.ts';
import { variableKey } from './key.ts';
import { assumedNulls, isNull } from './null.ts';
import { NULL, TRUE } from './outcomes.ts';
import { isMatched, refine } from './refine.ts';

/** A CHECK constraint about several columns. */
interface Rule {
  readonly condition: Expr;
  /** `attnum`s. */
  readonly columns: ReadonlySet<number>;
  readonly noInherit: boolean;
}

const known = new WeakMap<Relation, readonly Rule[]>();

/** A table's constraints that say of one column what another one's values mean; those about one column are considered once. */
function rulesOf(relation: Relation): readonly Rule[] {
  let rules = known.get(relation);
  if (rules === undefined) {
    rules = relation.checks.flatMap(({ condition: text, noInherit }) => {
      const condition = readExpr(text);
      const columns = new Set<number>();
      addColumns(condition, columns);
      return columns.size > 1 ? [{ condition, columns, noInherit }] : [];
    });
    known.set(relation, rules);
  }
  return rules;
}

function addColumns(value: unknown, columns: Set<number>): void {
  if (Array.isArray(value)) for (const item of value) addColumns(item, columns);
  if (!isNode(value)) return;
  if (value.tag === 'VAR') columns.add(value.varattno);
  else for (const item of Object.values(value)) addColumns(item, columns);
}

/**
 * Whether columns of one row cannot all be NULL where the row meets its table's CHECK constraints, which are true or
 * NULL of it (PostgreSQL documentation, 5.5.1): `CHECK (state = 'new' OR sent IS NOT NULL)` where the state is another.
 *
 * @param variables of one range table entry of the query of `context`
 */
export function refusedByChecks(variables: readonly Var[], context: Context): boolean {
  const [first] = variables;
  if (first === undefined || context.nulls !== undefined) return false;
  const { frame } = context;
  const { engine, scope, regions } = frame;
  const entry = scope.query.rtable?.[first.varno - 1];
  const relation = engine.catalog.relations.get(entry?.relid ?? 0);
  if (entry?.rtekind !== Rte.relation || relation === undefined || relation.checks.length === 0) return false;
  // In RETURNING a row can be one that is not there.
  if (context.stage === 'returning' || !engine.trust.definitions) return false;
  if (!isMatched(frame, regions.of.get(first.varno), context.proven)) return false;
  if (!engine.relation(relation.oid, entry.inh ?? false).isTable) return false;
  const nulls = assumedNulls(
    variables.flatMap((variable) => variableKey(variable, context) ?? []),
    context,
  );
  if (nulls.size < variables.length) return false;
  const at: Context = {
    ...context,
    stage: 'row',
    caseTest: null,
    sublink: null,
    useExclusions: true,
    past: true,
    nulls,
  };
  const rules = rulesOf(relation).filter(
    ({ noInherit }) => !(noInherit && entry.inh && relation.children.length > 0),
  );
  return contradict(rules, variables, at);
}

/** A chain of constraints is followed no further than this. */
const MOST_COLUMNS = 16;

/**
 * Whether constraints contradict each other where columns are NULL. What one says of further columns (`(a IS NULL) = (b IS NULL)`)
 * is followed through those that are about these.
 */
function contradict(rules: readonly Rule[], variables: readonly Var[], context: Context): boolean {
  const varno = variables[0]?.varno ?? 0;
  const nullColumns = new Set(variables.map(({ varattno }) => varattno));
  // How many of a rule's columns were known to be NULL when it was last checked.
  const asked = new Map<Rule, number>();
  const nullsOf = ({ columns }: Rule) => [...columns].filter((column) => nullColumns.has(column)).length;
  let at = context;
  for (const column of nullColumns) {
    for (const rule of rules) {
      if (!rule.columns.has(column) || asked.get(rule) === nullsOf(rule)) continue;
      const atoms = context.frame.engine.implications(ofEntry(rule.condition, varno), TRUE | NULL, at);
      if (atoms === 'contradiction') return true;
      at = refine(at, atoms);
      for (const other of rule.columns)
        if (nullColumns.size < MOST_COLUMNS && isNullColumn(varno, other, at)) nullColumns.add(other);
      asked.set(rule, nullsOf(rule));
    }
  }
  return false;
}

function isNullColumn(varno: number, varattno: number, context: Context): boolean {
  const key = variableKey({ tag: 'VAR', varno, varattno, vartype: 0, varlevelsup: 0 }, context);
  return key !== null && isNull(key, context);
}

/** A constraint's condition, about the rows of a range table entry. */
function ofEntry(value: Expr, index: number): Expr;
function ofEntry(value: unknown, index: number): unknown;
function ofEntry(value: unknown, index: number): unknown {
  if (Array.isArray(value)) return value.map((item) => ofEntry(item, index));
  if (!isNode(value)) return value;
  if (value.tag === 'VAR') return { ...value, varno: index };
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, ofEntry(item, index)]));
}
