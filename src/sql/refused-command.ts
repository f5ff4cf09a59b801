import type { Header } from './headers.ts';
import { tokensOf } from './lexer.ts';
import type { Problem } from './problem.ts';

interface Refusal {
  /** The words that a statement begins with. */
  readonly words: RegExp;
  /** What its commands do, as the end of a sentence. */
  readonly does: string;
  readonly hint: string;
  /** Whether it is one for temporary tables, too: `@temporary` says so. */
  readonly schema?: true;
}

const transaction: Pick<Refusal, 'does' | 'hint'> = {
  does: 'acts on the transaction of a connection, and a pool hands out another one for each query',
  hint: 'Call `transaction(db, async (tx) => …)`; one inside of another is a savepoint.',
};

/**
 * Commands that Postgres would run, and that are never right as a query function, by the words that they begin with
 * (https://www.postgresql.org/docs/18/sql-commands.html). SET CONSTRAINTS is right inside of a transaction, and the
 * commands of cursors are refused, or not, by the analysis.
 */
const refusals: readonly Refusal[] = [
  { words: /^(BEGIN|START TRANSACTION|COMMIT|END|ROLLBACK|ABORT|SAVEPOINT|RELEASE)\b/, ...transaction },
  { words: /^PREPARE TRANSACTION\b/, ...transaction },
  {
    words: /^SET (LOCAL )?(TRANSACTION|SESSION CHARACTERISTICS)\b/,
    does: transaction.does,
    hint: 'Give `transaction` its options: `{ isolation: … , readOnly: … }`.',
  },
  {
    words: /^(SET (?!CONSTRAINTS\b)|RESET\b|DISCARD\b)/,
    does: 'changes a connection, which a pool hands to others afterwards',
    hint: "Inside of a transaction write `SELECT set_config('name', :value, true)`; for all connections write ALTER ROLE … SET or ALTER DATABASE … SET into a migration.",
  },
  {
    words: /^(LISTEN|UNLISTEN)\b/,
    does: 'acts on one connection, and a pool hands out another one for each query',
    hint: 'Iterate over `listen(db, channel)` of the runtime.',
  },
  {
    words: /^(PREPARE|EXECUTE|DEALLOCATE)\b/,
    does: 'acts on one connection, and a pool hands out another one for each query',
    hint: 'Write the statement itself: query functions prepare theirs.',
  },
  {
    words: /^(VACUUM|REINDEX|CLUSTER|CHECKPOINT|LOAD)\b/,
    does: 'maintains a server',
    hint: 'Run it with psql, or with the client of your driver.',
  },
  {
    words: /^(CREATE|ALTER|DROP|COMMENT|GRANT|REVOKE|REASSIGN|SECURITY LABEL|IMPORT FOREIGN SCHEMA)\b/,
    does: 'changes the schema, so that the queries would no longer be what was analysed',
    hint: 'Write it into a migration. If it is about a temporary table, write @temporary into the header.',
    schema: true,
  },
];

const selectInto: Pick<Refusal, 'does' | 'hint'> = {
  does: 'makes a table, so that the queries would no longer be what was analysed',
  hint: 'Write INSERT INTO … SELECT into a table that a migration makes. If it is a temporary table, write @temporary into the header.',
};

/** What is wrong with a statement that can never be right as a query, with what to use instead; null for all others. */
export function refusedCommand(header: Header, body: string, offset: number): Problem | null {
  const words = leadingWords(body);
  if (/^(SELECT|WITH) |^$/.test(words)) {
    const into = header.tags.temporary ? null : intoOfSelect(body);
    return into === null ? null : problem(header, offset + into, 'SELECT INTO', selectInto);
  }
  const found = refusals.find((one) => one.words.test(words));
  if (found === undefined || (found.schema && header.tags.temporary)) return null;
  const [first] = tokensOf(body);
  return problem(header, offset + (first?.start ?? 0), words.match(found.words)?.[0].trim() ?? '', found);
}

function problem(
  { name }: Header,
  offset: number,
  command: string,
  { does, hint }: Pick<Refusal, 'does' | 'hint'>,
): Problem {
  return { offset, code: 'ND2029', message: `${name} cannot be a query: ${command} ${does}.`, hint };
}

/** Where a SELECT has INTO at its own level. It is a reserved word, but a name behind a dot and a label behind AS. */
function intoOfSelect(body: string): number | null {
  if (!/\binto\b/i.test(body)) return null;
  let depth = 0;
  let before = '';
  for (const { kind, start, end } of tokensOf(body)) {
    if (kind === '(') depth++;
    if (kind === ')') depth--;
    const word = body.slice(start, end).toUpperCase();
    if (before === '' && !/^(SELECT|WITH|\()$/.test(word)) return null;
    if (depth === 0 && kind === 'word' && word === 'INTO' && !/^(INSERT|MERGE|AS|\.)$/.test(before))
      return start;
    before = word;
  }
  return null;
}

/** The first three words, in capitals, a blank behind each. */
function leadingWords(body: string): string {
  let words = '';
  let count = 0;
  for (const { kind, start, end } of tokensOf(body)) {
    if (kind !== 'word' || count++ === 3) break;
    words += `${body.slice(start, end).toUpperCase()} `;
  }
  return words;
}
