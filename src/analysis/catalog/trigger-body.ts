const read = new Map<string, ReadonlySet<string> | null>();

/**
 * Whether a BEFORE row trigger's function may assign to a column of its row. In plpgsql it can do so only by naming the
 * column, as `NEW.status`, or the row, as in `NEW := …` (PostgreSQL documentation, "Trigger Functions"). A column that is
 * named nowhere stays as it is; one that is only read counts as assigned. Nothing is known of a row that is passed on.
 *
 * @param body the text of a function in plpgsql; null for other languages
 */
export function mayAssign(body: string | null, column: string): boolean {
  if (body === null) return true;
  let named = read.get(body);
  if (named === undefined) {
    named = namedColumns(body);
    read.set(body, named);
  }
  return named === null || named.has(column);
}

/** The columns that a function names of its NEW row; null if it does more with the row than to return it. */
function namedColumns(body: string): ReadonlySet<string> | null {
  // A quoted identifier can be another spelling of NEW.
  if (/"new"|U&/i.test(body)) return null;
  const returned = body.match(/\breturn\b/gi) ?? [];
  const returnedRows = body.match(/\breturn\s+(?:new|null)\s*;/gi) ?? [];
  if (returned.length !== returnedRows.length) return null;
  const rest = body.replace(/\breturn\s+new\s*;/gi, '');
  const named = new Set<string>();
  const columns = /\bnew\s*\.\s*(?:"((?:[^"]|"")+)"|([\p{L}_][\p{L}\p{N}_$]*))/giu;
  const others = rest.replace(columns, (_, quoted: string | undefined, plain: string | undefined) => {
    // Postgres folds ASCII letters, and others where one byte is one letter.
    if (quoted !== undefined) named.add(quoted.replaceAll('""', '"'));
    if (plain !== undefined)
      named.add(plain.replace(/[A-Z]/g, (letter) => letter.toLowerCase())).add(plain.toLowerCase());
    return '';
  });
  // A longer name is cut off.
  const isCut = [...named].some((name) => new TextEncoder().encode(name).length > LONGEST_NAME);
  return isCut || /\bnew\b/i.test(others) ? null : named;
}

/** NAMEDATALEN - 1, in bytes. */
const LONGEST_NAME = 63;
