import { CopyError } from './copy-error.ts';
import type { Origin } from './errors.ts';

/** What a plain INSERT says to COPY. */
export interface CopyTarget {
  /** `cars (id, year)`: words of the statement as they are there. */
  readonly table: string;
  /** For each of these columns, which of the statement's values goes there. */
  readonly order: readonly number[];
}

// Comments (not nested ones), space, names, parameters, and the marks between them.
const TOKEN =
  /--[^\n\r]*|\/\*(?:(?!\/\*|\*\/)[\s\S])*\*\/|[ \t\n\r\f\v]+|("(?:[^"]|"")+"|[a-z_\u0080-\uffff][\w$\u0080-\uffff]*|\$\d+|[(),.;])/iy;

/**
 * Reads the text of a generated statement that is `INSERT INTO table (columns) VALUES ($1, $2, …)` and nothing else.
 * Throws CopyError for every other one: what COPY would do differently, or not at all, is never guessed.
 */
export function copyTarget(origin: Origin & { readonly sql: string }): CopyTarget {
  const tokens = tokensOf(origin.sql);
  let at = 0;
  const fail = (): never => {
    throw new CopyError(
      origin,
      null,
      'copyFrom needs `INSERT INTO table (columns) VALUES (:a, :b)`: a parameter for each column, without expressions, ON CONFLICT and RETURNING',
    );
  };
  const take = (pattern: RegExp): string => {
    const token = tokens[at++] ?? '';
    return pattern.test(token) ? token : fail();
  };
  const list = (pattern: RegExp): string[] => {
    take(/^\($/);
    const items = [take(pattern)];
    while (tokens[at] === ',') {
      at += 1;
      items.push(take(pattern));
    }
    take(/^\)$/);
    return items;
  };

  take(/^insert$/i);
  take(/^into$/i);
  let name = take(NAME);
  while (tokens[at] === '.') {
    at += 1;
    name += `.${take(NAME)}`;
  }
  const columns = list(NAME);
  take(/^values$/i);
  const order = list(/^\$/).map((parameter) => Number(parameter.slice(1)) - 1);
  if (tokens[at] === ';') {
    at += 1;
  }
  return at === tokens.length && columns.length === order.length
    ? { table: `${name} (${columns.join(', ')})`, order }
    : fail();
}

const NAME = /^["a-z_\u0080-\uffff]/i;

/** The tokens without space and comments; one that is empty instead of what is none. */
function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  const pattern = new RegExp(TOKEN);
  for (let at = 0; at < text.length; at = pattern.lastIndex) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) {
      return [...tokens, ''];
    }
    if (found[1] !== undefined) {
      tokens.push(found[1]);
    }
  }
  return tokens;
}
