import type { Connection } from './connection.ts';
import { adapterOf } from './connection-adapter.ts';

/** Throws a TypeError for what no query can be run over. */
export function assertConnection(db: unknown, caller: string): void {
  if (!Object(db).query && !adapterOf(db as Connection)) {
    throw new TypeError(`${caller}: db must be a connection, such as a pg Pool or PGlite`);
  }
}

/** Throws a TypeError for what is not a class and its options. */
export function assertArguments(caller: string, PgPoolClass: unknown, options: unknown): void {
  if (typeof PgPoolClass !== 'function') {
    throw new TypeError(`${caller}: the first argument must be pg's Pool`);
  }
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${caller}: options must be an object, such as { connectionString }`);
  }
}

/** Throws a TypeError for what is not a query of a generated module. */
export function assertQuery(query: unknown, caller: string): void {
  if (typeof (query as { with?: unknown } | null | undefined)?.with !== 'function') {
    throw new TypeError(`${caller}: query must be a query of a generated module`);
  }
}
