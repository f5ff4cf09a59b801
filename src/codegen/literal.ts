// Control characters, line separators, lone surrogates and what turns the reading direction: they are
// printed as escapes, so that what a reviewer sees is what is there.
const invisible = /[\p{Cc}\p{Cs}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/**
 * A TypeScript string literal whose value is exactly the text: single quotes, or double ones where
 * that saves escapes. Safe for any text, lone surrogates included.
 */
export function stringLiteral(text: string): string {
  if (plain.test(text)) return `'${text}'`;
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replace(/\\/g, '\\\\')
    .replaceAll(quote, `\\${quote}`)
    .replace(invisible, escapeSequence);
  return `${quote}${escaped}${quote}`;
}

const plain = /^[ !#-&(-[\]-~]*$/;

/**
 * A literal for SQL: a string literal for one line, a template literal for several, so that a change
 * can be reviewed line by line. Its value is exactly the text.
 */
export function sqlLiteral(text: string): string {
  if (!text.includes('\n')) return stringLiteral(text);
  const escaped = text
    .replace(/[\\`]/g, '\\$&')
    .replace(/\$(?=\{)/g, '\\$')
    .split('\n')
    .map(escapeUnprintable)
    .join('\n');
  return `\`${escaped}\``;
}

/** `\r\n` as `\n`: a checkout with other line endings generates the same code. */
export function unixLines(text: string): string {
  return text.replace(/\r\n/g, '\n');
}

/** A property's name in an interface or object literal: bare where it can be, else quoted. */
export function propertyKey(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : stringLiteral(name);
}

/** `visible` text of a comment: what cannot be seen is shown as an escape. */
export function escapeUnprintable(text: string): string {
  return printable.test(text) ? text : text.replace(invisible, escapeSequence);
}

// Nearly every text; the classes of Unicode are slow to look up.
const printable = /^[ -~]*$/;

function escapeSequence(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
