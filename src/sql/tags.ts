import { distance } from 'fastest-levenshtein';
import { isParameterName, isQueryName, NAME_HINT, parameterNameHint, suggest } from './identifiers.ts';
import type { Problem } from './problem.ts';
import type { Command } from './statement.ts';

/** A part of a text, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A tag that a header can have: `@name`, `@param`, `@optional`, `@load`, `@temporary`, `@unscoped`, `@scatter`. */
interface Tag<T> {
  /** What a header without it says. */
  absent(): T;
  /** Whether it is a tag in the middle of a line, too, for what follows it. */
  readonly inProse?: (rest: string) => boolean;
  /** What the header says with it, and where it ends. */
  read(position: TagPosition, before: T): TagReading<T>;
}

interface TagPosition {
  /** The masked comment. */
  readonly words: string;
  /** Where the tag begins, and where its word ends. */
  readonly start: number;
  readonly after: number;
  /** The comment's offset in the file's text. */
  readonly base: number;
}

interface TagReading<T> {
  readonly value: T;
  readonly end: number;
  readonly problems: readonly Problem[];
}

const name: Tag<NameReading | null> = {
  absent: () => null,
  read({ words, start, after, base }, before) {
    const reading = readName(words, after, base);
    if (before === null) return { value: reading, end: reading.end, problems: reading.problems };
    const message = 'A second @name in one header.';
    const hint = 'Write one header for each statement.';
    return {
      value: before,
      end: reading.end,
      problems: [{ offset: base + start, code: 'ND2014', message, hint }],
    };
  },
};

/** What is declared of parameters: by parameter, in the order written. */
const param: Tag<Map<string, Transform>> = {
  absent: () => new Map(),
  inProse: (rest) => /^\s+\w+[!?]?\s*->/.test(rest),
  read({ words, after, base }, transforms) {
    const { transform, problem, end } = readTransform(words, after, base);
    const problems = problem === null ? [] : [problem];
    if (transform === null) return { value: transforms, end, problems };
    if (transforms.has(transform.name)) {
      const message = `A second @param ${transform.name} in one header.`;
      problems.push({
        offset: transform.offset,
        code: 'ND2016',
        message,
        hint: 'Describe each parameter once.',
      });
    } else transforms.set(transform.name, transform);
    return { value: transforms, end, problems };
  },
};

/** A parameter that can be omitted, with its offset in the file's text. */
export interface OptionalName {
  readonly name: string;
  readonly offset: number;
}

/** `@optional a, b`, also over several lines that end in commas: what is not sent where these parameters are omitted. */
const optional: Tag<readonly OptionalName[]> = {
  absent: () => [],
  read({ words, after, base }, before) {
    const names = [...before];
    for (let at = after; ; ) {
      at += spaceAt(words, at);
      const found = matchAt(NAME, words, at)?.[0];
      const problem = (code: Problem['code'], message: string, hint: string) => [
        { offset: base + at, code, message, hint },
      ];
      if (found === undefined) {
        const hint = 'Write the names of parameters: @optional make, minYear';
        const message = '@optional: expected the name of a parameter.';
        return { value: names, end: at, problems: problem('ND2032', message, hint) };
      }
      if (names.some((one) => one.name === found)) {
        const message = `@optional: ${found} is named twice.`;
        return { value: names, end: at, problems: problem('ND2016', message, 'Name each parameter once.') };
      }
      names.push({ name: found, offset: base + at });
      at += found.length;
      const comma = at + spaceAt(words, at);
      if (words[comma] !== ',') return { value: names, end: at, problems: [] };
      at = comma + 1;
    }
  },
};

/** A tag that is one word. */
const flag: Tag<boolean> = {
  absent: () => false,
  read: ({ after }) => ({ value: true, end: after, problems: [] }),
};

/** `@load`: many keys are looked up with one statement. Its offset in the file's text. */
const load: Tag<number | null> = {
  absent: () => null,
  read: ({ start, after, base }) => ({ value: base + start, end: after, problems: [] }),
};

/** A tag with a reason, up to the end of the line. */
function reasoned(tag: string, hint: string): Tag<string | null> {
  return {
    absent: () => null,
    read({ words, start, after, base }) {
      const line = matchAt(/[^\r\n]*/y, words, after)?.[0] ?? '';
      const reason = line.trim();
      const message = `${tag} without a reason.`;
      return {
        value: reason,
        end: after + line.length,
        problems: reason === '' ? [{ offset: base + start, code: 'ND2034', message, hint }] : [],
      };
    },
  };
}

const tagReaders = {
  name,
  param,
  optional,
  load,
  /** The statement changes temporary tables, and not the schema that queries are analysed with. */
  temporary: flag,
  /** Why the statement may use rows of every owner. */
  unscoped: reasoned(
    '@unscoped',
    'Write why the query may use rows of every owner: @unscoped nightly report',
  ),
  /** Why the statement may use all shards. */
  scatter: reasoned('@scatter', 'Write why the query may use all shards: @scatter nightly report'),
} satisfies Readonly<Record<string, Tag<unknown>>>;

/** What the tags of a header say, by tag. */
export type Tags = { readonly [T in keyof typeof tagReaders]: ReturnType<(typeof tagReaders)[T]['absent']> };

/** The tags of a comment and their places in its masked text. */
interface TagsReading {
  readonly tags: Tags;
  readonly problems: readonly Problem[];
  readonly spans: readonly Span[];
  /** What is wrong if nothing in the comment names a query; null: nothing. */
  readonly nameless: Problem | null;
}

/**
 * Reads the tags of a comment, see headers.ts.
 * @param words the masked comment
 * @param base the comment's offset in the file's text
 */
export function readTags(words: string, base: number): TagsReading {
  const readers: Readonly<Record<string, Tag<unknown>>> = tagReaders;
  const values: Record<string, unknown> = {};
  for (const tag in readers) values[tag] = readers[tag]?.absent();
  const problems: Problem[] = [];
  const spans: (Span & { readonly tag: string })[] = [];
  let end = 0;
  for (let at = words.indexOf('@'); at !== -1; at = words.indexOf('@', Math.max(at + 1, end))) {
    const tag = matchAt(/@([A-Za-z_][A-Za-z0-9_]*)/y, words, at)?.[1];
    if (tag === undefined) continue;
    const after = at + 1 + tag.length;
    const leads = leadsLine(words, at, end);
    const reader = Object.hasOwn(readers, tag) ? readers[tag] : undefined;
    if (reader !== undefined && (leads || reader.inProse?.(words.slice(after, after + 200)))) {
      const reading = reader.read({ words, start: at, after, base }, values[tag]);
      values[tag] = reading.value;
      for (const problem of reading.problems) problems.push(problem);
      end = reading.end;
    } else if (reader === undefined && leads && didYouMean(tag) !== null) {
      problems.push(
        problem('ND2013', at, `Unknown annotation @${tag}.`, `Did you mean @${didYouMean(tag)}?`),
      );
      end = after;
    } else continue;
    spans.push({ tag, start: at, end });
  }
  const tags = values as Tags;
  const lost = spans.find(({ tag }) => tag === 'param' || tag === 'optional');
  const nameless =
    lost === undefined
      ? null
      : problem(
          'ND2015',
          lost.start,
          `A comment with @${lost.tag} but no @name.`,
          `Write @name and @${lost.tag} into one comment, above the statement.`,
        );
  return { tags, problems, spans, nameless };

  function problem(code: Problem['code'], at: number, message: string, hint: string): Problem {
    return { offset: base + at, code, message, hint };
  }
}

/** Whether only blanks are between an offset and the start of its line or the annotation before it. */
function leadsLine(words: string, at: number, annotationEnd: number): boolean {
  let before = at;
  while (before > annotationEnd && (words[before - 1] === ' ' || words[before - 1] === '\t')) before -= 1;
  return (
    before === 0 || (before === annotationEnd && annotationEnd > 0) || /[\r\n]/.test(words.charAt(before - 1))
  );
}

/** The annotation that a tag most likely means: one edit away, or the same letters in another order. */
function didYouMean(tag: string): string | null {
  const word = tag.toLowerCase();
  return (
    Object.keys(tagReaders).find((one) => distance(word, one) <= 1 || letters(word) === letters(one)) ?? null
  );
}

function letters(word: string): string {
  return [...word].sort().join('');
}

/** What names a query. */
export interface QueryName {
  /** Null where the name is missing or not valid; `problems` then says why. */
  readonly name: string | null;
  /** Offset of the name in the file's text. */
  readonly offset: number;
  readonly command: CommandWord | null;
  readonly problems: readonly Problem[];
}

/** What `@name GetCar :one` says, and where it ends in the text given. */
interface NameReading extends QueryName {
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
function readName(text: string, from: number, base: number): NameReading {
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
  const problem: Problem = {
    offset: base + at - 1,
    code: 'ND2012',
    message: `Unknown command ":${word}".`,
    hint: commandHint(word),
  };
  return { name: raw, offset, command, problems: command === null ? [problem] : [], end: at + word.length };

  function without(offset: number, message: string): NameReading {
    const problems: Problem[] = [{ offset, code: 'ND2011', message, hint: NAME_HINT }];
    return { name: null, offset, command: null, problems, end: at + raw.length };
  }
}

/** A field of `@param x -> (a, b!)`. */
interface TransformField {
  readonly name: string;
  /** `true` written with `!`, `false` with `?`, null without. */
  readonly required: boolean | null;
}

/** What `@param x -> ...` and `@param x!` say. */
export interface Transform {
  readonly name: string;
  /** Offset of the name in the file's text. */
  readonly offset: number;
  /** Directly after the name, with the meaning that it has after `:x`. */
  readonly mark: '!' | '?' | null;
  /** scalar: it has a mark and nothing else. */
  readonly kind: 'scalar' | 'list' | 'object' | 'objects';
  /** Empty for a list and a scalar. */
  readonly fields: readonly TransformField[];
}

/** A transform or what is wrong with it, and where reading went on to in the text given. */
interface TransformReading {
  readonly transform: Transform | null;
  readonly problem: Problem | null;
  readonly end: number;
}

const NAME = /[A-Za-z_\u0080-\uFFFF][A-Za-z0-9_\u0080-\uFFFF]*/y;
const HINT =
  'Write @param ids -> (...) for a list, @param car -> (make, model!) for an object, @param cars -> ((make, model!)...) for a list of objects, or @param make! or @param make? to mark one value.';

/**
 * Reads what follows `@param`: a name, maybe a mark, `->`, and `(...)`, `(a, b!)` or `((a, b!)...)`, with white space and
 * line breaks anywhere between, as PgTyped does (its grammar SQLParser.g4, rule paramTag). Nothing needs to follow a mark.
 * @param text a masked header comment
 * @param from the offset after `@param`
 * @param base the comment's offset in the file's text
 */
function readTransform(text: string, from: number, base: number): TransformReading {
  const fields = new Map<string, TransformField>();
  let at = from + spaceAt(text, from);
  const name = matchAt(NAME, text, at)?.[0];
  if (name === undefined) return wrong('@param', 'the name of a parameter');
  const offset = base + at;
  const label = `@param ${name}`;
  at += name.length;
  const mark = text[at] === '!' ? '!' : text[at] === '?' ? '?' : null;
  if (mark !== null) at += 1;
  if (!take('->')) return mark === null ? wrong(label, '"->", "!" or "?"') : right('scalar');
  if (!take('(')) return wrong(label, '"("');
  if (take('...')) return take(')') ? right('list') : wrong(label, '")"');
  const several = take('(');
  do {
    at += spaceAt(text, at);
    const field = matchAt(NAME, text, at)?.[0];
    if (field === undefined) {
      if (fields.size > 0 && text[at] === ')') break;
      return wrong(
        label,
        several || fields.size > 0 ? 'the name of a field' : '"...", "(" or the name of a field',
      );
    }
    if (!isParameterName(field))
      return stop(`${label}: "${field}" is not a valid name of a field.`, parameterNameHint(field));
    if (fields.has(field)) {
      return stop(`${label}: the field ${field} occurs twice.`, 'Name each field once.');
    }
    at += field.length;
    fields.set(field, { name: field, required: take('!') ? true : take('?') ? false : null });
  } while (take(','));
  if (!take(')')) return wrong(label, '"," or ")"');
  if (!several) return right('object');
  if (!take('...')) return wrong(label, '"..."');
  return take(')') ? right('objects') : wrong(label, '")"');

  function take(mark: string): boolean {
    const next = at + spaceAt(text, at);
    if (!text.startsWith(mark, next)) return false;
    at = next + mark.length;
    return true;
  }

  function right(kind: Transform['kind']): TransformReading {
    return {
      transform: { name: name ?? '', offset, mark, kind, fields: [...fields.values()] },
      problem: null,
      end: at,
    };
  }

  function wrong(where: string, expected: string): TransformReading {
    at += spaceAt(text, at);
    const found = matchAt(/\S+/y, text, at)?.[0];
    const got = found === undefined ? 'the end of the comment' : `"${found}"`;
    return stop(`${where}: expected ${expected}, found ${got}.`, HINT);
  }

  function stop(message: string, hint: string): TransformReading {
    return { transform: null, problem: { offset: base + at, code: 'ND2017', message, hint }, end: at };
  }
}

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

/** What a sticky (`y`) pattern matches at an offset, or null. */
export function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** The length of the white space at an offset, line breaks included. */
function spaceAt(text: string, at: number): number {
  return matchAt(/\s*/y, text, at)?.[0].length ?? 0;
}
