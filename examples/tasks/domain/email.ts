import { RuleViolation } from './rule-violation.ts';

declare const brand: unique symbol;

/** An e-mail address in lower case. Made by {@link toEmail} only. */
export type Email = string & { readonly [brand]: 'email' };

/** @throws RuleViolation if the text cannot be an address */
export function toEmail(text: string): Email {
  const normalized = text.trim().toLowerCase();
  if (isEmail(normalized)) return normalized;
  throw new RuleViolation(`'${text}' is not an e-mail address.`);
}

function isEmail(text: string): text is Email {
  return /^[^@\s]+@[^@\s]+$/.test(text);
}
