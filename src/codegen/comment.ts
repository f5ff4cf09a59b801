import { escapeUnprintable } from './literal.ts';

/**
 * A documentation comment, every line of it indented; '' where there is nothing to say. No text can
 * end it early or be taken for a compiler directive.
 */
export function docComment(text: string, indent: string): string {
  if (text === '') return '';
  const lines = commentLines(text);
  const [first] = lines;
  if (first === undefined) return '';
  if (lines.length === 1) return `${indent}/** ${first} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} *${line === '' ? '' : ` ${line}`}\n`).join('')}${indent} */\n`;
}

/** One line for a `//` comment: whatever the text holds, the line does not end in it. */
export function lineComment(text: string): string {
  return escapeUnprintable(text);
}

// In nearly no text. One of the characters is found without a stack, however long the text is.
const toBeLookedAt = /[^\n -?A-~]|\*\//;

function commentLines(text: string): string[] {
  const lines = toBeLookedAt.test(text)
    ? text.split(/\r\n|[\n\r\u2028\u2029]/).map((line) =>
        escapeUnprintable(line.replaceAll('\t', '  '))
          .replaceAll('*/', '*\\/')
          // TypeScript obeys `@ts-ignore` and its kin in block comments too.
          .replace(/@(?=ts-)/gi, '@ ')
          .trimEnd(),
      )
    : text.split('\n').map((line) => line.trimEnd());
  while (lines[0] === '') lines.shift();
  while (lines.at(-1) === '') lines.pop();
  return lines;
}
