import { RuleViolation } from './rule-violation.ts';

const priorities = ['low', 'normal', 'high'] as const;

export type Priority = (typeof priorities)[number];

/** @throws RuleViolation if the text names no priority */
export function toPriority(text: string): Priority {
  const priority = priorities.find((p) => p === text);
  if (priority === undefined) throw new RuleViolation(`A priority is one of ${priorities.join(', ')}.`);
  return priority;
}
