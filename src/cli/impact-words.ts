import { type Change, type Severity, worst } from '../impact/change.ts';
import type { ImpactOfMigration, ImpactOnQuery, ImpactReport, Rollout } from '../impact/report.ts';
import { count } from './terminal.ts';

/** What a change is, without what it means: `column body: text -> text | null`. */
export function changeText({ kind, subject, before, after }: Change): string {
  const what = subject === '' ? kind : `${kind} ${subject}`;
  if (kind === 'query') return after === 'accepted' ? `before: ${before}` : `${after}`;
  if (before === null) return `${what}: ${after} (new)`;
  if (after === null) return `${what}: ${before} (gone)`;
  return `${what}: ${before} -> ${after}`;
}

/** `breaks 2 queries, may break 1, 12 unaffected`. */
export function summaryText({ queries, unaffected }: ImpactOfMigration): string {
  const number = (severity: ImpactOnQuery['severity']) =>
    queries.filter((query) => query.severity === severity).length;
  const [breaks, mayBreak, compatible] = [number('breaks'), number('may break'), number('compatible')];
  const parts = [
    breaks > 0 && `breaks ${count(breaks, 'query', 'queries')}`,
    mayBreak > 0 && `may break ${count(mayBreak, 'query', 'queries')}`,
    compatible > 0 && `${compatible} changed compatibly`,
    `${unaffected} unaffected`,
  ];
  return parts.filter((part) => part !== false).join(', ');
}

/** What becomes of the running code; that something breaks is said where it is allowed, too. */
export type Verdict = Severity | 'breaks as allowed' | 'waits';

export function verdictOf({ severity, largeTables, migrations }: ImpactReport): Verdict {
  if (severity === 'breaks') return 'breaks';
  if (largeTables.length > 0) return 'waits';
  const gravest = worst(migrations.map((one) => one.severity));
  return gravest === 'breaks' ? 'breaks as allowed' : gravest;
}

/** Which large tables are read while queries wait; null if none is. */
export function largeText({ largeTables }: ImpactReport, show: (name: string) => string): string | null {
  if (largeTables.length === 0) return null;
  return `Large tables are read while queries wait: ${show(largeTables.join(', '))}.`;
}

/**
 * What the order of migrating and deploying must be, and why.
 * @param show makes names harmless where the text goes
 */
export function rolloutText({ order, between }: Rollout, show: (name: string) => string): string {
  const texts = between.map((one) => betweenText(one, show));
  return [orderText(order, between.length > 0), ...texts].join(' ');
}

function betweenText(
  { after, before, queries }: Rollout['between'][number],
  show: (name: string) => string,
): string {
  return `Between ${show(after)} and ${show(before)} the running code breaks (${show(queries.join(', '))}): run them in one transaction, or stop the code meanwhile.`;
}

function orderText(order: Rollout['order'], breaksBetween: boolean): string {
  switch (order) {
    case 'any':
      return breaksBetween
        ? 'Code can go out before all migrations or after all of them.'
        : 'Migrations and code can go out in any order.';
    case 'migrate first':
      return 'Migrate first, then deploy: the new code does not work on the old schema.';
    case 'deploy first':
      return 'Deploy first, then migrate: the running code does not work on the new schema, the new code works on both.';
    case 'unfit':
      return 'The queries on the disk do not work on the new schema: change them first.';
    case 'none':
      return 'No safe deployment order: the running code breaks on the new schema, and the new code on the old one. Split the migration: expand (add the new form, keep the old one), deploy, then contract.';
  }
}

/** Whose queries are the running code. */
export function runningText({ since, queries }: ImpactReport): string {
  const of = since === null ? 'on the disk' : `of ${since}`;
  return `${count(queries, 'query', 'queries')} ${of}`;
}
