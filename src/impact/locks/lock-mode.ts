/** Table-level lock modes, the weakest first (PostgreSQL documentation, 13.3.1). */
const lockModes = [
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
] as const;

export type LockMode = (typeof lockModes)[number];

/** The modes that queries take: SELECT; SELECT FOR UPDATE and foreign keys; INSERT, UPDATE, DELETE and MERGE. */
export type QueryLockMode = 'ACCESS SHARE' | 'ROW SHARE' | 'ROW EXCLUSIVE';

const strongestThatLetsPass: Readonly<Record<QueryLockMode, LockMode>> = {
  'ACCESS SHARE': 'EXCLUSIVE',
  'ROW SHARE': 'SHARE ROW EXCLUSIVE',
  'ROW EXCLUSIVE': 'SHARE UPDATE EXCLUSIVE',
};

/** The mode as pg_locks writes it: `AccessExclusiveLock`. */
export function lockModeOf(name: string): LockMode {
  const words = name
    .replace(/Lock$/, '')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase();
  const found = lockModes.find((mode) => mode === words);
  if (found === undefined) throw new Error(`${name} is not a table-level lock mode`);
  return found;
}

/** Whether a query that needs a table in one mode waits for a transaction that holds it in the other. */
export function waitsFor(wanted: QueryLockMode, held: LockMode): boolean {
  return isStronger(held, strongestThatLetsPass[wanted]);
}

/** Whether some query waits for a transaction that holds a table in this mode. */
export function isBlocking(held: LockMode): boolean {
  return waitsFor('ROW EXCLUSIVE', held);
}

export function isStronger(one: LockMode, other: LockMode): boolean {
  return lockModes.indexOf(one) > lockModes.indexOf(other);
}
