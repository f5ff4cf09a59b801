import { tokensOf } from '../sql/lexer.ts';
import { fileOffset, parameterUses } from '../sql/postgres-text.ts';
import type { Slot, Statement } from '../sql/statement.ts';
import type { Cardinality } from './cardinality/block.ts';
import { type Facts, notNull, unknownFacts } from './facts.ts';
import type { StatementProblem } from './statement-problem.ts';
import type { FieldDescription } from './wire.ts';

/** What is known of a utility statement's result. */
export interface UtilityResult {
  readonly rows: Cardinality;
  /** Of each column of the result. */
  readonly facts: Facts;
}

/** pg_type's OIDs of `json` and `xml`. */
const STRUCTURED = new Set([114, 142]);

const unknown: Cardinality = { min: 0, max: null };
const exactlyOne: Cardinality = { min: 1, max: 1 };

/**
 * What Postgres defines of a utility statement's result. Its text says which statement it is: PostgreSQL 14 and 15 don't
 * show its tree.
 */
export function utilityResult(sql: string, fields: readonly FieldDescription[] | null): UtilityResult {
  const [first] = fields ?? [];
  if (first === undefined) return { rows: unknown, facts: unknownFacts };
  switch (commandWord(sql)) {
    case 'CALL':
      // The output parameters. A procedure that returns no row fails.
      return { rows: exactlyOne, facts: unknownFacts };
    case 'SHOW':
      // SHOW ALL has three columns. A setting without a value is an empty string.
      return fields?.length === 1
        ? { rows: exactlyOne, facts: notNull }
        : { rows: unknown, facts: unknownFacts };
    case 'EXPLAIN':
      // As text it has a row for each line.
      return { rows: STRUCTURED.has(first.dataTypeID) ? exactlyOne : unknown, facts: notNull };
    default:
      return { rows: unknown, facts: unknownFacts };
  }
}

/**
 * Why no query function can do what a utility statement says, although Postgres accepts it.
 * @param paramCount how many parameters the server described
 */
export function utilityProblems(
  statement: Statement,
  fields: readonly FieldDescription[] | null,
  paramCount: number,
): readonly StatementProblem[] {
  const offset = statementOffset(statement);
  const problems = undescribedParameters(statement, paramCount);
  switch (commandWord(statement.sql)) {
    case 'COPY':
      return [...problems, ...copyProblems(statement)];
    case 'FETCH':
      if (fields !== null) return problems;
      return [
        ...problems,
        {
          offset,
          code: 'ND3007',
          message: 'the columns of FETCH are only known while its cursor is open',
          hint: "Write the query of the cursor instead, and call its function's `iterate`, which fetches through a cursor.",
        },
      ];
    default:
      return problems;
  }
}

/**
 * What is wrong with the command of a utility statement.
 * @param offset the command's, in the file's text
 */
export function utilityRowsProblem(
  { command, assertedSingleRow }: Statement,
  { max }: Cardinality,
  fields: readonly FieldDescription[],
  offset: number,
): readonly StatementProblem[] {
  const single = command === 'one' || command === 'maybe';
  if (!single && command !== 'many') return [];
  if (fields.length === 0) {
    return [
      {
        offset,
        code: 'ND3003',
        message: `it is marked :${command}, but Postgres does not describe any rows of the statement`,
        hint: 'Mark it :exec.',
      },
    ];
  }
  if (!single || assertedSingleRow || (max !== null && max <= 1)) return [];
  return [
    {
      offset,
      code: 'ND3006',
      message: `it is marked :${command}, but nothing proves that it returns at most one row`,
      hint: `Mark it :many, or :${command}! to assert it.`,
    },
  ];
}

function statementOffset(statement: Statement): number {
  for (const { start } of tokensOf(statement.sql)) return fileOffset(statement, start);
  return statement.offset;
}

function commandWord(sql: string): string {
  for (const { kind, start, end } of tokensOf(sql))
    return kind === 'word' ? sql.slice(start, end).toUpperCase() : '';
  return '';
}

/** Postgres parses what most utility statements hold only when it runs them, without the parameters. */
function undescribedParameters(statement: Statement, paramCount: number): readonly StatementProblem[] {
  return parameterUses(statement).flatMap(({ param, start }) => {
    const found = statement.params[param];
    if (found === undefined) return [];
    const [slot] = 'fields' in found ? found.fields : [found];
    if (slot === undefined || slot.index <= paramCount) return [];
    return [
      {
        offset: start,
        code: 'ND3008',
        message: `Postgres does not allow parameters in this statement, such as ${asWritten(statement, slot)}`,
        hint: 'Write the value itself, or call a function that runs the statement with EXECUTE format(…).',
      },
    ];
  });
}

/** As the file has the parameter: in sqlc's files it does not begin with a colon. */
function asWritten({ sqlc }: Statement, { name, index, positional }: Slot): string {
  return positional === true ? `$${index}` : `${sqlc === true ? '@' : ':'}${name}`;
}

/** COPY from and to the client has a protocol of its own; from and to the server's files it runs as any statement. */
function copyProblems(statement: Statement): readonly StatementProblem[] {
  const { sql } = statement;
  const tokens = [...tokensOf(sql)];
  const text = (index: number) => {
    const token = tokens[index];
    return token === undefined ? '' : sql.slice(token.start, token.end).toUpperCase();
  };
  let depth = 0;
  for (const [i, { kind }] of tokens.entries()) {
    if (kind === '(') depth++;
    if (kind === ')') depth--;
    // After a dot it is a name.
    if (depth > 0 || kind !== 'word' || text(i - 1) === '.') continue;
    const direction = text(i);
    if (direction !== 'FROM' && direction !== 'TO') continue;
    const client = tokens[i + 1];
    if (client === undefined || !/^(STDIN|STDOUT)$/.test(text(i + 1))) return [];
    const offset = fileOffset(statement, client.start);
    return [
      direction === 'FROM'
        ? {
            offset,
            code: 'ND3009',
            message: 'COPY FROM STDIN reads its rows from the client, and a query function cannot send them',
            hint: 'Write INSERT … VALUES (:a, :b), and send the rows with COPY: copyFrom(db, query, rows).',
          }
        : {
            offset,
            code: 'ND3009',
            message: 'COPY TO STDOUT sends its rows to the client, and a query function does not get them',
            hint: 'Write the query itself, and receive its rows with COPY: copyTo(db, query). Its `iterate` reads large results, too.',
          },
    ];
  }
  return [];
}
