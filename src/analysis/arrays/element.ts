import type { PgType } from '../type.ts';

/**
 * Whether an array of values of a type has them as its elements.
 * @param isUnnested whether `unnest` makes rows of it, and columns of the fields of a composite type
 */
export function isSentAsArray(type: PgType, isUnnested: boolean): boolean {
  const { kind } = withoutDomains(type);
  // An array of arrays is one of more dimensions.
  return kind !== 'array' && !(isUnnested && kind === 'composite');
}

function withoutDomains(type: PgType): PgType {
  return type.kind === 'domain' ? withoutDomains(type.base) : type;
}
