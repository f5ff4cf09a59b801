import type { Pattern } from './pattern.ts';

/** A CHECK constraint's condition, so far as it means the same in JavaScript. It passes unless it is false. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly args: readonly Condition[] }
  | { readonly kind: 'not'; readonly arg: Condition }
  | { readonly kind: 'isNull'; readonly arg: ConditionTerm }
  /** IS TRUE and the like, which are never NULL. */
  | { readonly kind: 'is'; readonly outcome: 'true' | 'false' | 'unknown'; readonly arg: Condition }
  | { readonly kind: 'always'; readonly outcome: 'true' | 'false' | 'unknown' }
  | {
      readonly kind: 'compare';
      readonly by: Comparison;
      readonly operator: CompareOperator;
      readonly left: ConditionTerm;
      readonly right: ConditionTerm;
      /** Of an enum: its labels in their order. */
      readonly labels?: readonly string[];
    }
  | { readonly kind: 'match'; readonly arg: ConditionTerm; readonly pattern: Pattern }
  | { readonly kind: 'truth'; readonly arg: ConditionTerm };

export type CompareOperator = '<' | '<=' | '=' | '<>' | '>=' | '>';

/** How PostgreSQL compares both sides. Texts are only told apart. */
export type Comparison =
  | 'integer'
  | 'numeric'
  | 'float'
  | 'text'
  | 'boolean'
  | 'enum'
  | 'uuid'
  | TimeForm
  | 'instant';

/** Types of time that are texts in TypeScript. */
export type TimeForm = 'date' | 'time' | 'timestamp';

/** What a column's values must be in TypeScript, so that JavaScript compares them as PostgreSQL does. */
export type ColumnForm = Comparison | 'padded' | 'float4' | 'array' | 'bytes' | 'any';

export type ConditionTerm =
  | { readonly kind: 'column'; readonly column: string; readonly form: ColumnForm }
  /** Of a decimal number, a time or a UUID: its text in the one spelling that is compared. */
  | { readonly kind: 'constant'; readonly value: string | number | bigint | boolean }
  | { readonly kind: TermFunction; readonly arg: ConditionTerm }
  /** num_nonnulls and num_nulls. */
  | { readonly kind: 'count'; readonly nulls: boolean; readonly args: readonly ConditionTerm[] };

export type TermFunction =
  | 'length'
  | 'trim'
  | 'lower'
  | 'upper'
  /** octet_length of a text. */
  | 'octets'
  /** How many elements an array has, or bytes a bytea. */
  | 'size'
  /** array_length(…, 1), which an empty array has none of. */
  | 'sizeOrNull'
  | 'toNumeric'
  | 'toFloat';

/** The columns that a condition is about, each once, in their order in it, with all that they must be. */
export function conditionColumns(condition: Condition): ReadonlyMap<string, ReadonlySet<ColumnForm>> {
  const found = new Map<string, Set<ColumnForm>>();
  visitCondition(condition, (one) => {
    if (one.kind !== 'column') return;
    const forms = found.get(one.column) ?? new Set();
    found.set(one.column, forms.add(one.form));
  });
  return found;
}

/** Visits a condition, those within it, and the terms of each. */
export function visitCondition(condition: Condition, visit: (one: Condition | ConditionTerm) => void): void {
  const into = (one: Condition | ConditionTerm): void => {
    visit(one);
    if ('arg' in one) into(one.arg);
    else if ('args' in one) for (const arg of one.args) into(arg);
    else if (one.kind === 'compare') [one.left, one.right].forEach(into);
  };
  into(condition);
}

/** The column whose text a term is made of; null for a constant and for what is made of several. */
export function columnOfTerm(term: ConditionTerm): string | null {
  if (term.kind === 'column') return term.column;
  return 'arg' in term ? columnOfTerm(term.arg) : null;
}
