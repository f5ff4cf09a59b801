import type { PgType } from './type.ts';

/** The type that a domain is of, through all domains; any other type itself. */
export function withoutDomains(type: PgType): PgType {
  return type.kind === 'domain' ? withoutDomains(type.base) : type;
}
