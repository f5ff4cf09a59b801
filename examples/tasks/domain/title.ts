import { RuleViolation } from './rule-violation.ts';

declare const brand: unique symbol;

/** One line of 1 to 200 characters without blanks around it. Made by {@link toTitle} only. */
export type Title = string & { readonly [brand]: 'title' };

/**
 * Reads a title as typed by a person: blanks around it go.
 * @throws RuleViolation if nothing is left, or it is too long, or not one line
 */
export function toTitle(text: string): Title {
  const trimmed = text.trim();
  if (isTitle(trimmed)) return trimmed;
  throw new RuleViolation('A title is one line of 1 to 200 characters.');
}

function isTitle(text: string): text is Title {
  const { length } = Array.from(text);
  return length >= 1 && length <= 200 && !/\p{Cc}/u.test(text);
}
