import type { Command } from './statement.ts';
import { suggest } from './suggest.ts';

const COMMANDS: Readonly<Record<Command, true>> = {
  one: true,
  maybe: true,
  many: true,
  exec: true,
  execrows: true,
};

/** The command that a word (without its colon) names, or null. */
export function commandOf(word: string): Command | null {
  return isCommand(word) ? word : null;
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
