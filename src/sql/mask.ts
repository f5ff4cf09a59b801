import type { Comment } from './leading-comments.ts';

/**
 * A comment's text with everything that is not its own words turned into blanks, so that offsets
 * stay true: the comment marks, and the stars that start its lines if they are decoration, that is,
 * if all lines after the first have one or an annotation follows.
 */
export function mask(text: string, comment: Comment): string {
  const raw = text.slice(comment.start, comment.end);
  if (comment.kind === 'line') return raw.replace(/^[^\S\r\n]*--/gm, blank);
  let first = 2;
  let last = raw.length - 2;
  while (first < last && raw[first] === '*') first += 1;
  while (last > first && raw[last - 1] === '*') last -= 1;
  const words = ' '.repeat(first) + raw.slice(first, last) + ' '.repeat(raw.length - last);
  if (!/^[^\S\r\n]*\*/m.test(words)) return words;
  const decorated = words
    .split(/\r\n|\n|\r/)
    .slice(1)
    .every((line) => /^\s*(?:\*|$)/.test(line));
  return words.replace(decorated ? /^[^\S\r\n]*\*/gm : /^[^\S\r\n]*\*+(?=[^\S\r\n]*@)/gm, blank);
}

function blank(marks: string): string {
  return ' '.repeat(marks.length);
}
