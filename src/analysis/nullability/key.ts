import { FIRST_NORMAL_OID } from '../catalog/catalog.ts';
import { Cmd, type Expr, Rte, type Var } from '../tree/nodes.ts';
import { incidental } from '../tree/same-expression.ts';
import { expressionPrefix } from './atoms.ts';
import { type Context, contextAt } from './context.ts';

/** The atom for "this column is not NULL": the same for every Var that means it. Null if it cannot be looked up. */
export function variableKey(variable: Var, context: Context): string | null {
  const at = contextAt(context, variable.varlevelsup);
  if (at === null) return null;
  const { frame } = at;
  const entry = frame.scope.query.rtable?.[variable.varno - 1];
  if (entry?.rtekind === Rte.group) {
    const grouped = entry.groupexprs?.[variable.varattno - 1];
    return grouped === undefined ? null : expressionKey(grouped, { ...at, stage: 'row' }, false);
  }
  const key = `v${frame.id}.${variable.varno}.${variable.varattno}`;
  const version = rowVersion(variable, at);
  return version === null ? key : `${key} ${version}`;
}

/** Of a target's row in RETURNING: as it was, as it is now, or whichever of the two MERGE's action left. */
export type RowVersion = 'before' | 'after' | 'either';

/** Which row a Var means; null for those that come out of FROM and WHERE, as what UPDATE and DELETE found does. */
function rowVersion(variable: Var, context: Context): RowVersion | null {
  const version = targetVersion(variable, context);
  const { commandType } = context.frame.scope.query;
  return version === 'before' && (commandType === Cmd.update || commandType === Cmd.delete) ? null : version;
}

/** For Vars of the target in RETURNING; null for others. VarReturningType (primnodes.h): 1 OLD, 2 NEW. */
export function targetVersion(variable: Var, context: Context): RowVersion | null {
  const { query } = context.frame.scope;
  if (context.stage !== 'returning' || variable.varno !== query.resultRelation) return null;
  switch (variable.varreturningtype) {
    case 1:
      return 'before';
    case 2:
      return 'after';
    default:
      return query.commandType === Cmd.delete
        ? 'before'
        : query.commandType === Cmd.merge
          ? 'either'
          : 'after';
  }
}

/**
 * The atom for "this expression is not NULL": the same for expressions that give the same value in a row.
 *
 * @param volatile whether an expression that may give another value each time gets one too
 * @returns null for expressions that cannot be compared
 */
export function expressionKey(expr: Expr, context: Context, volatile: boolean): string | null {
  if (expr.tag === 'VAR') return variableKey(expr, context);
  if (expr.tag === 'PARAM' && expr.paramkind === 0) return `$${expr.paramid}`;
  const parts: string[] = [expressionPrefix];
  return write(expr, context, volatile, parts) ? parts.join('') : null;
}

function write(value: unknown, context: Context, volatile: boolean, parts: string[]): boolean {
  if (Array.isArray(value)) {
    parts.push('(');
    for (const item of value) if (!write(item, context, volatile, parts)) return false;
    parts.push(')');
    return true;
  }
  if (typeof value !== 'object' || value === null) {
    parts.push(String(value), ' ');
    return true;
  }
  if (!('tag' in value)) return false;
  return writeNode(value as Expr, context, volatile, parts);
}

function writeNode(node: Expr, context: Context, volatile: boolean, parts: string[]): boolean {
  switch (node.tag) {
    case 'VAR': {
      const key = variableKey(node, context);
      if (key === null) return false;
      parts.push(key, ' ');
      return true;
    }
    case 'PARAM':
      if (node.paramkind !== 0) return false;
      break;
    // A CASETESTEXPR means something else in every CASE; the others can be another value each time.
    case 'SUBLINK':
    case 'CASETESTEXPR':
    case 'WINDOWFUNC':
    case 'NEXTVALUEEXPR':
      return false;
    case 'FUNCEXPR':
      if (!volatile && isVolatile(node.funcid, context)) return false;
      break;
    case 'OPEXPR':
    case 'DISTINCTEXPR':
    case 'NULLIFEXPR':
    case 'SCALARARRAYOPEXPR':
      if (!volatile && isVolatile(operatorFunction(node.opfuncid, node.opno, context), context)) return false;
      break;
    case 'AGGREF':
      // Another query's aggregate is one over other rows.
      parts.push(`v${contextAt(context, node.agglevelsup)?.frame.id}. `);
      // Its columns are those of the rows before grouping.
      return writeFields(node, { ...context, stage: 'row' }, volatile, parts);
  }
  return writeFields(node, context, volatile, parts);
}

function writeFields(node: Expr, context: Context, volatile: boolean, parts: string[]): boolean {
  parts.push('{');
  for (const [name, value] of Object.entries(node)) {
    // Filled in for some trees only.
    if (incidental.has(name)) continue;
    parts.push(name, ' ');
    if (!write(value, context, volatile, parts)) return false;
  }
  parts.push('}');
  return true;
}

function isVolatile(functionOid: number, context: Context): boolean {
  if (!isKnown(functionOid, context)) return true;
  const volatility = context.frame.engine.catalog.functions.get(functionOid)?.volatility;
  return volatility !== 'i' && volatility !== 's';
}

/** Whether what the catalog says of a function was so when the rows were made: that may have been long ago. */
export function isKnown(functionOid: number, context: Context): boolean {
  return context.frame.engine.trust.definitions || functionOid < FIRST_NORMAL_OID;
}

/** An operator's function; the tree may leave it to be looked up. */
export function operatorFunction(functionOid: number, operatorOid: number, context: Context): number {
  return functionOid || (context.frame.engine.catalog.operators.get(operatorOid)?.function ?? 0);
}
