import { quoteName } from '../sql/quote-name.ts';

/** `public.users.email` */
export function qualifiedName(parts: readonly string[]): string {
  return parts.map(quoteName).join('.');
}
