import { positionAt } from '../diagnostic.ts';
import { type Token, tokensOf } from '../sql/lexer.ts';
import { fileOffset, sqlOffsetOfPosition } from '../sql/postgres-text.ts';
import type { Statement } from '../sql/statement.ts';
import type { ServerError } from './server-error.ts';

/** A parameter whose type does not fit one of its uses, as another use gives it that type. */
interface TypeConflict {
  /** n of `$n`. */
  readonly slot: number;
  /** What Postgres took it for; null: its message names other types, too. */
  readonly type: string | null;
  /** What fits here; null: unknown. */
  readonly wanted: string | null;
  /** Where the other uses are, such as `line 3`. */
  readonly others: readonly string[];
}

/**
 * Finds the parameter that an error is about where it has several uses: its type is that of the use which Postgres analyses
 * first, and the message only says that another one does not fit.
 * @param text the file's
 */
export function typeConflict(statement: Statement, error: ServerError, text: string): TypeConflict | null {
  if (error.position === null) return null;
  const { sql } = statement;
  const at = sqlOffsetOfPosition(sql, error.position);
  const tokens = [...tokensOf(sql)];
  const index = tokens.findIndex(({ start }) => start === at);
  const found = failingUse(tokens, index, error, sql);
  if (found === null) return null;
  const { use, type, wanted } = found;
  const name = sql.slice(use.start, use.end);
  const here = positionAt(text, fileOffset(statement, at));
  const others = tokens
    .filter((one) => isUse(one) && one !== use && sql.slice(one.start, one.end) === name)
    .map(({ start }) => positionAt(text, fileOffset(statement, start)))
    .map(({ line, column }) => (line === here.line ? `column ${column}` : `line ${line}`));
  return others.length === 0
    ? null
    : { slot: Number(name.slice(1)), type, wanted, others: [...new Set(others)] };
}

/** The use of a parameter that an error is about, with the types that its message names; null: none. */
function failingUse(
  tokens: readonly Token[],
  index: number,
  { sqlstate, message, detail }: ServerError,
  sql: string,
): { readonly use: Token; readonly type: string | null; readonly wanted: string | null } | null {
  const [here, before] = [tokens[index], tokens[index - 1]];
  if (here === undefined) return null;
  switch (sqlstate) {
    // 42P08 ambiguous_parameter, 42804 datatype_mismatch: at the parameter
    case '42P08':
    case '42804': {
      const [, first = null, second = null] =
        /^(.+) versus (.+)$/.exec(detail ?? '') ??
        /types (.+) and (.+) cannot be matched/.exec(message) ??
        [];
      if (!isUse(here)) return null;
      const [type, wanted] = sqlstate === '42P08' ? [first, second] : [second, first];
      return type === null ? null : { use: here, type, wanted };
    }
    // 42883 undefined_function: at the operator, or at the function's name
    case '42883': {
      const operands = /operator does not exist: (.+?) \S+ (.+)$/.exec(message);
      if (operands === null) {
        const use = isCall(tokens, index) ? within(tokens, index + 1) : undefined;
        return use === undefined ? null : { use, type: null, wanted: null };
      }
      const [, left = '', right = ''] = operands;
      if (before !== undefined && isUse(before)) return { use: before, type: left, wanted: right };
      let next = index + 1;
      // NOT IN, LIKE ANY (…)
      while (tokens[next]?.kind === 'word' && isQuantifier(tokens[next], sql)) next += 1;
      const following = tokens[next];
      if (following === undefined) return null;
      const use = isUse(following) ? following : following.kind === '(' ? within(tokens, next) : undefined;
      return use === undefined ? null : { use, type: right, wanted: left };
    }
    default:
      return null;
  }
}

function isUse({ kind }: Token): boolean {
  return kind === 'positional';
}

function isCall(tokens: readonly Token[], index: number): boolean {
  return tokens[index]?.kind === 'word' && tokens[index + 1]?.kind === '(';
}

function isQuantifier(token: Token | undefined, sql: string): boolean {
  return (
    token !== undefined && /^(?:not|in|like|ilike|any|all|some)$/i.test(sql.slice(token.start, token.end))
  );
}

/** The only use of a parameter directly in the parentheses that open at an index. */
function within(tokens: readonly Token[], open: number): Token | undefined {
  const found: Token[] = [];
  let depth = 0;
  for (const token of tokens.slice(open)) {
    if (token.kind === ')') depth -= 1;
    if (depth === 0 && token.kind === ')') break;
    if (depth === 1 && isUse(token)) found.push(token);
    if (token.kind === '(') depth += 1;
  }
  return found.length === 1 ? found[0] : undefined;
}
