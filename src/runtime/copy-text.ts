import { encodeHex } from './codec/bytea.ts';

/** The text format of COPY (PostgreSQL documentation, "COPY", File Formats). */

/** A line of values, in the order given, with its end. */
export function copyLine(values: readonly (string | Uint8Array | null)[], order: readonly number[]): string {
  let line = '';
  let separator = '';
  for (const index of order) {
    const value = values[index] ?? null;
    line += separator;
    line += value === null ? '\\N' : escaped(typeof value === 'string' ? value : encodeHex(value));
    separator = '\t';
  }
  return `${line}\n`;
}

const SPECIAL = /[\\\n\r\t]/;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(value: string): string {
  return SPECIAL.test(value) ? value.replace(/[\\\n\r\t]/g, (char) => ESCAPES[char] ?? char) : value;
}

/** The texts of a line, which comes without its end. */
export function copyTexts(line: string): (string | null)[] {
  const fields = line.split('\t');
  return line.includes('\\') ? fields.map(unescaped) : fields;
}

// Those that the server writes (CopyAttributeOutText in src/backend/commands/copyto.c).
const UNESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

function unescaped(field: string): string | null {
  return field === '\\N' ? null : field.replace(/\\(.)/gs, (_, char: string) => UNESCAPES[char] ?? char);
}
