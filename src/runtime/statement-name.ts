// Postgres keeps 63 bytes of a name (NAMEDATALEN - 1).
const LONGEST = 63;

/**
 * The name of a prepared statement: the query's name for people who read pg_prepared_statements, and a
 * hash of the text, so that it is the same in every process and changes with the text. Should two texts
 * ever share a name, the second one runs unprepared, never as the first.
 */
export function statementName(query: string, text: string): string {
  const hash = hash64(text);
  return `${query.replace(/[^\w]/g, '').slice(0, LONGEST - hash.length - 1)}_${hash}`;
}

// Two 32-bit multiplicative hashes with different constants: node:crypto would cost an import, and is missing in some
// runtimes.
function hash64(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  return hex(a) + hex(b);
}

function hex(hash: number): string {
  return (hash >>> 0).toString(16).padStart(8, '0');
}
