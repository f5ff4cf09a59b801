import { FIRST_NORMAL_OID } from '../catalog/catalog.ts';
import { mayChange } from '../catalog/may-change.ts';
import { step } from '../steps.ts';
import { Cmd, type Expr, Rte, type Var } from '../tree/nodes.ts';
import { incidental } from '../tree/same-expression.ts';
import { expressionPrefix } from './atoms.ts';
import { type Context, contextAt, type InternedKey, type RowVersion } from './context.ts';

/**
 * The atom for "this column is not NULL": the same for every Var that means it, but another one where GROUPING SETS may set
 * it to NULL: what WHERE says of it need not hold of the groups. Null if it cannot be looked up.
 */
export function variableKey(variable: Var, context: Context): string | null {
  const at = contextAt(context, variable.varlevelsup);
  if (at === null) return null;
  const { frame } = at;
  const entry = frame.scope.query.rtable?.[variable.varno - 1];
  const key = `v${frame.id}.${variable.varno}.${variable.varattno}`;
  if (entry?.rtekind === Rte.group) {
    if (!isInEverySet(variable)) return key;
    const grouped = entry.groupexprs?.[variable.varattno - 1];
    return grouped === undefined ? null : expressionKey(grouped, { ...at, stage: 'row' }, false);
  }
  if (isNulled(key, at)) return `${key} grouped`;
  const version = rowVersion(variable, at);
  return version === null ? key : `${key} ${version}`;
}

/** Whether a Var of PostgreSQL 18's group entry is in every grouping set, so that none sets it to NULL. */
export function isInEverySet(variable: Var): boolean {
  return !(variable.varnullingrels?.includes(variable.varno) ?? true);
}

/** Whether grouping sets may set to NULL what has this key in the rows before grouping. */
function isNulled(key: string, { frame, stage }: Context): boolean {
  const { grouping } = frame;
  return stage === 'group' && grouping !== null && (grouping.opaque || grouping.keys.has(key));
}

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
  return keyOf(expr, context, volatile)?.key ?? null;
}

/** Expressions nested more deeply are compared with nothing. */
const HIGHEST = 200;

/** A node's key, worked out once: a key names those of the nodes below by their short forms. */
function keyOf(node: Expr, context: Context, volatile: boolean): InternedKey | null {
  const { frame } = context;
  const variant = variantOf(context) + (volatile ? 1 : 0);
  let known = frame.memo.keys.get(node);
  if (known === undefined) {
    known = new Map();
    frame.memo.keys.set(node, known);
  }
  const found = known.get(variant);
  if (found !== undefined) return found;
  step();
  const text: KeyText = { parts: [], frames: new Set(), height: 0 };
  const { nesting } = frame.engine;
  if (nesting.key >= HIGHEST) {
    nesting.tooDeep++;
    return null;
  }
  const before = nesting.tooDeep;
  nesting.key++;
  const isComparable = writeNode(node, context, volatile, text);
  if (isComparable && isGroupedBy(node, context)) text.parts.push('grouped ');
  nesting.key--;
  const key = isComparable && text.height < HIGHEST ? interned(text, frame.engine.keys) : null;
  // Seen from here it may be too deep where it is not by itself.
  if (nesting.tooDeep === before || nesting.key === 0) known.set(variant, key);
  return key;
}

/** The places where the same expression has different keys, in one frame. */
function variantOf({ frame, stage, past }: Context): number {
  if (past) return 6;
  if (stage === 'returning') return 2;
  return stage === 'group' && frame.grouping !== null ? 4 : 0;
}

/** Whether grouping sets may set an expression, other than a column, to NULL. */
function isGroupedBy(node: Expr, context: Context): boolean {
  if (context.stage !== 'group' || context.frame.grouping === null) return false;
  const key = keyOf(node, { ...context, stage: 'row' }, true);
  return key !== null && isNulled(key.key, context);
}

interface KeyText {
  readonly parts: string[];
  /** Those whose variables are in it, as `v1.`. */
  readonly frames: Set<string>;
  height: number;
}

function interned({ parts, frames, height }: KeyText, keys: Map<string, InternedKey>): InternedKey {
  const text = parts.join('');
  let key = keys.get(text);
  if (key === undefined) {
    key = {
      key: `${expressionPrefix}${keys.size} ${[...frames].toSorted().join(' ')}`,
      frames,
      height: height + 1,
    };
    keys.set(text, key);
  }
  return key;
}

function write(value: unknown, context: Context, volatile: boolean, text: KeyText): boolean {
  if (Array.isArray(value)) {
    text.parts.push('(');
    for (const item of value) if (!write(item, context, volatile, text)) return false;
    text.parts.push(')');
    return true;
  }
  if (typeof value !== 'object' || value === null) {
    text.parts.push(String(value), ' ');
    return true;
  }
  if (!('tag' in value)) return false;
  const node = value as Expr;
  if (node.tag === 'VAR') return writeVariable(node, context, text);
  const key = keyOf(node, context, volatile);
  if (key === null) return false;
  text.parts.push(key.key, ' ');
  for (const frame of key.frames) text.frames.add(frame);
  text.height = Math.max(text.height, key.height);
  return true;
}

function writeVariable(variable: Var, context: Context, text: KeyText): boolean {
  if (context.past && mayChange(variable, context.frame.engine.catalog)) return false;
  const key = variableKey(variable, context);
  if (key === null) return false;
  text.parts.push(key, ' ');
  for (const [frame] of key.matchAll(/v\d+\./g)) text.frames.add(frame);
  return true;
}

function writeNode(node: Expr, context: Context, volatile: boolean, text: KeyText): boolean {
  if (context.past && mayChange(node, context.frame.engine.catalog)) return false;
  switch (node.tag) {
    case 'VAR':
      return writeVariable(node, context, text);
    case 'PARAM':
      if (node.paramkind !== 0) return false;
      break;
    // A CASETESTEXPR means something else in every CASE; the others can be another value each time.
    case 'SUBLINK':
    case 'CASETESTEXPR':
    case 'WINDOWFUNC':
    case 'NEXTVALUEEXPR':
      return false;
    case 'ROWCOMPAREEXPR':
      if (!volatile && node.opnos.some((oid) => isVolatile(calledOperatorFunction(0, oid, context), context)))
        return false;
      break;
    case 'FUNCEXPR':
      if (!volatile && isVolatile(node.funcid, context)) return false;
      break;
    case 'OPEXPR':
    case 'DISTINCTEXPR':
    case 'NULLIFEXPR':
    case 'SCALARARRAYOPEXPR':
      if (!volatile && isVolatile(calledOperatorFunction(node.opfuncid, node.opno, context), context))
        return false;
      break;
    case 'AGGREF': {
      // Another query's aggregate is one over other rows.
      const frame = `v${contextAt(context, node.agglevelsup)?.frame.id}.`;
      text.parts.push(frame, ' ');
      text.frames.add(frame);
      // Its columns are those of the rows before grouping.
      return writeFields(node, { ...context, stage: 'row' }, volatile, text);
    }
  }
  return writeFields(node, context, volatile, text);
}

function writeFields(node: Expr, context: Context, volatile: boolean, text: KeyText): boolean {
  text.parts.push('{');
  for (const name in node) {
    // Filled in for some trees only.
    if (incidental.has(name)) continue;
    text.parts.push(name, ' ');
    if (!write(Reflect.get(node, name), context, volatile, text)) return false;
  }
  text.parts.push('}');
  return true;
}

function isVolatile(functionOid: number, context: Context): boolean {
  if (!isKnown(functionOid, context)) return true;
  const volatility = context.frame.engine.catalog.functions.get(functionOid)?.volatility;
  return volatility !== 'i' && volatility !== 's';
}

/** Whether what the catalog says of a function was so when the rows were made: that may have been long ago. */
export function isKnown(functionOid: number, context: Context): boolean {
  return functionOid < FIRST_NORMAL_OID || (context.frame.engine.trust.definitions && !context.past);
}

/** An operator's function; the tree may leave it to be looked up. */
export function calledOperatorFunction(functionOid: number, operatorOid: number, context: Context): number {
  return functionOid || (context.frame.engine.catalog.operators.get(operatorOid)?.function ?? 0);
}
