import { stringLiteral } from '../codegen/literal.ts';
import {
  type CompareOperator,
  type Condition,
  type ConditionTerm,
  columnOfTerm,
  type TimeForm,
  visitCondition,
} from './condition.ts';
import type { HelperName } from './helpers.ts';

/** What the condition's columns are in JavaScript. */
export interface ConditionScope {
  /** The expression that is a column's value. */
  readonly fieldOf: (column: string) => string;
  readonly isNullable: (column: string) => boolean;
  readonly isBigint: (column: string) => boolean;
  /** Whether it can be the text of an integer. */
  readonly isText: (column: string) => boolean;
  /** The length that a `varchar` is cut to; null for others. */
  readonly lengthOf: (column: string) => number | null;
  /** The digits behind the point that a `numeric` is rounded to; null for others. */
  readonly scaleOf: (column: string) => number | null;
  /** A field of the row, in a type that TypeScript compares with any constant. */
  readonly widened: (column: string, field: string) => string;
  readonly runtime: (name: string) => string;
  /** A function that the module has itself. */
  readonly helper: (name: HelperName) => string;
}

/** An expression over the columns' fields that is false exactly where the condition is, unless one of `openTests` is true. */
export function printCondition(condition: Condition, scope: ConditionScope): string {
  return except(condition, 'false', scope);
}

/** Expressions over the columns' fields, each of which is true of values that the condition is not known of. */
export function openTests(condition: Condition, scope: ConditionScope): readonly string[] {
  const tests = new Set<string>();
  const add = (term: ConditionTerm, test: (text: string) => string) => {
    const name = columnOfTerm(term);
    if (name === null) return;
    const field = scope.fieldOf(name);
    tests.add(scope.isNullable(name) ? `(${field} != null && ${test(field)})` : test(field));
  };
  const addCase = (term: ConditionTerm, without: string) => {
    add(term, (text) => `!${ascii}.test(${text})`);
    // Turkish has other partners of these.
    if (without !== '') add(term, (text) => `/[${without}]/.test(${text})`);
  };
  /** Of texts that are held against themselves in one case it is only told whether they have the other one. */
  const themselves = new Set<ConditionTerm>();
  visitCondition(condition, (one) => {
    if (one.kind === 'compare') {
      for (const [a, b] of [
        [one.left, one.right],
        [one.right, one.left],
      ] as const)
        if ('arg' in a && JSON.stringify(a.arg) === JSON.stringify(b)) themselves.add(a);
      const form = timeForms[one.by as TimeForm];
      if (form !== undefined)
        for (const term of [one.left, one.right]) add(term, (text) => `!${form}.test(${text})`);
    } else if (one.kind === 'match') {
      const { asciiOnly, without, slow } = one.pattern;
      if (asciiOnly) addCase(one.arg, without);
      // JavaScript may try again from each of its characters.
      if (slow) add(one.arg, (text) => `${text}.length > 1000`);
    } else if (one.kind === 'lower' || one.kind === 'upper') {
      const partner = one.kind === 'lower' ? 'I' : 'i';
      addCase(one, themselves.has(one) ? '' : partner);
    }
  });
  return [...tests];
}

const ascii = String.raw`/^[\t-\r -~]*$/`;
const clock = String.raw`(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?`;
const day = String.raw`\d{4}-\d\d-\d\d`;
/** The texts of times that JavaScript compares as PostgreSQL does. */
const timeForms: Readonly<Record<TimeForm, string>> = {
  date: `/^${day}$/`,
  time: `/^${clock}$/`,
  timestamp: `/^${day}[ T]${clock}$/`,
};

const opposite: Readonly<Record<CompareOperator, CompareOperator>> = {
  '<': '>=',
  '<=': '>',
  '=': '<>',
  '<>': '=',
  '>=': '<',
  '>': '<=',
};

/** Whether the condition is another thing than `outcome`: true or NULL where that is false. */
function except(condition: Condition, outcome: 'true' | 'false', scope: ConditionScope): string {
  const isFalse = outcome === 'false';
  switch (condition.kind) {
    case 'and':
    case 'or': {
      const word = (condition.kind === 'and') === isFalse ? ' && ' : ' || ';
      return `(${condition.args.map((arg) => except(arg, outcome, scope)).join(word)})`;
    }
    case 'not':
      return except(condition.arg, isFalse ? 'true' : 'false', scope);
    case 'always':
      return String(condition.outcome !== outcome);
    case 'isNull': {
      const nulls = nullTests([condition.arg], scope);
      const isNull = nulls.length === 0 ? 'false' : nulls.join(' || ');
      return isFalse ? `(${isNull})` : `!(${isNull})`;
    }
    case 'is': {
      const is = isOutcome(condition.arg, condition.outcome, scope);
      return isFalse ? is : `!${is}`;
    }
    case 'truth': {
      const value = printTerm(condition.arg, scope);
      return orNullTests([condition.arg], isFalse ? value : `!${value}`, scope);
    }
    case 'match': {
      const { source, insensitive } = condition.pattern;
      const test = `/${source || '(?:)'}/u${insensitive ? 'i' : ''}.test(${printTerm(condition.arg, scope)})`;
      return orNullTests([condition.arg], isFalse ? test : `!${test}`, scope);
    }
    case 'compare': {
      const operator = isFalse ? condition.operator : opposite[condition.operator];
      return orNullTests(
        [condition.left, condition.right],
        comparison({ ...condition, operator }, scope),
        scope,
      );
    }
  }
}

function comparison(
  { by, operator, left, right, labels }: Condition & { kind: 'compare' },
  scope: ConditionScope,
): string {
  const isEquality = operator === '=' || operator === '<>';
  const sign = operator === '=' ? '===' : operator === '<>' ? '!==' : operator;
  const isConstant = left.kind === 'constant' && right.kind === 'constant';
  const [a = '', b = ''] = [left, right].map((one) => printTerm(one, scope));
  switch (by) {
    case 'numeric':
      return `${scope.helper('numericOrder')}(${a}, ${b}) ${sign} 0`;
    case 'float':
      return `${scope.helper('floatOrder')}(${a}, ${b}) ${sign} 0`;
    case 'integer': {
      const isWide = isEquality && [left, right].some((one) => isBig(one, scope));
      if (isWide) return `BigInt(${a}) ${sign} BigInt(${b})`;
      return `${isConstant ? `Number(${a})` : a} ${sign} ${b}`;
    }
    case 'boolean':
      return isEquality && !isConstant ? `${a} ${sign} ${b}` : `Number(${a}) ${sign} Number(${b})`;
    case 'enum': {
      if (isEquality) break;
      const list = `[${(labels ?? []).map(stringLiteral).join(', ')}]`;
      return `${list}.indexOf(${a}) ${sign} ${list}.indexOf(${b})`;
    }
  }
  return `${isConstant ? `String(${a})` : a} ${sign} ${b}`;
}

function isOutcome(arg: Condition, outcome: 'true' | 'false' | 'unknown', scope: ConditionScope): string {
  if (outcome !== 'unknown') return `!(${except(arg, outcome, scope)})`;
  return `(${except(arg, 'true', scope)} && ${except(arg, 'false', scope)})`;
}

function orNullTests(terms: readonly ConditionTerm[], test: string, scope: ConditionScope): string {
  const nulls = nullTests(terms, scope);
  return nulls.length === 0 ? test : `(${[...nulls, test].join(' || ')})`;
}

function nullTests(terms: readonly ConditionTerm[], scope: ConditionScope): readonly string[] {
  const tests = terms.flatMap((term): readonly string[] => {
    switch (term.kind) {
      case 'constant':
      case 'count':
        return [];
      case 'column':
        return scope.isNullable(term.column) ? [`${scope.fieldOf(term.column)} == null`] : [];
      case 'sizeOrNull':
        return [...nullTests([term.arg], scope), `${printTerm(term.arg, scope)}.length === 0`];
      default:
        return nullTests([term.arg], scope);
    }
  });
  return [...new Set(tests)];
}

function isBig(term: ConditionTerm, scope: ConditionScope): boolean {
  if (term.kind === 'constant') return typeof term.value === 'bigint';
  return term.kind === 'column' && (scope.isBigint(term.column) || scope.isText(term.column));
}

function printTerm(term: ConditionTerm, scope: ConditionScope): string {
  switch (term.kind) {
    case 'constant': {
      if (typeof term.value === 'string') return stringLiteral(term.value);
      return `${term.value}${typeof term.value === 'bigint' ? 'n' : ''}`;
    }
    case 'count': {
      const fields = term.args.map((one) => printTerm(one, scope)).join(', ');
      return `[${fields}].filter((one) => one ${term.nulls ? '==' : '!='} null).length`;
    }
    case 'column':
      return printColumn(term, scope);
  }
  const arg = printTerm(term.arg, scope);
  switch (term.kind) {
    case 'length':
      return `${scope.runtime('characters')}(${arg})`;
    case 'trim':
      return `${scope.runtime('trimmed')}(${arg})`;
    case 'lower':
      return `${arg}.toLowerCase()`;
    case 'upper':
      return `${arg}.toUpperCase()`;
    case 'octets':
      return `new TextEncoder().encode(${arg}).length`;
    case 'size':
    case 'sizeOrNull':
      // The row is checked even where another check has refused the value.
      return `${arg}?.length`;
    case 'toNumeric':
      return `String(${arg})`;
    case 'toFloat':
      return `Number(${arg})`;
  }
}

/** In the spelling of what it is compared with. */
function printColumn(
  { column: name, form }: ConditionTerm & { kind: 'column' },
  scope: ConditionScope,
): string {
  const field = scope.fieldOf(name);
  switch (form) {
    case 'any':
    case 'array':
    case 'bytes':
    case 'date':
      return field;
    case 'integer':
      return scope.isText(name) ? `${scope.helper('int8Of')}(${field})` : scope.widened(name, field);
    case 'float':
      return field;
    case 'float4':
      return `${scope.helper('float4')}(${field})`;
    case 'numeric': {
      const scale = scope.scaleOf(name);
      return scale === null ? field : `${scope.helper('rounded')}(${field}, ${scale})`;
    }
    case 'time':
    case 'timestamp':
      return `${scope.helper('timeKey')}(${field})`;
    case 'instant':
      return `${field}.getTime()`;
    case 'uuid':
      return `${field}.replace(/[{}-]/g, '').toLowerCase()`;
    case 'padded':
      return `${field}.replace(/ +$/, '')`;
    case 'boolean':
    case 'enum':
    case 'text': {
      const text = scope.widened(name, field);
      const length = scope.lengthOf(name);
      return length === null ? text : `${scope.runtime('cutText')}(${text}, ${length})`;
    }
  }
}
