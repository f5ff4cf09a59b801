import { type CommandWord, commandHint, commandOf } from './command.ts';
import { isQueryName, NAME_HINT } from './identifier.ts';
import { matchAt, spaceAt } from './match.ts';
import type { Problem } from './problem.ts';

/** What `@name GetCar :one` says, and where it ends in the text given. */
export interface NameReading {
  /** Null where the name is missing or not valid; `problems` then says why. */
  readonly name: string | null;
  /** Offset of the name in the file's text. */
  readonly offset: number;
  readonly command: CommandWord | null;
  readonly problems: readonly Problem[];
  readonly end: number;
}

/**
 * Reads what follows `@name`: the query's name and, on the same line, its command word.
 * The name may be on the next line, as in PgTyped, but there it must be alone: what
 * follows an empty `@name` is more likely prose.
 * @param text a masked header comment
 * @param from the offset after `@name`
 * @param base the comment's offset in the file's text
 */
export function readName(text: string, from: number, base: number): NameReading {
  let at = from + spaceAt(text, from);
  const raw = matchAt(/[^\s:@]+/y, text, at)?.[0] ?? '';
  const nextLine = /[\r\n]/.test(text.slice(from, at));
  const alone = /\s*?(?:$|[\r\n@:])/y;
  if (raw === '' || (nextLine && matchAt(alone, text, at + raw.length) === null)) {
    return without(base + from, '@name without a name.');
  }
  const offset = base + at;
  if (!isQueryName(raw)) return without(offset, `"${raw}" is not a valid query name.`);
  at += raw.length;

  const colon = matchAt(/[^\S\r\n]*:/y, text, at);
  if (colon === null) return { name: raw, offset, command: null, problems: [], end: at };
  at += colon[0].length;
  const word = matchAt(/[^\s@]*/y, text, at)?.[0] ?? '';
  const command = commandOf(word);
  const problem = {
    offset: base + at - 1,
    message: `Unknown command ":${word}".`,
    hint: commandHint(word),
  };
  return { name: raw, offset, command, problems: command === null ? [problem] : [], end: at + word.length };

  function without(place: number, message: string): NameReading {
    const problems = [{ offset: place, message, hint: NAME_HINT }];
    return { name: null, offset: place, command: null, problems, end: at + raw.length };
  }
}
