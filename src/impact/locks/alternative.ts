import { splitStatements } from '../../database/server/split-statements.ts';
import type { TableWork } from './table-work.ts';

/** What does the same as a statement with less waiting: none of it reads a table under a lock that queries wait for. */
export function alternativeTo(sql: string, work: readonly TableWork[]): string | null {
  if (work.length === 0) return 'a migration of its own, or the end of this one';
  const words = wordsOf(sql);
  const has = (pattern: RegExp) => pattern.test(words);
  const kinds = new Set(work.map(({ kind }) => kind));
  if (has(/\bCONCURRENTLY\b/)) return null;
  if (has(/^CREATE (UNIQUE )?INDEX\b/))
    return 'CREATE INDEX CONCURRENTLY, in a migration without a transaction';
  if (has(/^REINDEX\b/)) return 'REINDEX CONCURRENTLY, in a migration without a transaction';
  if (has(/^REFRESH MATERIALIZED VIEW\b/))
    return 'REFRESH MATERIALIZED VIEW CONCURRENTLY, which needs a unique index';
  if (kinds.has('writes')) return 'batches, each in a transaction of its own';
  if (!has(/^ALTER (TABLE|DOMAIN)\b/)) return null;
  if (kinds.has('rewrites') && has(/\bTYPE\b/))
    return 'a new column, filled in batches, that replaces the old one';
  if (kinds.has('rewrites') && has(/\bADD\b.*\bDEFAULT\b/))
    return 'ADD COLUMN without the default; then SET DEFAULT, and fill the column in batches';
  if (kinds.has('rewrites')) return null;
  if (kinds.has('builds') && has(/\b(UNIQUE|PRIMARY KEY)\b/))
    return 'CREATE UNIQUE INDEX CONCURRENTLY; then ADD CONSTRAINT … USING INDEX';
  const column = /\bALTER (?:COLUMN )?(\S+) SET NOT NULL\b/.exec(words)?.[1];
  if (column !== undefined)
    return `CHECK (${column} IS NOT NULL) NOT VALID; VALIDATE in a later migration; then SET NOT NULL`;
  if (has(/\bADD\b.*\b(CHECK|REFERENCES)\b/))
    return 'ADD CONSTRAINT … NOT VALID; VALIDATE CONSTRAINT in a later migration';
  if (has(/\bATTACH PARTITION\b/))
    return 'first a CHECK of the bounds: NOT VALID, then VALIDATE in a later migration';
  return null;
}

/** The statement without comments and strings, keywords in upper case and names as they are written. */
function wordsOf(sql: string): string {
  const tokens = splitStatements(sql)[0]?.tokens ?? [];
  return tokens
    .filter(({ kind }) => kind !== 'string' && kind !== 'dollar-quoted string')
    .map(({ kind, start, end }) => {
      const text = sql.slice(start, end);
      return kind === 'word' && keywords.has(text.toUpperCase()) ? text.toUpperCase() : text;
    })
    .join(' ');
}

const keywords = new Set(
  'ADD ALTER ATTACH CHECK COLUMN CONCURRENTLY CREATE DEFAULT DOMAIN INDEX KEY MATERIALIZED NOT NULL PARTITION PRIMARY REFERENCES REFRESH REINDEX SET TABLE TYPE UNIQUE VIEW'.split(
    ' ',
  ),
);
