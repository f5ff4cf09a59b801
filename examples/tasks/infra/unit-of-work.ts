import type { Pool } from 'pg';
import type { UnitOfWork } from '../application/ports.ts';
import { createTaskRepository } from './task-repository.ts';
import { createUserRepository } from './user-repository.ts';

/** One transaction on one connection of the pool for each piece of work. */
export function createUnitOfWork(pool: Pool): UnitOfWork {
  return {
    async run(work) {
      const client = await pool.connect();
      let broken = false;
      try {
        await client.query('BEGIN');
        const result = await work({
          tasks: createTaskRepository(client),
          users: createUserRepository(client),
        });
        await client.query('COMMIT');
        return result;
      } catch (error) {
        // A connection that cannot even roll back is not given to anyone else.
        await client.query('ROLLBACK').catch(() => {
          broken = true;
        });
        throw error;
      } finally {
        client.release(broken);
      }
    },
  };
}
