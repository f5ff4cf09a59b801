// Postgres keeps 63 bytes of a name (NAMEDATALEN - 1).
const LONGEST = 63;

/**
 * The name of a prepared statement: the query's name for people who read pg_prepared_statements, and a
 * hash of the text, so that it is the same in every process and changes with the text. Should two texts
 * of a query ever share a name, the second one runs unprepared, never as the first.
 */
export function statementName(query: string, text: string): string {
  const hash = hash32(text);
  return `${query.replace(/[^\w]/g, '').slice(0, LONGEST - hash.length - 1)}_${hash}`;
}

// A multiplicative hash: node:crypto would cost an import, and is missing in some runtimes.
function hash32(text: string): string {
  let hash = 0xdeadbeef;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 2654435761);
  }
  return (hash >>> 0).toString(16);
}
