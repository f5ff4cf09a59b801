import { assertConnection } from './assert.ts';
import type { Connection } from './connection.ts';
import { mapStatements } from './map-statements.ts';
import { keptName } from './statement.ts';
import { statementName } from './statement-name.ts';

/**
 * The same connection with each query's name and file in a comment before its text, in sqlcommenter's
 * format (https://google.github.io/sqlcommenter/spec/), so that they show in pg_stat_activity and the
 * server's log.
 */
export function commented(db: Connection): Connection {
  assertConnection(db, 'commented');
  // By the names without the comment.
  const names = new Map<string, string>();
  return mapStatements(db, (statement) => {
    const { name: query, file } = statement.origin;
    const text = `/*file='${encoded(file)}',query='${encoded(query)}'*/ ${statement.text}`;
    let name: string | undefined;
    if (statement.name !== undefined) {
      // Another text must have another name.
      name = names.get(statement.name) ?? statementName(query, text);
      if (keptName(statement) !== undefined) {
        names.set(statement.name, name);
      }
    }
    return { ...statement, text, name };
  });
}

/** URL-encoded: nothing is left that could end the quotes or the comment. */
function encoded(value: string): string {
  return encodeURIComponent(value).replaceAll("'", '%27');
}
