import type { Token } from './lexer.ts';
import type { Problem } from './problem.ts';

/** Longer statements are not repeated in a hint. */
const longestRewrite = 400;

const MOST_NAMES = 20;

/** What there is to say of `$1`, `$2`, … under a `@name`: one problem for all of them, which shows the rewritten text. */
export function positionalProblem(
  text: string,
  statement: { readonly start: number; readonly end: number },
  tokens: readonly Token[],
): Problem | null {
  const [first] = tokens;
  if (first === undefined) return null;
  const written = (token: Token) => text.slice(token.start, token.end);
  const named = (token: Token) => `:p${written(token).slice(1)}`;
  const pairs = [...new Set(tokens.map((token) => `${named(token)} for ${written(token)}`))];
  const names = `${pairs.slice(0, MOST_NAMES).join(', ')}${pairs.length > MOST_NAMES ? ', …' : ''}`;
  const isShort = statement.end - statement.start <= longestRewrite;
  const shown = isShort ? `:\n${rewritten(text, statement, tokens, named)};` : '.';
  return {
    offset: first.start,
    message: `${written(first)}: positional parameters are not read here.`,
    hint: `Write the header as sqlc does (-- name: GetCar :one), or name the parameters, such as ${names}${shown}`,
  };
}

function rewritten(
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
  tokens: readonly Token[],
  named: (token: Token) => string,
): string {
  return tokens.reduceRight(
    (sql, token) => sql.slice(0, token.start - start) + named(token) + sql.slice(token.end - start),
    text.slice(start, end),
  );
}
