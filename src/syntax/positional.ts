import type { Token } from './lexer.ts';
import type { Problem } from './problem.ts';

/** Longer statements are not repeated in a hint. */
const longestRewrite = 400;

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
  const rewritten = tokens.reduceRight(
    (sql, token) =>
      sql.slice(0, token.start - statement.start) + named(token) + sql.slice(token.end - statement.start),
    text.slice(statement.start, statement.end),
  );
  const pairs = [...new Set(tokens.map((token) => `${named(token)} for ${written(token)}`))].join(', ');
  const shown = rewritten.length > longestRewrite ? '.' : `:\n${rewritten};`;
  return {
    offset: first.start,
    message: `${written(first)}: positional parameters are not read here.`,
    hint: `Write the header as sqlc does (-- name: GetCar :one), or name the parameters, such as ${pairs}${shown}`,
  };
}
