import { type Connection, transaction } from 'nodrift-runtime';
import type { UnitOfWork } from '../application/ports.ts';
import { createTaskRepository } from './task-repository.ts';
import { createUserRepository } from './user-repository.ts';

/** One transaction for each piece of work. */
export function createUnitOfWork(db: Connection): UnitOfWork {
  return {
    run: (work) =>
      transaction(db, (tx) => work({ tasks: createTaskRepository(tx), users: createUserRepository(tx) })),
  };
}
