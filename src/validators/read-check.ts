import { baseType } from '../analysis/catalog/base-type.ts';
import type { Catalog, FunctionEntry } from '../analysis/catalog/catalog.ts';
import { literalsOfArray } from '../analysis/literals/constant.ts';
import { expressionType } from '../analysis/tree/expression-type.ts';
import type { CaseExpr, Expr, FuncExpr, OpExpr, ScalarArrayOpExpr } from '../analysis/tree/nodes.ts';
import type {
  ColumnForm,
  CompareOperator,
  Comparison,
  Condition,
  ConditionTerm,
  TermFunction,
} from './condition.ts';
import { datumValue } from './datum.ts';
import { type Pattern, prefixPattern, readLike, readRegex, similarRegex } from './pattern.ts';

/** By the OID of a base type (src/include/catalog/pg_type.dat) how its values are compared, where JavaScript can do it. */
const forms: ReadonlyMap<number, Comparison | 'padded' | 'float4'> = new Map([
  [16, 'boolean'],
  [20, 'integer'],
  [21, 'integer'],
  [23, 'integer'],
  [25, 'text'],
  [700, 'float4'],
  [701, 'float'],
  [1042, 'padded'],
  [1043, 'text'],
  [1082, 'date'],
  [1083, 'time'],
  [1114, 'timestamp'],
  [1184, 'instant'],
  [1700, 'numeric'],
  [2950, 'uuid'],
]);

const TEXT = 25;
const BPCHAR = 1042;
const BYTEA = 17;
const FLOAT4 = 700;
const FLOAT8 = 701;
const NUMERIC = 1700;
const ANYENUM = 3500;
const ANYARRAY = 2277;
const JSON_TYPES = new Set([114, 3802]);
/** The operators that hold a text against a pattern, and the one whose opposite each is. */
const patternOperators: Readonly<Record<string, 'regex' | 'like'>> = {
  '~': 'regex',
  '~*': 'regex',
  '~~': 'like',
  '~~*': 'like',
};
/** More cases than these are not written out. */
const MOST_CASES = 16;

/** What a value is in a case: one that is true of each row. `term` is null for NULL. */
interface Case {
  readonly when: readonly Condition[];
  readonly term: ConditionTerm | null;
}

const unknown: Condition = { kind: 'always', outcome: 'unknown' };

/**
 * A CHECK constraint's condition in a form that means the same outside of the database; null if it has none.
 * @param nameOf the column that a Var of the condition is, by its number; 0: a domain's value
 */
export function readCheck(
  node: Expr,
  catalog: Catalog,
  nameOf: (attnum: number) => string | undefined,
): Condition | null {
  /** The argument of the CASE that is being read. */
  let caseArgument: Expr | null = null;

  const all = <T, R>(list: readonly T[], read: (one: T) => R | null): readonly R[] | null => {
    const found = list.map(read);
    return found.every((one) => one !== null) ? found : null;
  };

  function condition(expr: Expr): Condition | null {
    switch (expr.tag) {
      case 'BOOLEXPR': {
        const args = all(expr.args, condition);
        const [first] = args ?? [];
        if (args === null || first === undefined) return null;
        return expr.boolop === 'not' ? not(first) : { kind: expr.boolop, args };
      }
      case 'NULLTEST': {
        const isNull = expr.argisrow ? null : nullTest(expr.arg);
        return isNull === null || expr.nulltesttype === 0 ? isNull : not(isNull);
      }
      case 'BOOLEANTEST': {
        const arg = condition(expr.arg);
        const outcome = (['true', 'true', 'false', 'false', 'unknown', 'unknown'] as const)[
          expr.booltesttype
        ];
        if (arg === null || outcome === undefined) return null;
        const is: Condition = { kind: 'is', outcome, arg };
        return expr.booltesttype % 2 === 0 ? is : not(is);
      }
      case 'OPEXPR':
        return operation(expr);
      case 'DISTINCTEXPR':
        return distinct(expr);
      case 'SCALARARRAYOPEXPR':
        return anyOrAll(expr);
      case 'CASEEXPR':
        return caseOf<Condition>(expr, condition, choose);
      case 'COALESCEEXPR': {
        const args = all(expr.args, condition);
        return args === null
          ? null
          : args.reduceRight<Condition>((rest, arg) => choose(not(isUnknown(arg)), arg, rest), unknown);
      }
      case 'CONST':
        return expr.consttype === BOOL
          ? constantCondition(expr.constisnull ? null : datumValue(expr, 'boolean', catalog) === true)
          : null;
      case 'FUNCEXPR':
        return startsWith(expr);
      default: {
        const arg = isBoolean(expr) ? term(expr) : null;
        return arg === null ? null : { kind: 'truth', arg };
      }
    }
  }

  function nullTest(expr: Expr): Condition | null {
    const column = bareColumn(expr, 'any');
    if (column !== null) return { kind: 'isNull', arg: column };
    return casesOf(expr, ({ term: one }) =>
      one === null ? constantCondition(true) : { kind: 'isNull', arg: one },
    );
  }

  function operation(expr: OpExpr): Condition | null {
    const [left, right] = expr.args ?? [];
    return left === undefined || right === undefined
      ? null
      : (compare(expr, left, right) ?? matches(expr, left, right));
  }

  function compare({ opno, inputcollid }: Operator, left: Expr, right: Expr): Condition | null {
    const found = operatorOf(opno, inputcollid);
    if (found === null) return null;
    const labels = found.by === 'enum' ? labelsOf(left) : null;
    if (found.by === 'enum' && labels === null) return null;
    return casesOf(left, (a) =>
      casesOf(right, (b) =>
        a.term === null || b.term === null
          ? unknown
          : { kind: 'compare', ...found, left: a.term, right: b.term, ...(labels && { labels }) },
      ),
    );
  }

  /** Of texts only whether they are equal: in which order they are is the collation's. */
  function operatorOf(
    opno: number,
    collation: number,
  ): { readonly by: Comparison; readonly operator: CompareOperator } | null {
    const entry = catalog.operators.get(opno);
    const [by, other] = [comparisonOf(entry?.left ?? 0), comparisonOf(entry?.right ?? 0)];
    if (entry?.schema !== 'pg_catalog' || by === null || by !== other) return null;
    if (!/^(?:[<>]=?|=|<>)$/.test(entry.name) || catalog.nondeterministic.has(collation)) return null;
    const operator = entry.name as CompareOperator;
    return by === 'text' && operator !== '=' && operator !== '<>' ? null : { by, operator };
  }

  function distinct(expr: OpExpr): Condition | null {
    const [left, right] = expr.args ?? [];
    if (left === undefined || right === undefined) return null;
    const [a, b, equal] = [nullTest(left), nullTest(right), compare(expr, left, right)];
    if (a === null || b === null || equal === null) return null;
    return not({
      kind: 'or',
      args: [
        { kind: 'and', args: [a, b] },
        { kind: 'is', outcome: 'true', arg: equal },
      ],
    });
  }

  function anyOrAll(expr: ScalarArrayOpExpr): Condition | null {
    const [left, right] = expr.args ?? [];
    if (left === undefined || right === undefined) return null;
    const args =
      right.tag === 'ARRAYEXPR' && !right.multidims
        ? all(right.elements ?? [], (element) => compare(expr, left, element) ?? matches(expr, left, element))
        : ofLiterals(expr, left, right);
    if (args === null || args.length === 0) return null;
    return { kind: expr.useOr ? 'or' : 'and', args };
  }

  function ofLiterals(expr: ScalarArrayOpExpr, left: Expr, right: Expr): readonly Condition[] | null {
    const found = operatorOf(expr.opno, expr.inputcollid);
    const values = found === null || found.by === 'enum' ? null : literalsOfArray(right, catalog);
    if (found === null || values === null) return null;
    return all(values, (value) =>
      casesOf(left, ({ term: one }) =>
        one === null ? unknown : { kind: 'compare', ...found, left: one, right: { kind: 'constant', value } },
      ),
    );
  }

  function matches({ opno, inputcollid }: Operator, left: Expr, right: Expr): Condition | null {
    const entry = catalog.operators.get(opno);
    const name = entry?.name.replace('!', '') ?? '';
    const form = Object.hasOwn(patternOperators, name) ? patternOperators[name] : undefined;
    if (entry?.schema !== 'pg_catalog' || form === undefined || entry.left !== TEXT || entry.right !== TEXT)
      return null;
    if (catalog.nondeterministic.has(inputcollid)) return null;
    const pattern = patternOf(right, form, name.endsWith('*'));
    const match = pattern === null ? null : matchOf(left, pattern);
    return match !== null && entry.name.startsWith('!') ? not(match) : match;
  }

  function matchOf(subject: Expr, pattern: Pattern): Condition | null {
    return casesOf(subject, ({ term: arg }) => (arg === null ? unknown : { kind: 'match', arg, pattern }));
  }

  function patternOf(expr: Expr, form: 'regex' | 'like', insensitive: boolean): Pattern | null {
    const text = textConstant(expr);
    if (text !== null) return form === 'like' ? readLike(text, insensitive) : readRegex(text, insensitive);
    if (expr.tag !== 'FUNCEXPR') return null;
    const [first, second] = (expr.args ?? []).map(textConstant);
    const name = builtIn(expr)?.name;
    if (name === 'like_escape' && form === 'like' && typeof first === 'string' && typeof second === 'string')
      return Array.from(second).length === 1 ? readLike(first, insensitive, second) : null;
    const isSimilar = name === 'similar_to_escape' && form === 'regex' && second === undefined;
    const regex = isSimilar && typeof first === 'string' ? similarRegex(first) : null;
    return regex === null ? null : readRegex(regex, insensitive);
  }

  function startsWith(expr: FuncExpr): Condition | null {
    const [subject, prefix] = expr.args ?? [];
    const text = prefix === undefined ? null : textConstant(prefix);
    if (builtIn(expr)?.name !== 'starts_with' || subject === undefined || text === null) return null;
    const pattern = prefixPattern(text);
    return pattern === null ? null : matchOf(subject, pattern);
  }

  function textConstant(expr: Expr): string | null {
    const one = term(expr);
    return one?.kind === 'constant' && typeof one.value === 'string' && formOf(typeOf(expr)) === 'text'
      ? one.value
      : null;
  }

  /** What is true of a value, by its cases. */
  function casesOf(expr: Expr, use: (one: Case) => Condition | null): Condition | null {
    const found = cases(expr);
    if (found === null || found.length > MOST_CASES) return null;
    const args = all(found, (one) => {
      const then = use(one);
      return then === null || one.when.length === 0
        ? then
        : ({ kind: 'and', args: [...one.when, then] } as const);
    });
    if (args === null) return null;
    return args.length === 1 ? (args[0] ?? null) : { kind: 'or', args };
  }

  /** The value in each of its cases, of which exactly one is true of a row. */
  function cases(expr: Expr): readonly Case[] | null {
    switch (expr.tag) {
      case 'CONST':
        if (expr.constisnull) return [{ when: [], term: null }];
        break;
      case 'COALESCEEXPR': {
        const [first, ...rest] = expr.args;
        if (first === undefined) return [{ when: [], term: null }];
        const isNull = nullTest(first);
        const others = rest.length === 0 ? [{ when: [], term: null }] : cases({ ...expr, args: rest });
        const own = cases(first);
        if (isNull === null || others === null || own === null) return null;
        return [...when(not(isNull), own), ...when(isNull, others)];
      }
      case 'NULLIFEXPR': {
        const [left, right] = expr.args ?? [];
        if (left === undefined || right === undefined) return null;
        const [equal, own] = [compare(expr, left, right), cases(left)];
        if (equal === null || own === null) return null;
        const isEqual: Condition = { kind: 'is', outcome: 'true', arg: equal };
        return [{ when: [isEqual], term: null }, ...when(not(isEqual), own)];
      }
      case 'CASEEXPR':
        return caseOf<readonly Case[]>(expr, cases, (test, then, otherwise) => [
          ...when(test, then),
          ...when(not(test), otherwise),
        ]);
      case 'CASETESTEXPR':
        return caseArgument === null ? null : cases(caseArgument);
    }
    const one = term(expr);
    return one === null ? null : [{ when: [], term: one }];
  }

  function when(test: Condition, list: readonly Case[]): readonly Case[] {
    return list.map((one) => ({ ...one, when: [test, ...one.when] }));
  }

  function caseOf<T>(
    { arg, args, defresult }: CaseExpr,
    read: (result: Expr) => T | null,
    join: (test: Condition, then: T, otherwise: T) => T,
  ): T | null {
    const outer = caseArgument;
    const tests = all(args, (one) => {
      caseArgument = arg ?? outer;
      const test = condition(one.expr);
      caseArgument = outer;
      return test;
    });
    const results = all(
      args.map(({ result }) => result),
      read,
    );
    const last = defresult === null ? null : read(defresult);
    if (tests === null || results === null || last === null) return null;
    return results.reduceRight<T>(
      (rest, then, i) => join({ kind: 'is', outcome: 'true', arg: tests[i] ?? unknown }, then, rest),
      last,
    );
  }

  function term(expr: Expr): ConditionTerm | null {
    switch (expr.tag) {
      case 'CONST': {
        const by = expr.constisnull
          ? null
          : (comparisonOf(expr.consttype) ?? (expr.consttype === UNKNOWN ? 'text' : null));
        const value =
          by === null ? undefined : datumValue(expr, expr.consttype === BPCHAR ? 'padded' : by, catalog);
        return value === undefined ? null : { kind: 'constant', value };
      }
      case 'COLLATEEXPR':
        return term(expr.arg);
      case 'RELABELTYPE':
        return formOf(expr.resulttype ?? 0) === formOf(typeOf(expr.arg)) ? term(expr.arg) : null;
      case 'COERCEVIAIO':
        // A label as a text.
        return expr.resulttype === TEXT ? bareColumn(expr.arg, 'enum') : null;
      case 'VAR':
      case 'COERCETODOMAINVALUE': {
        const form = formOf(typeOf(expr));
        return form === null ? null : bareColumn(expr, form);
      }
      case 'FUNCEXPR':
        return callOf(expr);
      default:
        return null;
    }
  }

  function callOf(expr: FuncExpr): ConditionTerm | null {
    const entry = builtIn(expr);
    const [only, another] = expr.args ?? [];
    if (entry === null || only === undefined) return null;
    if (entry.name === 'num_nonnulls' || entry.name === 'num_nulls')
      return countOf(expr, entry.name === 'num_nulls');
    if (entry.name === 'array_length') {
      const first = another === undefined ? null : term(another);
      return first?.kind === 'constant' && first.value === 1 ? sized(only, 'array', 'sizeOrNull') : null;
    }
    if (another !== undefined) return null;
    if (expr.funcformat === 1 || expr.funcformat === 2) return castOf(only, expr.funcresulttype);
    const [type] = entry.argumentTypes;
    if (type === ANYARRAY) return entry.name === 'cardinality' ? sized(only, 'array', 'size') : null;
    if (type === BYTEA) return /^(?:octet_)?length$/.test(entry.name) ? sized(only, 'bytes', 'size') : null;
    const arg = term(only);
    if (arg === null || (type !== TEXT && type !== BPCHAR)) return null;
    if (/^(?:length|char_length|character_length)$/.test(entry.name)) return { kind: 'length', arg };
    // Of char(n) it counts the padding, too.
    if (type === BPCHAR) return null;
    switch (entry.name) {
      case 'octet_length':
        return catalog.encoding === 'UTF8' ? { kind: 'octets', arg } : null;
      case 'btrim':
        return { kind: 'trim', arg };
      case 'lower':
      case 'upper':
        return { kind: entry.name, arg };
      default:
        return null;
    }
  }

  function sized(expr: Expr, form: 'array' | 'bytes', kind: TermFunction): ConditionTerm | null {
    const arg = bareColumn(expr, form);
    return arg === null ? null : { kind, arg };
  }

  function countOf({ funcvariadic, args }: FuncExpr, nulls: boolean): ConditionTerm | null {
    const counted = funcvariadic ? null : all(args ?? [], (arg) => bareColumn(arg, 'any'));
    return counted === null ? null : { kind: 'count', nulls, args: counted };
  }

  function castOf(expr: Expr, to: number): ConditionTerm | null {
    const [source, arg] = [formOf(typeOf(expr)), term(expr)];
    const target = formOf(to);
    if (arg === null || target === null || source === null) return null;
    const value = arg.kind === 'constant' ? arg.value : null;
    if (source === 'padded' && target === 'text') return arg;
    if (source === 'float4' && to === FLOAT8) return arg;
    if (source === 'integer' && target === 'integer')
      return value !== null || widthOf(to) > widthOf(typeOf(expr)) ? arg : null;
    if (source === 'integer' && to === NUMERIC)
      return value === null ? { kind: 'toNumeric', arg } : { kind: 'constant', value: String(value) };
    if (source === 'integer' && to === FLOAT8)
      return value === null ? { kind: 'toFloat', arg } : { kind: 'constant', value: Number(value) };
    if (value === null || (source !== 'integer' && source !== 'numeric' && source !== 'float')) return null;
    const number = Number(value);
    if (to === FLOAT8) return { kind: 'constant', value: number };
    return to === FLOAT4 && isOneFloat4(number) ? { kind: 'constant', value: Math.fround(number) } : null;
  }

  function bareColumn(expr: Expr, form: ColumnForm): ConditionTerm | null {
    if (expr.tag === 'RELABELTYPE')
      return form === 'any' || form === 'array' ? bareColumn(expr.arg, form) : null;
    if (expr.tag !== 'VAR' && expr.tag !== 'COERCETODOMAINVALUE') return null;
    const column = nameOf(expr.tag === 'VAR' ? expr.varattno : 0);
    const type = baseType(catalog, typeOf(expr));
    const entry = catalog.types.get(type);
    // A JSON null is another thing than NULL, and the same in TypeScript.
    const fits =
      form === 'any'
        ? !JSON_TYPES.has(type)
        : form === 'array'
          ? (entry?.element ?? 0) !== 0
          : form === 'bytes'
            ? type === BYTEA
            : formOf(type) === form;
    return column !== undefined && fits ? { kind: 'column', column, form } : null;
  }

  function formOf(type: number): Comparison | 'padded' | 'float4' | null {
    const base = baseType(catalog, type);
    const isEnum = base === ANYENUM || catalog.types.get(base)?.kind === 'e';
    return isEnum ? 'enum' : (forms.get(base) ?? null);
  }

  function comparisonOf(type: number): Comparison | null {
    const form = formOf(type);
    return form === 'padded' ? 'text' : form === 'float4' ? 'float' : form;
  }

  function labelsOf(expr: Expr): readonly string[] | null {
    const one = expr.tag === 'CASETESTEXPR' ? caseArgument : expr;
    const entry = one === null ? undefined : catalog.types.get(baseType(catalog, typeOf(one)));
    return entry?.kind === 'e' ? entry.labels : null;
  }

  function builtIn({ funcid }: FuncExpr): FunctionEntry | null {
    const entry = catalog.functions.get(funcid);
    return entry?.schema === 'pg_catalog' ? entry : null;
  }

  function isBoolean(expr: Expr): boolean {
    return formOf(typeOf(expr)) === 'boolean';
  }

  return condition(node);
}

type Operator = Pick<OpExpr, 'opno' | 'inputcollid'>;

const BOOL = 16;
const UNKNOWN = 705;

function typeOf(expr: Expr): number {
  return expressionType(expr) ?? 0;
}

function widthOf(type: number): number {
  return [21, 23, 20].indexOf(type);
}

/** Whether rounding a decimal number to a double first gives the same float4: not halfway between two of them. */
function isOneFloat4(number: number): boolean {
  const nearest = Math.fround(number);
  const other = nearest + 2 * (number - nearest);
  return other === nearest || Math.fround(other) !== other;
}

function not(arg: Condition): Condition {
  return { kind: 'not', arg };
}

function isUnknown(arg: Condition): Condition {
  return { kind: 'is', outcome: 'unknown', arg };
}

function constantCondition(value: boolean | null): Condition {
  return { kind: 'always', outcome: value === null ? 'unknown' : value ? 'true' : 'false' };
}

/** @param test never NULL */
function choose(test: Condition, then: Condition, otherwise: Condition): Condition {
  return {
    kind: 'or',
    args: [
      { kind: 'and', args: [test, then] },
      { kind: 'and', args: [not(test), otherwise] },
    ],
  };
}
