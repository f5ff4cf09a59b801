import type { LockingStatement, QueryPlace, RelationLock } from '../impact/locks/lock-report.ts';
import type { TableWork } from '../impact/locks/table-work.ts';
import { count, displayPath, type PathContext } from './terminal.ts';

/** One line about a statement of a migration: `locks`, `orders: ACCESS EXCLUSIVE, to the end of the transaction`. */
interface LockFact {
  readonly label: 'locks' | 'holds' | TableWork['kind'] | 'waiting' | 'rows' | 'instead';
  readonly text: string;
}

/** What a statement locks that does not hold its locks for long: `locks orders: ACCESS EXCLUSIVE`. */
export function briefText(statement: LockingStatement): string {
  return `locks ${locksText(statement.locks)}${timeoutText(statement)}`;
}

/** The place of a statement in the migration's file, for people. */
export function statementPlace(file: string, { line }: LockingStatement, places: PathContext): string {
  return `${displayPath(file, places)}${line === null ? '' : `:${line}`}`;
}

/** What a statement locks and does, and which queries wait for it. */
export function lockFacts(statement: LockingStatement, places: PathContext): readonly LockFact[] {
  const { locks, lockedBefore, work, waitingForRows, instead } = statement;
  const facts: LockFact[] = [];
  if (locks.length > 0)
    facts.push({
      label: 'locks',
      text: `${locksText(locks)}, ${untilText(statement)}${timeoutText(statement)}`,
    });
  if (lockedBefore.length > 0)
    facts.push({ label: 'holds', text: `${locksText(lockedBefore)}, by an earlier statement` });
  for (const one of work) facts.push({ label: one.kind, text: workText(one, statement) });
  facts.push({ label: 'waiting', text: waitingText(statement, places) });
  if (waitingForRows.length > 0)
    facts.push({
      label: 'rows',
      text: `those that need the same rows wait for them: ${placesText(waitingForRows, places)}`,
    });
  if (instead !== null) facts.push({ label: 'instead', text: instead });
  return facts;
}

function locksText(locks: readonly RelationLock[]): string {
  const modes = new Map<string, string[]>();
  for (const { relation, mode } of locks) modes.set(mode, [...(modes.get(mode) ?? []), relation]);
  return [...modes].map(([mode, relations]) => `${relations.join(', ')}: ${mode}`).join('; ');
}

function timeoutText({ lockTimeout }: LockingStatement): string {
  return lockTimeout ? '' : '; no lock_timeout';
}

function untilText({ work, heldDuring }: LockingStatement): string {
  const [next] = heldDuring;
  const [first] = next?.work ?? [];
  if (work.length > 0 || next === undefined || first === undefined) return 'to the end of the transaction';
  const who = next.line === null ? 'a later statement' : `line ${next.line}`;
  return `while ${who} ${first.kind} ${first.index ?? first.table}`;
}

function workText(
  { kind, table, index, certain }: TableWork,
  { locks, lockedBefore, large }: LockingStatement,
): string {
  const isOf = (lock: RelationLock) => lock.table === table;
  const size = large.includes(table) ? ', and the table is large' : '';
  const under = locks.some(isOf)
    ? ', under that lock'
    : lockedBefore.some(isOf)
      ? ', under the lock held'
      : '';
  const unless = certain ? '' : ', unless an index finds what it needs';
  switch (kind) {
    case 'rewrites':
      return `${table}: every row and index${under}${size}`;
    case 'builds':
      return `${index}: reads every row of ${table}${under}${size}`;
    case 'reads':
      return `${table}: every row${unless}${under}${size}`;
    case 'writes':
      return `${table}: reads every row${unless}${size}; those it changes stay locked to the end of the transaction`;
  }
}

function waitingText(statement: LockingStatement, places: PathContext): string {
  const { locks, lockedBefore, waiting, goingOn } = statement;
  const held = [...locks, ...lockedBefore];
  const tables = [...new Set(held.map(({ table }) => table))].join(' or ');
  const queries = (number: number) => count(number, 'query', 'queries');
  if (held.length === 0) return 'no query';
  if (waiting.length === 0 && goingOn.length === 0) return `no query uses ${tables}`;
  const list = placesText(waiting, places);
  const others = `the other ${goingOn.length === 1 ? 'one goes' : `${goingOn.length} go`} on`;
  if (waiting.length === 0) return `no query: ${queries(goingOn.length)} of ${tables} only read`;
  if (goingOn.length === 0) {
    const all = waiting.length === 2 ? 'both' : `all ${waiting.length}`;
    const who = waiting.length === 1 ? 'the only query that uses' : `${all} queries that use`;
    return `${who} ${tables}: ${list}`;
  }
  const onlyWriters = held.every(({ mode }) => mode === 'SHARE' || mode === 'SHARE ROW EXCLUSIVE');
  const who = onlyWriters
    ? `the ${waiting.length === 1 ? 'query that writes' : `${waiting.length} queries that write`} ${tables}`
    : `${waiting.length} of the ${queries(waiting.length + goingOn.length)} that use ${tables}`;
  return `${who}: ${list}; ${others}`;
}

const shownQueries = 3;

function placesText(queries: readonly QueryPlace[], places: PathContext): string {
  const first = queries.slice(0, shownQueries);
  const names = first.map(({ name, file, line }) => `${name} ${displayPath(file, places)}:${line}`);
  const more = queries.length - first.length;
  return [...names, ...(more > 0 ? [`… (${more} more)`] : [])].join(', ');
}
