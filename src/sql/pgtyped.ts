import type { Dialect } from './dialect.ts';
import {
  endOfSpace,
  isIdentifierPart,
  isIdentifierStart,
  isNamePart,
  isOperatorPart,
  type Token,
} from './lexer.ts';
import {
  type ParameterContext,
  type ParameterReading,
  type ParameterReference,
  positionalReference,
  role,
  takesSliceColon,
} from './parameters.ts';
import type { Problem } from './problem.ts';

/** PgTyped's spelling: `@name GetCar`, and `:name` for parameters. */
export const pgtyped: Dialect = {
  headerLine: /@name\s/,
  readName: (_words, _base, { name }) => (name === null ? null : { ...name, spans: [] }),
  readParameter: readNamedParameter,
  parameterProblem: mixedProblem,
};

/** `:name`, `:name!` and our `:name?`. */
function readNamedParameter(text: string, token: Token, context: ParameterContext): ParameterReading | null {
  if (token.kind === 'positional') return { use: positionalReference(text, token), problem: null };
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
    return { mark: null, problem: { offset: at - name.length - 1, code: 'ND2024', message, hint } };
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
    code: 'ND2025',
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

type Place = Pick<Token, 'start' | 'end'>;

/** Longer statements are not repeated in a hint. */
const longestRewrite = 400;

const MOST_NAMES = 20;

/**
 * What there is to say of `$1`, `$2`, … where a statement has `:name`, too: one problem for all of them, which shows the
 * rewritten text.
 */
function mixedProblem(
  text: string,
  statement: { readonly start: number; readonly end: number },
  uses: readonly ParameterReference[],
): Problem | null {
  const tokens = uses.filter(({ positional }) => positional);
  const [first] = tokens;
  if (first === undefined || tokens.length === uses.length) return null;
  const written = (token: Place) => text.slice(token.start, token.end);
  const named = (token: Place) => `:p${written(token).slice(1)}`;
  const pairs = [...new Set(tokens.map((token) => `${named(token)} for ${written(token)}`))];
  const names = `${pairs.slice(0, MOST_NAMES).join(', ')}${pairs.length > MOST_NAMES ? ', …' : ''}`;
  const isShort = statement.end - statement.start <= longestRewrite;
  const shown = isShort ? `:\n${rewritten(text, statement, tokens, named)};` : '.';
  return {
    offset: first.start,
    code: 'ND2023',
    message: `${written(first)}: a statement with :name parameters has no positional ones.`,
    hint: `Name these, too, such as ${names}${shown}`,
  };
}

function rewritten(
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
  tokens: readonly Place[],
  named: (token: Place) => string,
): string {
  return tokens.reduceRight(
    (sql, token) => sql.slice(0, token.start - start) + named(token) + sql.slice(token.end - start),
    text.slice(start, end),
  );
}
