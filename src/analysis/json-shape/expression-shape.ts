import { elementLiteralsOfArray, literalsOf } from '../literals.ts';
import { constantLengths } from '../nullability/array-length.ts';
import { reachedResults } from '../nullability/case.ts';
import type { Context } from '../nullability/context.ts';
import { step } from '../steps.ts';
import { isReadable, varlena } from '../tree/constants.ts';
import { expressionType } from '../tree/expression-type.ts';
import type { Const, Expr } from '../tree/nodes.ts';
import { Sub } from '../tree/nodes.ts';
import type { JsonShape } from '../type.ts';
import {
  aggregateShape,
  arrayShape,
  constructorShape,
  functionShape,
  operatorShape,
} from './function-shape.ts';
import type { Rounds } from './rounds.ts';
import { rowExpressionShape, wholeRowShape } from './row-shape.ts';
import type { Shaper } from './shaper.ts';
import { specialOf } from './special-numbers.ts';
import { isBuilt, isJson, mayBeSpecial, typeShape } from './type-shape.ts';
import { jsonNull, jsonOrNull, literals, never, object, shapeOfValue, union, unknown } from './union.ts';
import { resultShape, variableShape } from './variable-shape.ts';
import { sizeOf } from './written-out.ts';

// Structures that are nested more deeply, or are larger, are of no help; a step down takes several calls.
const DEEPEST = 1000;
const LARGEST = 10_000;

/** Finds the structures of expressions' values. */
export function shaperOf(rounds: Rounds): Shaper {
  let depth = 0;
  const bounded = (find: (expr: Expr, context: Context, shaper: Shaper) => JsonShape) => {
    return (expr: Expr, context: Context): JsonShape => {
      if (depth >= DEEPEST || !step()) return unknown;
      depth++;
      try {
        const shape = find(expr, context, shaper);
        return sizeOf(shape) > LARGEST ? unknown : shape;
      } finally {
        depth--;
      }
    };
  };
  const shaper: Shaper = {
    rounds,
    value(expr, context) {
      if (expr.tag === 'CONST' && expr.constisnull) return jsonNull;
      return jsonOrNull(shaper.present(expr, context), context.frame.engine.facts(expr, context).nullable);
    },
    present: bounded(presentShape),
    json: bounded(jsonShape),
  };
  return shaper;
}

function presentShape(expr: Expr, context: Context, shaper: Shaper): JsonShape {
  const { catalog } = context.frame.engine;
  const { scope } = context.frame;
  const type = expressionType(expr);
  const array = arrayShape(expr, context, shaper);
  if (array !== null) return array;
  if (type === null) return unknown;
  if (isBuilt(type, catalog)) {
    const built = shaper.json(expr, context);
    if (built.kind !== 'unknown') return built;
  }
  if (expr.tag === 'VAR' && expr.varattno === 0) return wholeRowShape(expr, context, shaper);
  const listed = literalsOf(expr, scope);
  if (listed !== null && listed.length > 0) return literals(listed);
  if (mayBeSpecial(type, catalog)) return union([{ kind: 'number' }, literals(specialOf(expr, scope))]);
  const shape = typeShape(type, catalog);
  if (shape.kind !== 'array') return shape;
  const { element: known, dimensions } = context.frame.engine.facts(expr, context);
  const nullable = known?.nullable ?? true;
  const ofType = catalog.types.get(type)?.element ?? 0;
  if (ofType === 0) return nested(shape, dimensions);
  const listedElements = elementLiteralsOfArray(expr, scope);
  const element =
    listedElements === null || listedElements.length === 0
      ? typeShape(ofType, catalog)
      : literals(listedElements);
  return nested({ kind: 'array', element: jsonOrNull(element, nullable) }, dimensions);
}

/** An array that has more dimensions than one. */
function nested(array: JsonShape, dimensions: readonly number[] = []): JsonShape {
  const deeper = (n: number): JsonShape => (n === 1 ? array : { kind: 'array', element: deeper(n - 1) });
  return dimensions.length === 0 ? array : union(dimensions.map(deeper));
}

const JSON_TYPE = 114;

function jsonShape(expr: Expr, context: Context, shaper: Shaper): JsonShape {
  const either = (exprs: readonly (Expr | null)[]) =>
    union(exprs.map((part) => (part === null || isNull(part) ? never : shaper.json(part, context))));
  switch (expr.tag) {
    case 'CONST':
      return isEmptyArray(expr, context)
        ? { kind: 'array', element: never }
        : constantShape(expr, context.frame.engine.catalog.encoding);
    case 'VAR':
      return expr.varattno === 0
        ? wholeRowShape(expr, context, shaper)
        : variableShape(expr, context, shaper);
    case 'ROWEXPR':
      return rowExpressionShape(expr, context, shaper);
    case 'ARRAYEXPR':
      return arrayShape(expr, context, shaper) ?? unknown;
    case 'FUNCEXPR':
      return functionShape(expr, context, shaper);
    case 'OPEXPR':
      return operatorShape(expr, context, shaper);
    case 'AGGREF':
      return arrayShape(expr, context, shaper) ?? aggregateShape(expr, context, shaper);
    case 'WINDOWFUNC':
      // What a CASE around it knows is known of its own row only.
      return aggregateShape(expr, { ...context, proven: context.frame.windowed }, shaper);
    case 'JSONCONSTRUCTOREXPR':
      return constructorShape(expr, context, shaper);
    case 'COALESCEEXPR':
      return either(expr.args);
    case 'CASEEXPR':
      return union(
        reachedResults(expr, context).map(({ result, at }) =>
          isNull(result) ? never : shaper.json(result, at),
        ),
      );
    case 'NULLIFEXPR':
      return either((expr.args ?? []).slice(0, 1));
    case 'COERCETODOMAIN':
    case 'RELABELTYPE':
      return shaper.json(expr.arg, context);
    case 'COERCEVIAIO':
      // Between json and jsonb.
      return isJson(expressionType(expr.arg), context.frame.engine.catalog)
        ? shaper.json(expr.arg, context)
        : unknown;
    case 'JSONVALUEEXPR':
      return expr.formatted_expr === null ? unknown : shaper.json(expr.formatted_expr, context);
    case 'SUBLINK':
      return expr.subLinkType === Sub.expr
        ? resultShape(context.frame.engine.open(expr.subselect, context), 0, shaper)
        : (arrayShape(expr, context, shaper) ?? unknown);
    default:
      return unknown;
  }
}

function isEmptyArray(expr: Const, { frame }: Context): boolean {
  const element = frame.engine.catalog.types.get(expr.consttype)?.element ?? 0;
  return !expr.constisnull && element !== 0 && constantLengths(expr).length === 0;
}

function isNull(expr: Expr): boolean {
  return expr.tag === 'CONST' && expr.constisnull;
}

/** A json constant is its text; of jsonb constants only empty ones are told (src/include/utils/jsonb.h). */
function constantShape(node: Const, encoding: string): JsonShape {
  if (node.constisnull) return never;
  const bytes = Uint8Array.from(node.constvalue ?? []);
  if (node.consttype !== JSON_TYPE) {
    const header = bytes.length === 8 ? new DataView(bytes.buffer).getUint32(4, true) : 0;
    if (header === 0x40000000) return { kind: 'array', element: never };
    return header === 0x20000000 ? object([]) : unknown;
  }
  const text = varlena(bytes);
  return text === undefined || !isReadable(text, encoding) ? unknown : shapeOfValue(JSON.parse(text));
}
