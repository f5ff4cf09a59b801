import { isParameterName, parameterNameHint, suggest } from './identifiers.ts';
import type { Token } from './lexer.ts';
import type { Problem } from './problem.ts';
import type { Param, Slot } from './statement.ts';
import type { OptionalName, Transform } from './tags.ts';

/** One place where a statement uses a parameter; offsets in the file's text, marks included. */
export interface ParameterReference {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly mark: '!' | '?' | null;
  readonly role: Role;
  /** True where the spelling itself says that a list is here: `sqlc.slice('ids')`. */
  readonly list: boolean;
  /** `$1`, which has no name of its own. */
  readonly positional?: true;
  /** What is before the name in errors; absent: a colon. */
  readonly sign?: '@';
}

/**
 * What is around a parameter, as far as it tells a list from one value:
 * - in: `IN :x`; values: `VALUES :x`
 * - array: `ANY :x`, `ANY (:x)`, the same with ALL and SOME
 * - from: `FROM :x`, `USING :x`, `JOIN :x`
 * - item: `a, :x`
 * - operand: `a = :x`, but not `(a, b) = :x`, which a list can answer
 */
export type Role = 'in' | 'values' | 'array' | 'operand' | 'from' | 'item' | 'other';

interface Bracket {
  readonly open: '(' | '[';
  /** The token before it. */
  readonly head: Token | null;
}

/** Follows a statement's tokens: open brackets and the last two tokens that are not white space or comment. */
export interface ParameterContext {
  readonly text: string;
  readonly brackets: Bracket[];
  last: Token | null;
  beforeLast: Token | null;
}

export function parameterContext(text: string): ParameterContext {
  return { text, brackets: [], last: null, beforeLast: null };
}

/** Moves past a token that is not white space or comment. */
export function pass(context: ParameterContext, token: Token): void {
  if (token.kind === '(' || token.kind === '[') {
    context.brackets.push({ open: token.kind, head: context.last });
  } else if (token.kind === ')' || token.kind === ']') context.brackets.pop();
  context.beforeLast = context.last;
  context.last = token;
}

/**
 * Whether a colon that comes next is an array slice's own (`[1:2]`, `[lo:hi]`) rather than a
 * parameter's: inside brackets it is where it follows an operand, for a parameter there would have no
 * operator before it, which is never valid.
 */
export function takesSliceColon(context: ParameterContext): boolean {
  if (context.brackets.at(-1)?.open !== '[' || context.last === null) return false;
  return endsOperand(context.text, context.last);
}

/** The role of a parameter that comes next, as far as what is before it says. */
export function role(context: ParameterContext): Role {
  const { text, last } = context;
  const head = wordOf(text, context.brackets.at(-1)?.head ?? null);
  switch (last?.kind) {
    case 'word': {
      const word = wordOf(text, last);
      // position('a' IN :text) is the one IN that takes a value.
      if (word === 'in') return head === 'position' ? 'other' : 'in';
      if (word === 'values') return 'values';
      if (word === 'from' || word === 'using' || word === 'join') return 'from';
      return QUANTIFIERS.has(word) ? 'array' : 'other';
    }
    case '(':
      return QUANTIFIERS.has(head) ? 'array' : 'other';
    case ',':
      return 'item';
    case 'operator':
      return context.beforeLast?.kind === ')' ? 'other' : 'operand';
    default:
      return 'other';
  }
}

function endsOperand(text: string, token: Token): boolean {
  switch (token.kind) {
    case 'word':
      return !OPERATOR_WORDS.has(wordOf(text, token));
    case 'string':
    case 'dollar-quoted string':
    case 'quoted identifier':
    case 'number':
    case 'positional':
    case 'parameter':
    case ')':
    case ']':
      return true;
    default:
      return false;
  }
}

/** The word before the innermost open bracket, in lower case; '' if there is none. */
export function headWord({ text, brackets }: ParameterContext): string {
  return wordOf(text, brackets.at(-1)?.head ?? null);
}

/** The token's text in lower case if it is a word, otherwise ''. */
function wordOf(text: string, token: Token | null): string {
  return token?.kind === 'word' ? text.slice(token.start, token.end).toLowerCase() : '';
}

const QUANTIFIERS: ReadonlySet<string> = new Set(['any', 'all', 'some']);

/** Words after which an operand is still to come, where they can be inside a subscript. */
const OPERATOR_WORDS: ReadonlySet<string> = new Set([
  ...['and', 'or', 'not', 'in', 'is', 'like', 'ilike', 'similar', 'to', 'between', 'escape', 'from'],
  ...['case', 'when', 'then', 'else'],
]);

/** What a dialect makes of a token: a parameter, a mistake, or (null) ordinary SQL. */
export type ParameterReading =
  | { readonly use: ParameterReference; readonly problem: Problem | null }
  | { readonly use: null; readonly problem: Problem }
  /** A text that is another one for Postgres. */
  | { readonly use: null; readonly problem: null; readonly embedded: EmbeddedRow };

/** A row as a whole, by the name of its table or alias: `sqlc.embed(t)`; offsets in the file's text. */
export interface EmbeddedRow {
  /** As an identifier of SQL. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Looks for a parameter that starts with a token. */
export type ParameterReader = (
  text: string,
  token: Token,
  context: ParameterContext,
) => ParameterReading | null;

/** `$1`, as `p1` until the analysis has a better name. */
export function positionalReference(text: string, { start, end }: Token): ParameterReference {
  const name = `p${text.slice(start + 1, end)}`;
  return { name, start, end, mark: null, role: 'other', list: false, positional: true };
}

/** A statement's parameters and what is wrong with them. */
export interface Parameters {
  /** In order of first use; `$n` are numbered in that order. */
  readonly params: readonly Param[];
  readonly problems: readonly Problem[];
}

/** Puts together what the header says of the parameters and how the statement uses them. */
export function resolveParameters(
  uses: readonly ParameterReference[],
  transforms: ReadonlyMap<string, Transform>,
  optional: readonly OptionalName[],
): Parameters {
  const usesByName = new Map<string, ParameterReference[]>();
  for (const use of uses) {
    const known = usesByName.get(use.name);
    if (known === undefined) usesByName.set(use.name, [use]);
    else known.push(use);
  }
  const problems: Problem[] = [];
  const params: Param[] = [];
  let index = 1;
  for (const [name, all] of usesByName) {
    const transform = transforms.get(name) ?? null;
    problems.push(...conflicts(name, all, transform));
    const marks = new Set([transform?.mark, ...all.map((use) => use.mark)]);
    const required = marks.has('!') ? true : marks.has('?') ? false : null;
    if (transform === null || transform.kind === 'scalar' || transform.kind === 'list') {
      const kind = transform?.kind === 'list' || all.some((use) => use.list) ? 'list' : 'scalar';
      const positional = all[0]?.positional === true && ({ positional: true } as const);
      params.push({ kind, name, index, required, ...positional });
      index += 1;
    } else {
      const fields = transform.fields.map((field, nth): Slot => ({ ...field, index: index + nth }));
      params.push({ kind: transform.kind, name, fields });
      index += fields.length;
    }
  }
  for (const { name, offset } of transforms.values()) {
    if (usesByName.has(name)) continue;
    const near = suggest(name, usesByName.keys());
    const hint =
      near === null ? `Write :${name} where its value belongs, or remove the line.` : `Did you mean ${near}?`;
    const message = `@param ${name}: the statement does not use :${name}.`;
    problems.push({ offset, code: 'ND2030', message, hint, pgtyped: 'warns' });
  }
  for (const { name, offset } of optional) {
    if (usesByName.has(name)) continue;
    const near = suggest(name, usesByName.keys());
    const hint =
      near === null ? `Write :${name} in a condition, or remove it here.` : `Did you mean ${near}?`;
    const message = `@optional ${name}: the statement does not use :${name}.`;
    problems.push({ offset, code: 'ND2033', message, hint });
  }
  return { params, problems };
}

/** What cannot be right about one parameter, whatever the schema says. */
function conflicts(
  name: string,
  uses: readonly ParameterReference[],
  transform: Transform | null,
): Problem[] {
  return [
    misnamed(name, uses),
    markedTwice(name, uses, transform),
    markedObject(name, uses, transform),
    slicedAndSingle(name, uses),
    misplaced(name, uses, transform),
  ].filter((problem) => problem !== null);
}

function misnamed(name: string, uses: readonly ParameterReference[]): Problem | null {
  const [first] = uses;
  if (first === undefined || isParameterName(name)) return null;
  return {
    offset: first.start,
    code: 'ND2018',
    message: `"${name}" is not a valid parameter name.`,
    hint: parameterNameHint(name),
  };
}

function markedTwice(
  name: string,
  uses: readonly ParameterReference[],
  transform: Transform | null,
): Problem | null {
  const mark = transform?.mark ?? (uses.some((use) => use.mark === '!') ? '!' : '?');
  const second = uses.find((use) => use.mark !== null && use.mark !== mark);
  if (second === undefined) return null;
  return {
    offset: second.start,
    code: 'ND2019',
    message: `:${name} is marked both ! (never null) and ? (may be omitted).`,
    hint: 'Use one mark for all places of a parameter.',
  };
}

function markedObject(
  name: string,
  uses: readonly ParameterReference[],
  transform: Transform | null,
): Problem | null {
  if (transform === null || transform.fields.length === 0) return null;
  const optional = transform.mark === '?' ? transform : uses.find((use) => use.mark === '?');
  if (optional === undefined) return null;
  const fields = transform.fields.map((field) => `${field.name}?`).join(', ');
  return {
    offset: 'start' in optional ? optional.start : optional.offset,
    code: 'ND2020',
    message: `:${name}? is an object, which cannot be omitted.`,
    hint: `Mark its fields instead: (${fields})`,
  };
}

function slicedAndSingle(name: string, uses: readonly ParameterReference[]): Problem | null {
  const single = uses.find((use) => !use.list);
  if (single === undefined || !uses.some((use) => use.list)) return null;
  return {
    offset: single.start,
    code: 'ND2021',
    message: `${name} is a list by sqlc.slice, but is used here as one value.`,
    hint: 'Use a parameter of another name for one value.',
  };
}

/**
 * A list where one value must be, or the other way round. Lists are checked because Postgres
 * cannot: it sees a list of one, and `ANY (($1))` or `id = ($1)` only breaks with the second element.
 */
function misplaced(
  name: string,
  uses: readonly ParameterReference[],
  transform: Transform | null,
): Problem | null {
  if (transform === null || transform.kind === 'scalar') {
    const listed = uses.find((use) => !use.list && (use.role === 'in' || use.role === 'values'));
    if (listed === undefined) return null;
    const word = listed.role === 'in' ? 'IN' : 'VALUES';
    const single = uses.some((use) => use.role !== 'in' && use.role !== 'values');
    const marked = `@param ${name}${transform?.mark ?? ''}`;
    const described = `${marked} -> ${word === 'IN' ? '(...)' : '((column, ...)...)'}`;
    const written = `${listed.sign ?? ':'}${name}`;
    return {
      offset: listed.start,
      code: 'ND2022',
      message: single
        ? `${word} ${written} needs a list, but elsewhere ${written} is one value.`
        : `${word} ${written} needs a list, but the header does not declare one.`,
      hint: single
        ? `Use two parameters, and describe the list in the header: ${described}`
        : `Add to the header: ${described}`,
    };
  }
  if (transform.kind === 'object') return null;
  const single = uses.find((use) => use.role === 'array' || use.role === 'operand');
  if (single === undefined) return null;
  const written = `${single.sign ?? ':'}${name}`;
  return {
    offset: single.start,
    code: 'ND2021',
    message: `${written} is a list by its @param, but is used here as one value.`,
    hint:
      single.role === 'array'
        ? `Remove the @param line to pass one array, or write IN ${written}.`
        : `Write IN ${written}, or use a parameter of another name for one value.`,
  };
}
