import type { Command } from './statement.ts';
import { suggest } from './suggest.ts';

const COMMANDS: Readonly<Record<Command, true>> = {
  one: true,
  maybe: true,
  many: true,
  exec: true,
  execrows: true,
};

/** What a command word says. */
export interface CommandWord {
  readonly command: Command;
  /** Written with `!`: the author asserts that there is at most one row, without a proof. */
  readonly assertedSingleRow: boolean;
}

/** What a word (without its colon) says, or null where it is not a command: `one`, `maybe!`. */
export function commandOf(word: string): CommandWord | null {
  if (isCommand(word)) return { command: word, assertedSingleRow: false };
  return word === 'one!' || word === 'maybe!'
    ? { command: word === 'one!' ? 'one' : 'maybe', assertedSingleRow: true }
    : null;
}

/** What to write instead of an unknown command word. */
export function commandHint(word: string): string {
  const near = suggest(word, Object.keys(COMMANDS));
  const all = 'The commands are :one, :maybe, :many, :exec and :execrows.';
  return near === null ? all : `Did you mean ":${near}"? ${all}`;
}

function isCommand(word: string): word is Command {
  return Object.hasOwn(COMMANDS, word);
}
