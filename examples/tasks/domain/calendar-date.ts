import { RuleViolation } from './rule-violation.ts';

declare const brand: unique symbol;

/**
 * A day without a time zone, as `2025-03-31`, from year 1 to 9999: `<` on two of them compares days.
 * Made by {@link toCalendarDate} only.
 */
export type CalendarDate = string & { readonly [brand]: 'calendar date' };

/** @throws RuleViolation if the text is not a day of the calendar */
export function toCalendarDate(text: string): CalendarDate {
  if (isCalendarDate(text)) return text;
  throw new RuleViolation(`'${text}' is not a date such as 2025-03-31.`);
}

function isCalendarDate(text: string): text is CalendarDate {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text.startsWith('0000')) return false;
  const date = new Date(`${text}T00:00:00Z`);
  // February 30 is read as March 2, or as no date at all.
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
