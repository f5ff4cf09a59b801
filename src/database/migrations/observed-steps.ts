import type { Client } from 'pg';
import { runScript, ScriptError } from '../server/script.ts';
import { type ScriptStatement, splitStatements } from '../server/split-statements.ts';
import { findWord, wordAt } from '../server/words.ts';

/** A statement of a migration as it was sent. */
export interface SentStatement {
  /** Where several go out together, the first of them. */
  readonly sql: string;
  /** All that went out. */
  readonly text: string;
  /** Where it begins in the file's text; null for what a program made. */
  readonly offset: number | null;
}

/** Considers the session around each statement of a migration. */
export interface StatementObserver {
  /** Called in the transaction that the next statement runs in, before it runs. */
  began(client: Client): Promise<void>;
  /** Called after a statement, in its transaction. */
  ran(client: Client, statement: SentStatement): Promise<void>;
  /** Called after a statement that refuses to run in a transaction; `began` was called right before it. */
  ranAlone(client: Client, statement: SentStatement): Promise<void>;
}

/**
 * Sends the statements of one message one by one, except INSERTs that follow each other, in the transaction that
 * Postgres would have made of the message (PostgreSQL documentation, 54.2.2.1).
 * @param offset where the message begins in the file; null for what a program made
 * @throws ScriptError as runScript throws it for the whole message; Failure (3) where the connection is lost
 */
export async function runObserved(
  client: Client,
  message: string,
  offset: number | null,
  observer: StatementObserver,
): Promise<void> {
  const statements = splitStatements(message);
  const sending: Sending = { client, observer, opened: false, alone: statements.length === 1 };
  for (let completed = 0; completed < statements.length; ) {
    const group = groupAt(message, statements, completed);
    const [first, last] = [group[0], group.at(-1)];
    if (first === undefined || last === undefined) break;
    const { start } = first;
    const sql = message.slice(start, last.end);
    const sent = { sql: message.slice(start, first.end), text: sql };
    const seen = { ...sent, offset: offset === null ? null : offset + start };
    try {
      if (needsBlock(message, first, sending)) {
        await rollBack(sending);
        await runScript(client, sql);
      } else if (controlsTransaction(message, first)) await sendControl(sending, sql);
      else await sendStatement(sending, sql, seen);
    } catch (error) {
      await rollBack(sending);
      throw error instanceof ScriptError ? ofMessage(error, { message, start, completed }) : error;
    }
    completed += group.length;
  }
  try {
    if (sending.opened && isInTransaction(client)) await runScript(client, 'COMMIT');
  } catch (error) {
    // What is deferred fails here: Postgres commits a message before it says that its last statement is complete.
    const completed = statements.length - 1;
    await rollBack(sending);
    throw error instanceof ScriptError ? ofMessage(error, { message, start: 0, completed }) : error;
  }
}

interface Sending {
  readonly client: Client;
  readonly observer: StatementObserver;
  /** Whether the transaction is the one of the message, not one that the script has begun. */
  opened: boolean;
  /** Whether the message has no other statement. */
  readonly alone: boolean;
}

async function sendControl(sending: Sending, sql: string): Promise<void> {
  const { client, observer } = sending;
  const was = isInTransaction(client);
  await runScript(client, sql);
  // BEGIN makes a block of the message's transaction, and the others end it.
  sending.opened = false;
  if (isInTransaction(client) && !(was && /^(BEGIN|START)/i.test(sql))) await observer.began(client);
}

/** INSERTs that follow each other go out together: there can be thousands, and none locks what another does not. */
function groupAt(
  script: string,
  statements: readonly ScriptStatement[],
  from: number,
): readonly ScriptStatement[] {
  const isInsert = (statement: ScriptStatement | undefined) =>
    statement !== undefined && wordAt({ script, tokens: statement.tokens }, 0) === 'INSERT';
  let end = from + 1;
  if (isInsert(statements[from])) while (isInsert(statements[end])) end += 1;
  return statements.slice(from, end);
}

async function sendStatement(sending: Sending, sql: string, statement: SentStatement): Promise<void> {
  const { client, observer, alone } = sending;
  const was = isInTransaction(client);
  if (!was) {
    await runScript(client, 'BEGIN');
    sending.opened = true;
    await observer.began(client);
  }
  try {
    await runScript(client, sql);
  } catch (error) {
    if (was || !alone || !refusesTransaction(error)) throw error;
    await rollBack(sending);
    await runScript(client, sql);
    await observer.ranAlone(client, statement);
    return;
  }
  await observer.ran(client, statement);
}

async function rollBack(sending: Sending): Promise<void> {
  if (sending.opened) await sending.client.query('ROLLBACK').catch(() => {});
  sending.opened = false;
}

function isInTransaction(client: Client): boolean {
  return client.getTransactionStatus() !== 'I';
}

/** Whether a statement begins or ends a transaction; one that only goes back to a savepoint does not. */
function controlsTransaction(script: string, { tokens }: ScriptStatement): boolean {
  const words = { script, tokens };
  return /^(BEGIN|START|COMMIT|END|ROLLBACK|ABORT)$/.test(wordAt(words, 0)) && findWord(words, 'TO') === -1;
}

/** Whether Postgres refuses a statement here that it would take in a transaction that BEGIN has begun. */
function needsBlock(
  script: string,
  { tokens }: ScriptStatement,
  { client, opened, alone }: Sending,
): boolean {
  if (isInTransaction(client) && !opened) return false;
  const words = { script, tokens };
  const word = wordAt(words, 0);
  if (/^(SAVEPOINT|RELEASE)$/.test(word)) return true;
  return word === 'ROLLBACK' ? findWord(words, 'TO') !== -1 : alone && /^(LOCK|DECLARE)$/.test(word);
}

/** 25001 active_sql_transaction; 2D000 invalid_transaction_termination is of procedures that end a transaction. */
function refusesTransaction(error: unknown): boolean {
  return error instanceof ScriptError && /^(25001|2D000)$/.test(error.failed.error.code ?? '');
}

/** The error of a statement as the whole message would have failed. */
function ofMessage(
  { failed: { error, completed: before } }: ScriptError,
  position: { readonly message: string; readonly start: number; readonly completed: number },
): ScriptError {
  const { message, start, completed } = position;
  if (error.position !== undefined)
    error.position = String(Number(error.position) + Array.from(message.slice(0, start)).length);
  return new ScriptError({ sql: message, error, completed: completed + before });
}
