import { QueryError } from './errors.ts';

/** A transaction was used in a way that it cannot be, or came to nothing. */
export class TransactionError extends QueryError {
  constructor(statement: string, message: string) {
    super({ name: statement, file: 'transaction' }, 'TransactionError', message);
  }
}
