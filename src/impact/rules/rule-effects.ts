import { relationName } from '../relation-name.ts';
import type { RuleChange } from './rule-changes.ts';
import type { Rule } from './rules.ts';

/** What a change of a rule means to a statement, with `%` for what it does; null: no harm comes of it. */
export function effectOf({ change, rule }: RuleChange): string | null {
  const isOfAllRows = rule.kind === 'partition' && rule.name === '';
  return isOfAllRows ? withoutDefault[change] : effects[rule.kind][change];
}

/** A partitioned table that has no partition for all rows that no other takes. */
const withoutDefault: Readonly<Record<RuleChange['change'], string | null>> = {
  added: '% fails for rows without a partition',
  changed: null,
  dropped: null,
};

const effects: Readonly<Record<Rule['kind'], Readonly<Record<RuleChange['change'], string | null>>>> = {
  check: { added: '% fails if a row does not satisfy it', changed: null, dropped: null },
  unique: {
    added: '% fails if a row with the same values exists',
    changed: '% fails if a row with equal values exists, and more values are equal',
    dropped: null,
  },
  index: { added: '% fails if the index cannot be computed', changed: null, dropped: null },
  publication: {
    added: '% fails with 55000: published changes need a key, or REPLICA IDENTITY FULL',
    changed: null,
    dropped: null,
  },
  exclusion: { added: '% fails if a row conflicts with another', changed: null, dropped: null },
  'foreign key': {
    added: '% fails if the reference is violated',
    changed: '% fails if the reference is violated before the transaction ends',
    dropped: null,
  },
  trigger: {
    added: '% runs it: it can change the row, or fail',
    changed: '% runs it: it can change the row, or fail, in another way',
    dropped: '% does not run it any more',
  },
  rule: {
    added: '% runs the statements of the rule, in addition or instead',
    changed: '% runs the statements of the rule, in addition or instead',
    dropped: '% runs itself, without a rule',
  },
  'check option': {
    added: '% fails if the view would not show the row',
    changed: '% fails if the view would not show the row',
    dropped: null,
  },
  'materialized view': { added: '% fails with 55000 until it is refreshed', changed: null, dropped: null },
  policy: {
    added: '% must satisfy it if row security is on',
    changed: '% must satisfy it if row security is on',
    dropped: '% loses the rows that it allowed if row security is on',
  },
  'row security': {
    added: '% sees and writes only the rows that a policy lets through',
    changed: '% sees and writes only the rows that a policy lets through',
    dropped: null,
  },
  privilege: {
    added: null,
    changed: '% through the view needs the privileges of another role',
    dropped: '% is refused to that role',
  },
  partition: {
    added: null,
    changed: '% fails for rows that only it accepted',
    dropped: '% does not find its rows there any more',
  },
};

/** `users_email_key of users`. */
export function subjectOf(rule: Rule): string {
  return rule.name === '' ? relationName(rule) : `${rule.name} of ${relationName(rule)}`;
}

export function textOf(rule: Rule | null): string | null {
  return rule === null ? null : rule.definition;
}
