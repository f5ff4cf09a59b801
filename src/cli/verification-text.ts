import type { DistributionDifference } from '../commands/citus-distribution.ts';
import { type Verification, verificationHolds } from '../commands/verification.ts';
import type { Change } from '../impact/change.ts';
import { changesText } from './change-text.ts';
import type { Colors } from './terminal.ts';
import { count, escapeControlChars } from './terminal.ts';

/**
 * A verification for people: a paragraph for each difference and each query that is another one there, then what the
 * role lacks and the migrations that the database does not have, and a closing line. Refused queries are diagnostics,
 * which the caller prints.
 */
export function verificationText(found: Verification, colors: Colors): string {
  const { changes, pending, unknown, forbidden, changed, broken, distribution } = found;
  const sides = { before: 'in migrations', after: 'in database', sql: true };
  const queries = [
    ...changed.map(({ statement, changes }) => [
      `${colors.bold(escapeControlChars(statement.name))}  ${escapeControlChars(`${statement.file}:${statement.line}`)}`,
      ...changes.map((change) => `  ${escapeControlChars(changeLine(change))}`),
    ]),
    ...(forbidden.length > 0 ? [forbiddenLines(found, colors)] : []),
    ...(distribution !== null && distribution.length > 0 ? [distributionLines(distribution, colors)] : []),
  ].map((lines) => `${lines.join('\n')}\n`);
  const parts = [
    ...(changes.length > 0 ? [changesText(changes, sides, colors)] : []),
    ...queries,
    ...(pending.length + unknown.length > 0
      ? [
          [
            ...pending.map((name) => `${colors.yellow('pending')}  ${escapeControlChars(name)}\n`),
            ...unknown.map(
              (name) =>
                `${colors.red('unknown')}  ${escapeControlChars(name)}  it was applied, and has no file\n`,
            ),
          ].join(''),
        ]
      : []),
    `${summary(found, broken.length)}\n`,
  ];
  return parts.join('\n');
}

/** The queries that are named with a privilege; more of them are counted. */
const mostNamed = 4;

function forbiddenLines({ forbidden, role }: Verification, colors: Colors): readonly string[] {
  const queries = new Map<string, string[]>();
  for (const { statement, missing } of forbidden) {
    for (const { privilege, object } of missing) {
      const lacking = `${privilege} ON ${object}`;
      queries.set(lacking, [
        ...(queries.get(lacking) ?? []),
        `${statement.name} (${statement.file}:${statement.line})`,
      ]);
    }
  }
  const lines = [...queries]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([lacking, names]) => [
      `  ${colors.red(escapeControlChars(lacking))}`,
      ...names.slice(0, mostNamed).map((name) => `    ${escapeControlChars(name)}`),
      ...(names.length > mostNamed
        ? [`    and ${count(names.length - mostNamed, 'more query', 'more queries')}`]
        : []),
    ]);
  return [`${colors.bold(escapeControlChars(role))} lacks`, ...lines];
}

/** `  orders: by tenant_id in configuration, by id in database` */
function distributionLines(
  distribution: readonly DistributionDifference[],
  colors: Colors,
): readonly string[] {
  const by = (column: string | null) => (column === null ? 'not' : `by ${column}`);
  return [
    colors.bold('distributed otherwise'),
    ...distribution.map(({ table, configured, database }) =>
      escapeControlChars(`  ${table}: ${by(configured)} in configuration, ${by(database)} in database`),
    ),
  ];
}

/** `column price: numeric -> int4, it is read as another type` */
function changeLine({ kind, subject, before, after, effect }: Change): string {
  return `${kind} ${subject}: ${before ?? 'nothing'} -> ${after ?? 'nothing'}, ${effect}`;
}

function summary(found: Verification, broken: number): string {
  const { database, role, changes, changed, forbidden, internalErrors, pending, unknown, objects, queries } =
    found;
  const { distribution } = found;
  const said = [
    changes.length > 0 && count(changes.length, 'difference'),
    broken > 0 && `${count(broken, 'query', 'queries')} refused`,
    internalErrors.length > 0 && count(internalErrors.length, 'internal error'),
    changed.length > 0 && `${count(changed.length, 'query', 'queries')} typed otherwise`,
    forbidden.length > 0 && `${count(forbidden.length, 'query', 'queries')} not allowed to ${role}`,
    distribution !== null &&
      distribution.length > 0 &&
      `${count(distribution.length, 'table')} distributed otherwise`,
    unknown.length > 0 && count(unknown.length, 'unknown migration'),
    pending.length > 0 && count(pending.length, 'pending migration'),
  ].filter((part) => part !== false);
  const address = escapeControlChars(database);
  return verificationHolds(found)
    ? `${address} matches the migrations: ${count(objects, 'object')}, ${count(queries, 'query', 'queries')} as ${escapeControlChars(role)}${said.length > 0 ? `; ${said.join(', ')}` : ''}`
    : `${address}: ${escapeControlChars(said.join(', '))}`;
}
