import { type Verification, verificationHolds } from '../commands/verification.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { showSql } from '../schema/show-sql.ts';
import type { Statement } from '../sql/statement.ts';

/** What `nodrift verify --json` prints; `formatVersion` grows when a reader could be misled. */
export function verificationJson(found: Verification) {
  const { changes, changed, forbidden, broken, waiting, internalErrors, objects, queries, ...rest } = found;
  return {
    formatVersion: 1,
    holds: verificationHolds(found),
    ...rest,
    compared: { objects, queries },
    differences: changes.map((change) => ({
      kind: change.kind,
      name: change.name,
      change: change.change,
      facts: change.facts.map(({ fact, before, after }) => ({ fact, migrations: before, database: after })),
      sql: showSql(change),
    })),
    broken: broken.map(errorOf),
    waiting: waiting.map(errorOf),
    internalErrors: internalErrors.map(errorOf),
    changed: changed.map(({ statement, changes }) => ({
      ...locationOf(statement),
      changes: changes.map(({ kind, subject, before, after, severity, effect }) => {
        return { kind, subject, migrations: before, database: after, severity, effect };
      }),
    })),
    forbidden: forbidden.map(({ statement, missing }) => ({ ...locationOf(statement), missing })),
  };
}

function locationOf({ name, file, line }: Statement) {
  return { name, file, line };
}

function errorOf({ file, line, column, message, sqlstate, hint }: Diagnostic) {
  return { file, line, column, message, sqlstate, hint };
}
