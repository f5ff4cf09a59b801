import type { Token } from './lexer.ts';

/**
 * What is around a parameter, as far as it tells a list from one value:
 * - in: `IN :x`; values: `VALUES :x`
 * - array: `ANY :x`, `ANY (:x)`, the same with ALL and SOME
 * - operand: `a = :x`, but not `(a, b) = :x`, which a list can answer
 */
export type Role = 'in' | 'values' | 'array' | 'operand' | 'other';

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
      return QUANTIFIERS.has(word) ? 'array' : 'other';
    }
    case '(':
      return QUANTIFIERS.has(head) ? 'array' : 'other';
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
