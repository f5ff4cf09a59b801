import { type CommandWord, commandHint, commandOf } from './command.ts';
import type { Span } from './documentation.ts';
import { isQueryName, NAME_HINT } from './identifier.ts';
import { matchAt } from './match.ts';
import type { Problem } from './problem.ts';

/** What sqlc's `name: GetCar :one` says. */
export interface SqlcName {
  readonly name: string;
  /** Offset of the name in the file's text. */
  readonly offset: number;
  readonly command: CommandWord | null;
  /** The line's place in the comment. */
  readonly span: Span;
  readonly problem: Problem | null;
}

/**
 * Finds sqlc's header line in a masked comment (sqlc documentation, "Query annotations"), or null.
 * Both words are needed: a comment such as `name: the customer's name` is not a header.
 * @param base the comment's offset in the file's text
 */
export function readSqlcName(words: string, base: number): SqlcName | null {
  const found = /^[^\S\r\n]*name:[^\S\r\n]+(\S+)[^\S\r\n]+:(\w+!?)[^\S\r\n]*$/m.exec(words);
  if (found === null) return null;
  const [line, name = '', word = ''] = found;
  const offset = base + found.index + (matchAt(/\s*name:\s+/y, line, 0)?.[0].length ?? 0);
  const command = commandOf(word);
  let problem: Problem | null = null;
  if (!isQueryName(name)) {
    problem = { offset, message: `"${name}" is not a valid query name.`, hint: NAME_HINT };
  } else if (command === null) {
    const place = base + found.index + line.lastIndexOf(':');
    problem = { offset: place, message: `Unknown command ":${word}".`, hint: commandHint(word) };
  }
  return { name, offset, command, span: { start: found.index, end: found.index + line.length }, problem };
}
