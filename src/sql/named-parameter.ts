import { endOfSpace, isIdentifierPart, isIdentifierStart, isNamePart, isOperatorPart } from './characters.ts';
import type { Token } from './lexer.ts';
import { type ParameterContext, role, takesSliceColon } from './parameter-context.ts';
import type { ParameterReference } from './parameter-reference.ts';
import type { Problem } from './problem.ts';

/** What a spelling makes of a token: a parameter, a mistake, or (null) ordinary SQL. */
export type ParameterReading =
  | { readonly use: ParameterReference; readonly problem: Problem | null }
  | { readonly use: null; readonly problem: Problem }
  /** `$1`, which is reported once for a statement: see positional.ts. */
  | { readonly use: null; readonly problem: null; readonly positional: Token };

/** Looks for a parameter that starts with a token. */
export type ParameterReader = (
  text: string,
  token: Token,
  context: ParameterContext,
) => ParameterReading | null;

/** PgTyped's spelling: `:name`, `:name!` and our `:name?`. */
export function readNamedParameter(
  text: string,
  token: Token,
  context: ParameterContext,
): ParameterReading | null {
  if (token.kind === 'positional') {
    return { use: null, problem: null, positional: token };
  }
  if (token.kind !== 'colon') return null;
  if (takesSliceColon(context) || !isIdentifierStart(text.charCodeAt(token.end))) return null;
  let end = token.end + 1;
  while (isNamePart(text.charCodeAt(end))) end += 1;
  const name = text.slice(token.end, end);
  const { mark, problem } = readMark(text, end, name);
  if (mark !== null) end += 1;
  const stands = text.startsWith('::', endOfSpace(text, end)) ? 'operand' : role(context);
  const use = { name, start: token.start, end, mark, role: stands, list: false };
  return { use, problem };
}

/**
 * The mark directly after a parameter's name.
 *
 * `!` is one always, as in PgTyped; but `:x!=1` could mean two things (PgTyped reads `:x! = 1`), so it
 * is refused. `?` is also a jsonb operator, and so it is a mark only where it cannot be that: not as
 * the start of a longer operator (`?|`, `?&`, `?||`), not directly before a word or an opening
 * parenthesis, and not before a string, number or parameter, also after blanks. `:data ? 'key'`,
 * `:data? 'key'` and `:data?:key` are operators; `:x?`, `:x?::int` and `:x? AND` are marks.
 */
function readMark(
  text: string,
  at: number,
  name: string,
): { mark: '!' | '?' | null; problem: Problem | null } {
  const next = text[at + 1];
  if (text[at] === '!') {
    if (next !== '=' && next !== '~') return { mark: '!', problem: null };
    const message = `":${name}!${next}" can be read in two ways.`;
    const hint = `Write ":${name} !${next}" for the operator or ":${name}! ${next}" for a parameter that is not null.`;
    return { mark: null, problem: { offset: at - name.length - 1, message, hint } };
  }
  return {
    mark: text[at] === '?' && !isJsonOperator(text, at) ? '?' : null,
    problem: farMark(text, at, name),
  };
}

/** PgTyped's grammar lets blanks are before the mark, so that `:x != 1` is `:x! = 1` to it. */
function farMark(text: string, at: number, name: string): Problem | null {
  const next = endOfSpace(text, at);
  if (next === at || text[next] !== '!') return null;
  return {
    offset: at - name.length - 1,
    message: `PgTyped reads the "!" after :${name} as a mark, even after a space, and runs the statement without it: "=" instead of "!=". nodrift runs the statement as written.`,
    hint: 'Check which of the two the application needs. "<>" and "NOT (… ~ …)" mean the same in both.',
    pgtyped: 'differs',
  };
}

function isJsonOperator(text: string, at: number): boolean {
  const code = text.charCodeAt(at + 1);
  const comment = text.startsWith('--', at + 1) || text.startsWith('/*', at + 1);
  if (isIdentifierPart(code) || (isOperatorPart(code) && !comment)) return true;
  const next = endOfSpace(text, at + 1);
  const operand = text[next];
  if (operand === ':') return isIdentifierStart(text.charCodeAt(next + 1));
  return operand !== undefined && /[('"$0-9]/.test(operand);
}
