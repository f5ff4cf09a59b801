/**
 * What the reader has learned of a tag's nodes: which fields follow upon which. A server prints them in one order, and
 * most are a number, a boolean or `<>` every time: such a run of fields is read by one pattern. A pattern holds the
 * fields' names, so it matches nothing but what they are read as one by one.
 */
export interface FieldRun {
  readonly tag: string;
  readonly leftOut: ReadonlySet<string>;
  /** Fields whose text is kept, but not in the node; null if there are none. */
  readonly aside: ReadonlySet<string> | null;
  readonly start: FieldEnd;
  /** Nodes that were begun. */
  seen: number;
  /** Raised by what makes older runs wrong. */
  version: number;
}

/** A position in a node: behind its tag, or behind one of its fields. */
export interface FieldEnd {
  /** The field that ends here. */
  readonly field: string;
  /** Whether that field's value is read by itself, as it was once something else than a plain one. */
  alone: boolean;
  /** The positions behind the fields that were seen to follow. */
  readonly next: FieldEnd[];
  run: Run | null;
  runVersion: number;
}

/** Fields that are read together. */
export interface Run {
  /** Sticky; captures the values of `fields`. */
  readonly pattern: RegExp;
  /** Those that are kept, those aside among them. */
  readonly fields: readonly string[];
  readonly aside: FieldRun['aside'];
  readonly end: FieldEnd;
  /** What follows: the value of the field at `end`, another field, or nothing. */
  readonly then: 'value' | 'field' | 'nothing';
}

export function newShape(
  tag: string,
  leftOut: ReadonlySet<string>,
  aside: FieldRun['aside'] = null,
): FieldRun {
  return { tag, leftOut, aside, start: newFieldEnd(''), seen: 0, version: 0 };
}

function newFieldEnd(field: string): FieldEnd {
  return { field, alone: false, next: [], run: null, runVersion: -1 };
}

// Compiling a pattern takes as long as reading some nodes without it.
const ENOUGH = 12;

/** What can be read at once from a position on; null: one field at a time. */
export function runFrom(shape: FieldRun, end: FieldEnd): Run | null {
  if (shape.seen < ENOUGH) return null;
  if (end.runVersion !== shape.version) {
    end.run = makeRun(shape, end);
    end.runVersion = shape.version;
  }
  return end.run;
}

// As outToken prints them: whatever has an escape, a quote or bytes is read by itself.
const PLAIN = String.raw`[^\s(){}[\]\\"]+|\([iobx][\s\d-]*\)`;
const BEFORE_NEXT = String.raw`(?=\s+:|\s*\})`;
const plain = new RegExp(`(?:${PLAIN})${BEFORE_NEXT}`, 'y');

function makeRun(shape: FieldRun, from: FieldEnd): Run | null {
  const { leftOut, aside } = shape;
  let source = '';
  const fields: string[] = [];
  let end = from;
  let then: Run['then'] = 'field';
  for (;;) {
    const [next, other] = end.next;
    if (other !== undefined) break;
    if (next === undefined) {
      source += String.raw`\s*\}`;
      then = 'nothing';
      break;
    }
    const { field } = next;
    if (next.alone && isPassed(shape, field)) break;
    end = next;
    if (next.alone) {
      source += String.raw`\s+:${field}\s+`;
      then = 'value';
      break;
    }
    if (leftOut.has(field)) source += String.raw`\s+:${field}\s+(?:${PLAIN})`;
    else {
      source += String.raw`\s+:${field}\s+(${PLAIN})`;
      fields.push(field);
    }
  }
  if (source === '') return null;
  if (then === 'field') source += BEFORE_NEXT;
  return { pattern: new RegExp(source, 'y'), fields, aside, end, then };
}

/** Fields that are read later, if they are asked for: what a join offers is half of the text of a statement with one. */
export const LAZY: ReadonlySet<string> = new Set(['joinaliasvars', 'exclRelTlist']);

/** Whether the reader goes past a field's value, which is not a part of the node or is read later. */
export function isPassed({ leftOut, aside }: FieldRun, field: string): boolean {
  return leftOut.has(field) || LAZY.has(field) || (aside?.has(field) ?? false);
}

/**
 * Learns that a field follows a position.
 * @param at where its value begins in the text
 * @returns the position behind it
 */
export function learnField(
  shape: FieldRun,
  end: FieldEnd,
  field: string,
  text: string,
  at: number,
): FieldEnd {
  let next = end.next.find((known) => known.field === field);
  if (next === undefined) {
    next = newFieldEnd(field);
    end.next.push(next);
    shape.version++;
  }
  plain.lastIndex = at;
  if (!next.alone && !plain.test(text)) {
    next.alone = true;
    shape.version++;
  }
  return next;
}

/** What a plain value represents. */
export function plainValue(token: string): unknown {
  switch (token.charCodeAt(0)) {
    case 40: // (
      return numbers(token);
    case 60: // <
      return null;
  }
  return scalarValue(token);
}

function numbers(list: string): readonly number[] {
  const found = list.match(/-?\d+/g);
  return found === null ? [] : found.map(Number);
}

/** What a token without escapes represents that is not `<>`. */
export function scalarValue(token: string): number | boolean | string {
  const code = token.charCodeAt(0);
  const isNumber = (code >= 48 && code <= 57) || code === 45 || code === 43 || code === 46;
  if (isNumber) return Number(token);
  return token === 'true' ? true : token === 'false' ? false : token;
}
