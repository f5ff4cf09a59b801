/** A CHECK constraint's condition, so far as it means the same in JavaScript. It passes unless it is false. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly args: readonly Condition[] }
  | { readonly kind: 'not'; readonly arg: Condition }
  | { readonly kind: 'isNull'; readonly arg: ConditionTerm }
  /** IS TRUE and the like, which are never NULL. */
  | { readonly kind: 'is'; readonly outcome: 'true' | 'false' | 'unknown'; readonly arg: Condition }
  | {
      readonly kind: 'compare';
      readonly by: Comparison;
      readonly operator: CompareOperator;
      readonly left: ConditionTerm;
      readonly right: ConditionTerm;
    }
  | { readonly kind: 'truth'; readonly arg: ConditionTerm };

export type CompareOperator = '<' | '<=' | '=' | '<>' | '>=' | '>';

/** How PostgreSQL compares both sides. Texts are only told apart. */
export type Comparison = 'integer' | 'text' | 'boolean';

export type ConditionTerm =
  | { readonly kind: 'column'; readonly column: string }
  | { readonly kind: 'constant'; readonly value: string | number | boolean }
  | { readonly kind: 'length' | 'trim'; readonly arg: ConditionTerm };

/** The columns that a condition is about, each once, in their order in it. */
export function conditionColumns(condition: Condition): readonly string[] {
  const found = new Set<string>();
  const term = (one: ConditionTerm): void => {
    if (one.kind === 'column') found.add(one.column);
    else if ('arg' in one) term(one.arg);
  };
  const visit = (one: Condition): void => {
    if ('args' in one) one.args.forEach(visit);
    else if (one.kind === 'not' || one.kind === 'is') visit(one.arg);
    else if (one.kind === 'compare') [one.left, one.right].forEach(term);
    else term(one.arg);
  };
  visit(condition);
  return [...found];
}
