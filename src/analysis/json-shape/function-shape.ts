import { literalOf, literalsOfArray } from '../literals/constant.ts';
import type { Context } from '../nullability/context.ts';
import { TRUE } from '../nullability/outcomes.ts';
import { refine } from '../nullability/refine.ts';
import { resultExpressions } from '../scope.ts';
import { expressionType } from '../tree/expression-type.ts';
import {
  type Aggref,
  type Expr,
  type FuncExpr,
  type JsonConstructorExpr,
  type OpExpr,
  Sub,
  type WindowFunc,
} from '../tree/nodes.ts';
import type { JsonField, JsonShape, Literal } from '../type.ts';
import { elementOf, fieldOf, replaced } from './parts.ts';
import type { Shaper } from './shaper.ts';
import {
  concatenated,
  mayBeNull,
  membersOf,
  never,
  object,
  stripped,
  union,
  unknown,
  without,
  withoutNull,
} from './union.ts';

const JSONB = 3802;

/** The structure that a function of pg_catalog builds (PostgreSQL documentation, 9.16). */
export function functionShape(call: FuncExpr, context: Context, shaper: Shaper): JsonShape {
  const args = call.args ?? [];
  const [first] = args;
  const { catalog } = context.frame.engine;
  switch (builtIn(call.funcid, context)) {
    case 'json_build_object':
    case 'jsonb_build_object':
      return call.funcvariadic
        ? { kind: 'record', value: unknown }
        : builtObject(args, null, context, shaper);
    case 'json_build_array':
    case 'jsonb_build_array':
      return call.funcvariadic
        ? { kind: 'array', element: unknown }
        : builtArray(args, false, context, shaper);
    case 'to_json':
    case 'to_jsonb':
    case 'row_to_json':
    case 'array_to_json':
      return first === undefined ? unknown : shaper.present(first, context);
    case 'json_strip_nulls':
    case 'jsonb_strip_nulls':
      // PostgreSQL 18: the second argument strips arrays too.
      return first === undefined || args.length > 1 ? unknown : stripped(shaper.json(first, context));
    case 'json_array_elements':
    case 'jsonb_array_elements':
      return first === undefined ? unknown : elementOf(shaper.json(first, context));
    case 'json_extract_path':
    case 'jsonb_extract_path':
      return first === undefined ? unknown : atPath(shaper.json(first, context), args.slice(1), context);
    case 'jsonb_set': {
      const [, path, value, create] = args;
      if (first === undefined || path === undefined || value === undefined) return unknown;
      const keys = literalsOfArray(path, catalog)?.map(String) ?? [];
      const creates = create === undefined ? true : literalOf(create, catalog);
      if (keys.length === 0 || typeof creates !== 'boolean') return unknown;
      return replaced(shaper.json(first, context), keys, shaper.json(value, context), creates);
    }
    case 'json_object':
    case 'jsonb_object':
      return { kind: 'record', value: union([{ kind: 'string' }, { kind: 'null' }]) };
    default:
      return unknown;
  }
}

/** `#> '{a,b}'`: the elements of an array are not told by where they are. */
function atPath(shape: JsonShape, path: readonly Expr[], context: Context): JsonShape {
  const { catalog } = context.frame.engine;
  const [only] = path;
  // Written as VARIADIC it is one array.
  const keys: readonly (Literal | null)[] | null =
    only !== undefined && path.length === 1
      ? literalsOfArray(only, catalog)
      : path.map((key) => literalOf(key, catalog) ?? null);
  if (keys === null || keys.includes(null)) return unknown;
  let at = shape;
  for (const key of keys)
    at = union(
      membersOf(at).map((member) =>
        member.kind === 'array' ? elementOf(member) : fieldOf(member, String(key)),
      ),
    );
  return at.kind === 'union' && at.members.length === 0 ? unknown : at;
}

/** The terms of `a || b || c`, from left to right: without recursion, as there may be thousands. */
function concatenands(call: OpExpr, context: Context): readonly Expr[] {
  const terms: Expr[] = [];
  let at: Expr | undefined = call;
  while (at !== undefined) {
    const operands: readonly Expr[] = isConcatenation(at, context) ? (at.args ?? []) : [];
    terms.push(operands[1] ?? at);
    at = operands[0];
  }
  return terms.reverse();
}

function isConcatenation(expr: Expr, context: Context): expr is OpExpr {
  if (expr.tag !== 'OPEXPR') return false;
  const operator = context.frame.engine.catalog.operators.get(expr.opno);
  return builtIn(operator?.function ?? 0, context) === 'jsonb_concat';
}

/** `||`, `-`, `->`, `#>`. */
export function operatorShape(call: OpExpr, context: Context, shaper: Shaper): JsonShape {
  const [left, right] = call.args ?? [];
  if (left === undefined || right === undefined) return unknown;
  const { catalog } = context.frame.engine;
  switch (builtIn(catalog.operators.get(call.opno)?.function ?? 0, context)) {
    case 'jsonb_concat':
      return concatenated(concatenands(call, context).map((term) => shaper.json(term, context)));
    case 'jsonb_delete': {
      const keys = literalsOfArray(right, catalog) ?? [literalOf(right, catalog)];
      const names = keys.filter((key) => typeof key === 'string');
      return names.length === keys.length ? without(shaper.json(left, context), names) : unknown;
    }
    case 'json_object_field':
    case 'jsonb_object_field': {
      const key = literalOf(right, catalog);
      return typeof key === 'string' ? fieldOf(shaper.json(left, context), key) : unknown;
    }
    case 'json_array_element':
    case 'jsonb_array_element':
      return elementOf(shaper.json(left, context));
    case 'json_extract_path':
    case 'jsonb_extract_path':
      return atPath(shaper.json(left, context), [right], context);
    default:
      return unknown;
  }
}

/** json_agg, json_object_agg and their like, as aggregates or over a window. */
export function aggregateShape(call: Aggref | WindowFunc, context: Context, shaper: Shaper): JsonShape {
  const name = builtIn(call.tag === 'AGGREF' ? call.aggfnoid : call.winfnoid, context) ?? '';
  const [isJson, ofObjects, strict] = /^jsonb?_(object_)?agg(?:_unique)?(_strict)?$/.exec(name) ?? [];
  const over = aggregated(call, context);
  const last = over?.args[ofObjects === undefined ? 0 : 1];
  if (isJson === undefined || over === null || last === undefined) return unknown;
  const value = strict === undefined ? shaper.value(last, over.rows) : shaper.present(last, over.rows);
  return ofObjects === undefined ? { kind: 'array', element: value } : { kind: 'record', value };
}

/** An array whose elements' structure is told by what they are made of; null for others. */
export function arrayShape(expr: Expr, context: Context, shaper: Shaper): JsonShape | null {
  if (expr.tag === 'ARRAYEXPR' && !expr.multidims)
    return {
      kind: 'array',
      element: union((expr.elements ?? []).map((element) => shaper.value(element, context))),
    };
  if (expr.tag === 'SUBLINK' && expr.subLinkType === Sub.array) {
    const { frame, result } = context.frame.engine.open(expr.subselect, context);
    const [column] = resultExpressions(frame.scope.query);
    if (column === undefined || frame.scope.query.setOperations !== null) return null;
    return isArray(column, context) ? null : { kind: 'array', element: shaper.value(column, result) };
  }
  if (expr.tag !== 'AGGREF' || expr.aggfnoid !== ARRAY_AGG) return null;
  const over = aggregated(expr, context);
  const [arg] = over?.args ?? [];
  return over === null || arg === undefined ? null : { kind: 'array', element: shaper.value(arg, over.rows) };
}

/** array_agg of what is not an array (pg_proc.dat). */
const ARRAY_AGG = 2335;

function isArray(expr: Expr, context: Context): boolean {
  const type = expressionType(expr);
  return type === null || (context.frame.engine.catalog.types.get(type)?.element ?? 0) !== 0;
}

/** An aggregate's arguments, and what is known of the rows that it takes them from. */
function aggregated(
  call: Aggref | WindowFunc,
  context: Context,
): { readonly args: readonly Expr[]; readonly rows: Context } | null {
  if (call.tag === 'AGGREF' && call.agglevelsup > 0) return null;
  // As aggregateFacts of the nullability has it: an aggregate's rows are those before grouping.
  const rows: Context =
    call.tag === 'AGGREF'
      ? { ...context, proven: context.frame.proven, stage: 'row', caseTest: null, sublink: null }
      : context;
  const args =
    call.tag === 'AGGREF'
      ? (call.args ?? []).filter(({ resjunk }) => !resjunk).map(({ expr }) => expr)
      : (call.args ?? []);
  const { aggfilter } = call;
  return {
    args,
    rows: aggfilter === null ? rows : refine(rows, context.frame.engine.implications(aggfilter, TRUE, rows)),
  };
}

/** JSON_OBJECT, JSON_ARRAY, JSON_OBJECTAGG, JSON_ARRAYAGG, JSON_SCALAR. */
export function constructorShape(call: JsonConstructorExpr, context: Context, shaper: Shaper): JsonShape {
  const args = call.args ?? [];
  const [first] = args;
  if (call.coercion !== null) return unknown;
  switch (call.type) {
    case 1:
      return builtObject(args, call.absent_on_null ? call.returning : null, context, shaper);
    case 2:
      return builtArray(args, call.absent_on_null, context, shaper);
    case 3:
    case 4:
      return call.func === null ? unknown : shaper.json(call.func, context);
    case 6:
      return first === undefined ? unknown : shaper.present(first, context);
    default:
      return unknown;
  }
}

function builtArray(
  args: readonly Expr[],
  absentOnNull: boolean,
  context: Context,
  shaper: Shaper,
): JsonShape {
  const values = args.map((arg) =>
    absentOnNull ? presentOf(arg, context, shaper) : shaper.value(arg, context),
  );
  return { kind: 'array', element: union(values) };
}

/** Alternating keys and values; `absentIn` is the type that ABSENT ON NULL makes, if it is given. */
function builtObject(
  args: readonly Expr[],
  absentIn: JsonConstructorExpr['returning'],
  context: Context,
  shaper: Shaper,
): JsonShape {
  const { catalog } = context.frame.engine;
  const fields: JsonField[] = [];
  let allKnown = true;
  for (let i = 0; i + 1 < args.length; i += 2) {
    const [key, arg] = [args[i], args[i + 1]];
    if (key === undefined || arg === undefined) return unknown;
    const name = literalOf(key, catalog);
    const field =
      absentIn === null
        ? { value: shaper.value(arg, context) }
        : presentField(arg, absentIn.typid, context, shaper);
    allKnown &&= name !== undefined && name !== null;
    fields.push({ name: String(name), ...field });
  }
  return allKnown ? object(fields) : { kind: 'record', value: union(fields.map(({ value }) => value)) };
}

/**
 * A field that ABSENT ON NULL omits. For jsonb that is also a value that is JSON's null (uniqueifyJsonbObject,
 * src/backend/utils/adt/jsonb_util.c); json keeps it.
 */
function presentField(
  arg: Expr,
  returning: number,
  context: Context,
  shaper: Shaper,
): Pick<JsonField, 'value' | 'optional'> {
  const present = presentOf(arg, context, shaper);
  const drops = returning === JSONB && mayBeNull(present);
  const optional = drops || context.frame.engine.facts(arg, context).nullable;
  return { value: drops ? withoutNull(present) : present, ...(optional && { optional }) };
}

/** NULL leaves nothing behind, but a JSON null is a value. */
function presentOf(arg: Expr, context: Context, shaper: Shaper): JsonShape {
  return arg.tag === 'CONST' && arg.constisnull ? never : shaper.present(arg, context);
}

function builtIn(oid: number, context: Context): string | null {
  const entry = context.frame.engine.catalog.functions.get(oid);
  return entry?.schema === 'pg_catalog' ? entry.name : null;
}
