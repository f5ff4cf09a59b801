import { stringLiteral } from '../codegen/literal.ts';
import type { CompareOperator, Condition, ConditionTerm } from './condition.ts';

/** What the condition's columns are in JavaScript. */
export interface ConditionScope {
  /** The expression that is a column's value. */
  readonly fieldOf: (column: string) => string;
  readonly isNullable: (column: string) => boolean;
  readonly isBigint: (column: string) => boolean;
  /** The length that a `varchar` is cut to; null for others. */
  readonly lengthOf: (column: string) => number | null;
  /** A field of the row, in a type that TypeScript compares with any constant. */
  readonly widened: (column: string, field: string) => string;
  readonly runtime: (name: string) => string;
}

/** An expression over the columns' fields that is false exactly where the condition is. */
export function printCondition(condition: Condition, scope: ConditionScope): string {
  return except(condition, 'false', scope);
}

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
    case 'compare': {
      const { by, left, right } = condition;
      const operator = isFalse ? condition.operator : opposite[condition.operator];
      const isEquality = operator === '=' || operator === '<>';
      const wide = by === 'integer' && isEquality && [left, right].some((one) => isBig(one, scope));
      const [a, b] = [left, right].map((one) => {
        const text = printTerm(one, scope);
        return wide ? `BigInt(${text})` : text;
      });
      const sign = operator === '=' ? '===' : operator === '<>' ? '!==' : operator;
      return orNullTests([left, right], `${a} ${sign} ${b}`, scope);
    }
  }
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
    if ('arg' in term) return nullTests([term.arg], scope);
    if (term.kind === 'constant' || !scope.isNullable(term.column)) return [];
    return [`${scope.fieldOf(term.column)} == null`];
  });
  return [...new Set(tests)];
}

function isBig(term: ConditionTerm, scope: ConditionScope): boolean {
  return term.kind === 'column' && scope.isBigint(term.column);
}

function printTerm(term: ConditionTerm, scope: ConditionScope): string {
  switch (term.kind) {
    case 'constant':
      return typeof term.value === 'string' ? stringLiteral(term.value) : String(term.value);
    case 'length':
      return `${scope.runtime('characters')}(${printTerm(term.arg, scope)})`;
    case 'trim':
      return `${scope.runtime('trimmed')}(${printTerm(term.arg, scope)})`;
    case 'column': {
      const text = scope.widened(term.column, scope.fieldOf(term.column));
      const length = scope.lengthOf(term.column);
      return length === null ? text : `${scope.runtime('cutText')}(${text}, ${length})`;
    }
  }
}
