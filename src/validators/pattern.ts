/** A regular expression that means the same in JavaScript (with the flag `u`) as in PostgreSQL, for the texts that it tells of. */
export interface Pattern {
  readonly source: string;
  readonly insensitive: boolean;
  /** Whether it depends on the collation beyond ASCII. */
  readonly asciiOnly: boolean;
  /** Letters that some languages have another partner of, where case is ignored: Turkish has `İ` and `ı`. */
  readonly without: string;
  /** Whether JavaScript's time can grow faster than the text. */
  readonly slow: boolean;
}

/** By code point, inclusive. */
type Chars = readonly (readonly [number, number])[];

type Part =
  /** Those of `chars`, or all others. */
  | { readonly kind: 'chars'; readonly chars: Chars; readonly negated: boolean; readonly source: string }
  | { readonly kind: 'start' | 'end' }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Part[] }
  | { readonly kind: 'repeat'; readonly part: Part; readonly min: number; readonly max: number };

const every: Part = { kind: 'chars', chars: [], negated: true, source: '[^]' };

const classes: Readonly<Record<string, string>> = {
  d: '0-9',
  w: '0-9A-Z_a-z',
  s: '\\t-\\r ',
  digit: '0-9',
  alpha: 'A-Za-z',
  alnum: '0-9A-Za-z',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\t-\\r ',
  blank: '\\t ',
  xdigit: '0-9A-Fa-f',
};
const classChars: Readonly<Record<string, Chars>> = Object.fromEntries(
  Object.entries(classes).map(([name, source]) => [
    name,
    rangesOf(source.replace('\\t', '\t').replace('\\r', '\r')),
  ]),
);
const controls: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v' };

/** Whoever reads a pattern gives up by throwing it. */
const unreadable = Symbol('unreadable');

/**
 * Reads an advanced regular expression (PostgreSQL documentation, 9.7.3); null for what is not known to mean the same in
 * JavaScript: word boundaries, look-around, back references, collating elements, options.
 */
export function readRegex(text: string, insensitive: boolean): Pattern | null {
  const points = Array.from(text);
  let at = 0;
  let asciiOnly = insensitive;
  const peek = (by = 0) => points[at + by] ?? '';
  const fail = (): never => {
    throw unreadable;
  };
  const next = () => points[at++] ?? fail();

  function choice(): Part {
    const parts = [sequence()];
    while (peek() === '|') {
      at += 1;
      parts.push(sequence());
    }
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'choice', parts };
  }

  function sequence(): Part {
    const parts: Part[] = [];
    while (at < points.length && peek() !== '|' && peek() !== ')') parts.push(quantified(atom()));
    return parts.length === 0 ? fail() : { kind: 'sequence', parts };
  }

  function quantified(part: Part): Part {
    const [min, max] = bounds() ?? [1, 1];
    if (min === 1 && max === 1) return part;
    // What is shortest or longest makes no difference to whether it matches.
    if (peek() === '?') at += 1;
    if (part.kind === 'start' || part.kind === 'end' || /[*+?{]/.test(peek() || ' ')) return fail();
    return { kind: 'repeat', part, min, max };
  }

  function bounds(): readonly [number, number] | null {
    const simple = {
      '*': [0, Number.POSITIVE_INFINITY],
      '+': [1, Number.POSITIVE_INFINITY],
      '?': [0, 1],
    } as const;
    const sign = peek();
    if (sign === '*' || sign === '+' || sign === '?') {
      at += 1;
      return simple[sign];
    }
    if (sign !== '{') return null;
    const [whole, low = '', comma, high = ''] =
      /^\{(\d{1,3})(?:(,)(\d{0,3}))?\}/.exec(points.slice(at, at + 9).join('')) ?? fail();
    at += whole.length;
    const min = Number(low);
    const max = comma === undefined ? min : high === '' ? Number.POSITIVE_INFINITY : Number(high);
    // One of {1} would be taken for none, and {0} is a constraint of its own.
    const isBound = max > 0 && min <= max && min <= 255 && (max <= 255 || max === Number.POSITIVE_INFINITY);
    return isBound && (min !== 1 || max !== 1) ? [min, max] : fail();
  }

  function atom(): Part {
    const char = next();
    switch (char) {
      case '^':
        return { kind: 'start' };
      case '$':
        return { kind: 'end' };
      case '.':
        return every;
      case '[':
        return bracket();
      case '(': {
        if (peek() === '?') {
          if (peek(1) !== ':') return fail();
          at += 2;
        }
        const part = choice();
        return next() === ')' ? part : fail();
      }
      case '\\':
        return escaped();
      case '*':
      case '+':
      case '?':
      case '{':
        return fail();
      default:
        return charPart(char);
    }
  }

  function escaped(): Part {
    const char = next();
    if (char === 'A') return { kind: 'start' };
    if (char === 'Z') return { kind: 'end' };
    const chars = 'dwsDWS'.includes(char) ? classChars[char.toLowerCase()] : undefined;
    if (chars === undefined) return charPart(literal(char));
    asciiOnly = true;
    const negated = char !== char.toLowerCase();
    return setOf(classes[char.toLowerCase()] ?? '', chars, negated);
  }

  function literal(char: string): string {
    const control = controls[char];
    if (control !== undefined) return control;
    return /[\dA-Za-z]/.test(char) || char > '~' ? fail() : char;
  }

  function bracket(): Part {
    const negated = peek() === '^';
    if (negated) at += 1;
    const chars: (readonly [number, number])[] = [];
    let source = '';
    for (let first = true; first || peek() !== ']'; first = false) {
      const named = classIn();
      if (named !== null) {
        chars.push(...(classChars[named] ?? []));
        source += classes[named];
        // What follows a class is no range's end.
        if (peek() === '-' && peek(1) !== ']') return fail();
        continue;
      }
      const from = bracketChar();
      const isRange = peek() === '-' && peek(1) !== ']' && peek(1) !== '';
      if (isRange) at += 1;
      if (isRange && (peek() === '[' || /\\[dwsDWS]/.test(peek() + peek(1)))) return fail();
      const to = isRange ? bracketChar() : from;
      if (codeOf(from) > codeOf(to)) return fail();
      chars.push([codeOf(from), codeOf(to)]);
      source += isRange ? `${printed(from, true)}-${printed(to, true)}` : printed(from, true);
    }
    at += 1;
    return setOf(source, chars, negated);
  }

  function classIn(): string | null {
    if (peek() === '\\') {
      const char = peek(1);
      if (!'dwsDWS'.includes(char)) return null;
      at += 2;
      asciiOnly = true;
      return char === char.toLowerCase() ? char : fail();
    }
    if (peek() !== '[' || !/[:.=]/.test(peek(1) || ' ')) return null;
    const [whole = '', name = ''] = /^\[:([a-z]+):\]/.exec(points.slice(at, at + 12).join('')) ?? fail();
    at += whole.length;
    asciiOnly = true;
    const known = Object.hasOwn(classes, name) && name.length > 1;
    return known && !(insensitive && /^(?:upper|lower)$/.test(name)) ? name : fail();
  }

  function bracketChar(): string {
    const char = next();
    return char === '\\' ? literal(next()) : char;
  }

  // `***` and `(?…)` at the start say how the rest is read.
  if (text.startsWith('***')) return null;
  let part: Part;
  try {
    part = choice();
  } catch (thrown) {
    if (thrown !== unreadable) throw thrown;
    return null;
  }
  // Half of a surrogate pair is sent as U+FFFD.
  const isKnown = !points.some((point) => point === '\ufffd' || /^[\ud800-\udfff]$/.test(point));
  if (at < points.length || !isKnown || (insensitive && !isAscii(text))) return null;
  return patternOf(part, insensitive, asciiOnly);
}

/** Reads a pattern of LIKE with `\` as its escape character, or with another; null where PostgreSQL refuses it. */
export function readLike(text: string, insensitive: boolean, escapedBy = '\\'): Pattern | null {
  if (insensitive && !isAscii(text)) return null;
  const parts: Part[] = [];
  const points = Array.from(text);
  for (let at = 0; at < points.length; at++) {
    const char = points[at] ?? '';
    if (char === escapedBy) {
      at += 1;
      const literal = points[at];
      if (literal === undefined) return null;
      parts.push(charPart(literal));
    } else if (char === '%') {
      parts.push({ kind: 'repeat', part: every, min: 0, max: Number.POSITIVE_INFINITY });
    } else parts.push(char === '_' ? every : charPart(char));
  }
  if (points.includes('\ufffd')) return null;
  const isAny = (part: Part | undefined) => part?.kind === 'repeat';
  const first = parts.findIndex((part) => !isAny(part));
  const last = parts.findLastIndex((part) => !isAny(part));
  const all: readonly Part[] = [
    ...(first === 0 || parts.length === 0 ? [{ kind: 'start' } as const] : []),
    // What begins with anything is found anywhere.
    ...(first < 0 ? [] : parts.slice(first, last + 1)),
    ...(last === parts.length - 1 ? [{ kind: 'end' } as const] : []),
  ];
  return patternOf({ kind: 'sequence', parts: all }, insensitive, insensitive);
}

/** The regular expression that a pattern of SIMILAR TO is turned into (similar_escape_internal in regexp.c). */
export function similarRegex(text: string): string | null {
  let result = '';
  let inBracket = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    if (inBracket) {
      if (char === '[' || char === '\\') return null;
      inBracket = char !== ']';
      result += char;
    } else if (char === '\\') {
      at += 1;
      const literal = text[at];
      if (literal === undefined || literal === '"') return null;
      result += `\\${literal}`;
    } else {
      inBracket = char === '[';
      // Where the bracket ends is told in several ways.
      if (inBracket && /^\^?\]/.test(text.slice(at + 1))) return null;
      const special: Readonly<Record<string, string>> = { '%': '.*', _: '.', '(': '(?:' };
      result += special[char] ?? ('.^$'.includes(char) ? `\\${char}` : char);
    }
  }
  return inBracket ? null : `^(?:${result})$`;
}

/** The pattern of texts that begin with one. */
export function prefixPattern(text: string): Pattern | null {
  if (text.includes('\ufffd')) return null;
  const parts: readonly Part[] = [{ kind: 'start' }, ...Array.from(text, charPart)];
  return patternOf({ kind: 'sequence', parts }, false, false);
}

/** Null where JavaScript might need time without end. */
function patternOf(part: Part, insensitive: boolean, asciiOnly: boolean): Pattern | null {
  const kinds: readonly Chars[] = charsOf(part);
  const holds = (chars: Chars, letter: string) =>
    chars.some(([low, high]) => low <= codeOf(letter) && codeOf(letter) <= high);
  const without = ['I', 'i'].filter((letter, n) =>
    kinds.some((chars) => insensitive && !holds(chars, letter) && holds(chars, n === 0 ? 'i' : 'I')),
  );
  if (nestedRepeats(part).some((one) => !isDeterministic(one, insensitive))) return null;
  const isFast = !repeats(part) || (isAnchored(part) && isDeterministic(part, insensitive));
  return { source: print(part), insensitive, asciiOnly, without: without.join(''), slow: !isFast };
}

function print(part: Part): string {
  switch (part.kind) {
    case 'chars':
      return part.source;
    case 'start':
      return '^';
    case 'end':
      return '$';
    case 'sequence':
      return part.parts.map((one) => (one.kind === 'choice' ? `(?:${print(one)})` : print(one))).join('');
    case 'choice':
      return part.parts.map(print).join('|');
    case 'repeat': {
      const { min, max } = part;
      const isOne = part.part.kind === 'chars';
      const body = isOne ? print(part.part) : `(?:${print(part.part)})`;
      const sign = ['*', '+', '?'][[`0 Infinity`, `1 Infinity`, `0 1`].indexOf(`${min} ${max}`)];
      return (
        body + (sign ?? `{${min}${min === max ? '' : `,${max === Number.POSITIVE_INFINITY ? '' : max}`}}`)
      );
    }
  }
}

function partsOf(part: Part): readonly Part[] {
  return part.kind === 'repeat' ? [part.part] : 'parts' in part ? part.parts : [];
}

function charsOf(part: Part): readonly Chars[] {
  return part.kind === 'chars' ? [part.chars] : partsOf(part).flatMap(charsOf);
}

function repeats(part: Part): boolean {
  return part.kind === 'repeat' || partsOf(part).some(repeats);
}

/** The outermost parts that are repeated and have a repeated part in them. */
function nestedRepeats(part: Part): readonly Part[] {
  if (part.kind === 'repeat' && part.max > 1 && repeats(part.part)) return [part];
  return partsOf(part).flatMap(nestedRepeats);
}

function isAnchored(part: Part): boolean {
  if (part.kind === 'choice') return part.parts.every(isAnchored);
  const [first] = part.kind === 'sequence' ? part.parts : [];
  return part.kind === 'start' || (first !== undefined && isAnchored(first));
}

interface Positions {
  readonly canBeEmpty: boolean;
  readonly first: readonly Place[];
  readonly last: readonly Place[];
}

/** A set of characters in a pattern, and what can follow it: once for each way. */
interface Place {
  readonly chars: Chars;
  readonly next: Place[];
}

/**
 * Whether each next character leaves one way to go on (Glushkov's automaton, in which a place that can be reached in two ways
 * counts as two): then nothing is tried twice.
 */
function isDeterministic(whole: Part, insensitive: boolean): boolean {
  const places: Place[] = [];
  const follow = (before: readonly Place[], after: readonly Place[]) => {
    for (const place of before) place.next.push(...after);
  };
  const visit = (part: Part): Positions => {
    switch (part.kind) {
      case 'start':
      case 'end':
        return { canBeEmpty: true, first: [], last: [] };
      case 'chars': {
        const own = insensitive ? bothCases(part.chars) : part.chars;
        const place = { chars: part.negated ? complement(own) : merged(own), next: [] };
        places.push(place);
        return { canBeEmpty: false, first: [place], last: [place] };
      }
      case 'choice': {
        const all = part.parts.map(visit);
        return {
          canBeEmpty: all.some(({ canBeEmpty }) => canBeEmpty),
          first: all.flatMap(({ first }) => first),
          last: all.flatMap(({ last }) => last),
        };
      }
      case 'sequence':
        return part.parts.map(visit).reduce<Positions>(
          (before, after) => {
            follow(before.last, after.first);
            return {
              canBeEmpty: before.canBeEmpty && after.canBeEmpty,
              first: before.canBeEmpty ? [...before.first, ...after.first] : before.first,
              last: after.canBeEmpty ? [...before.last, ...after.last] : after.last,
            };
          },
          { canBeEmpty: true, first: [], last: [] },
        );
      case 'repeat': {
        const body = visit(part.part);
        if (part.max > 1) follow(body.last, body.first);
        return { ...body, canBeEmpty: body.canBeEmpty || part.min === 0 };
      }
    }
  };
  const { first } = visit(whole);
  return [first, ...places.map(({ next }) => next)].every(areApart);
}

function areApart(places: readonly Place[]): boolean {
  const sorted = places.flatMap(({ chars }) => chars).sort(([a], [b]) => a - b);
  return sorted.every(([low], i) => low > (sorted[i - 1]?.[1] ?? -1));
}

function complement(chars: Chars): Chars {
  const result: (readonly [number, number])[] = [];
  let from = 0;
  for (const [low, high] of merged(chars)) {
    if (low > from) result.push([from, low - 1]);
    from = high + 1;
  }
  return [...result, [from, 0x10ffff]];
}

function merged(chars: Chars): Chars {
  const result: [number, number][] = [];
  for (const [low, high] of [...chars].sort(([a], [b]) => a - b)) {
    const before = result.at(-1);
    if (before !== undefined && low <= before[1] + 1) before[1] = Math.max(before[1], high);
    else result.push([low, high]);
  }
  return result;
}

/** With the letters of ASCII in both cases. */
function bothCases(chars: Chars): Chars {
  const moved = (from: number, by: number) =>
    chars.flatMap(([low, high]): Chars => {
      const [a, z] = [Math.max(low, from), Math.min(high, from + 25)];
      return a <= z ? [[a + by, z + by]] : [];
    });
  return [...chars, ...moved(codeOf('a'), -32), ...moved(codeOf('A'), 32)];
}

function setOf(source: string, chars: Chars, negated: boolean): Part {
  return { kind: 'chars', chars, negated, source: `[${negated ? '^' : ''}${source}]` };
}

function charPart(char: string): Part {
  const code = codeOf(char);
  return { kind: 'chars', chars: [[code, code]], negated: false, source: printed(char) };
}

function printed(char: string, inSet = false): string {
  if (/[\^$\\.*+?()[\]{}|/]/.test(char) || (inSet && char === '-')) return `\\${char}`;
  return /[ -~]/.test(char) ? char : `\\u{${codeOf(char).toString(16)}}`;
}

function rangesOf(set: string): Chars {
  return [...set.matchAll(/(.)(?:-(.))?/gs)].map(([, from = '', to = from]) => [codeOf(from), codeOf(to)]);
}

function codeOf(char: string): number {
  return char.codePointAt(0) ?? 0;
}

function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}
