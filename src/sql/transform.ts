import { isParameterName, parameterNameHint } from './identifier.ts';
import { matchAt, spaceAt } from './match.ts';
import type { Problem } from './problem.ts';

/** A field of `@param x -> (a, b!)`. */
export interface TransformField {
  readonly name: string;
  /** `true` written with `!`, `false` with `?`, null without. */
  readonly required: boolean | null;
}

/** What `@param x -> ...` says. */
export interface Transform {
  readonly name: string;
  /** Offset of the name in the file's text. */
  readonly offset: number;
  readonly kind: 'list' | 'object' | 'objects';
  /** Empty for a list. */
  readonly fields: readonly TransformField[];
}

/** A transform or what is wrong with it, and where reading went on to in the text given. */
export interface TransformReading {
  readonly transform: Transform | null;
  readonly problem: Problem | null;
  readonly end: number;
}

const NAME = /[A-Za-z_\u0080-\uFFFF][A-Za-z0-9_\u0080-\uFFFF]*/y;
const HINT =
  'Write @param ids -> (...) for a list, @param car -> (make, model!) for an object or @param cars -> ((make, model!)...) for a list of objects.';

/**
 * Reads what follows `@param`: a name, `->`, and `(...)`, `(a, b!)` or `((a, b!)...)`, with white space
 * and line breaks anywhere between, as PgTyped does (its grammar SQLParser.g4, rule paramTag).
 * @param text a masked header comment
 * @param from the offset after `@param`
 * @param base the comment's offset in the file's text
 */
export function readTransform(text: string, from: number, base: number): TransformReading {
  const fields = new Map<string, TransformField>();
  let at = from + spaceAt(text, from);
  const name = matchAt(NAME, text, at)?.[0];
  if (name === undefined) return wrong('@param', 'the name of a parameter');
  const offset = base + at;
  const label = `@param ${name}`;
  at += name.length;
  if (!take('->')) return wrong(label, '"->"');
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
      transform: { name: name ?? '', offset, kind, fields: [...fields.values()] },
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
    return { transform: null, problem: { offset: base + at, message, hint }, end: at };
  }
}
