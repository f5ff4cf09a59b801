import type { RuleChange } from './rule-changes.ts';
import type { Rule } from './rules.ts';

/** `%` stands for what the query does; null: no harm comes of it. */
export const effects: Readonly<Record<Rule['kind'], Readonly<Record<RuleChange['change'], string | null>>>> =
  {
    check: { added: '% fails where a row does not satisfy it', changed: null, dropped: null },
    unique: { added: '% fails where a row with the same values exists', changed: null, dropped: null },
    exclusion: { added: '% fails where a row conflicts with another', changed: null, dropped: null },
    'foreign key': { added: '% fails where the reference would not hold', changed: null, dropped: null },
    trigger: {
      added: '% runs it: it can change the row, or fail',
      changed: '% runs it: it can change the row, or fail, in another way',
      dropped: '% does not run it any more',
    },
    rule: {
      added: '% does what the rule says, too or instead',
      changed: '% does what the rule says, too or instead',
      dropped: '% does what it says itself',
    },
    policy: {
      added: '% is held to it where row security is on',
      changed: '% is held to it where row security is on',
      dropped: '% loses the rows that it let through where row security is on',
    },
    'row security': {
      added: '% sees and writes only the rows that a policy lets through',
      changed: '% sees and writes only the rows that a policy lets through',
      dropped: null,
    },
    privilege: { added: null, changed: null, dropped: '% is refused to that role' },
    partition: { added: null, changed: null, dropped: '% does not find its rows there any more' },
  };

/** `users_email_key of users`. */
export function subjectOf(rule: Rule): string {
  return rule.name === '' ? shown(rule) : `${rule.name} of ${shown(rule)}`;
}

export function textOf(rule: Rule | null): string | null {
  return rule === null ? null : rule.definition;
}

/** A table's name, with its schema unless that is `public`. */
export function shown({ schema, table }: { readonly schema: string; readonly table: string }): string {
  return schema === 'public' ? table : `${schema}.${table}`;
}
