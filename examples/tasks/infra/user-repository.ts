import { type Connection, isUniqueViolation } from 'nodrift-runtime';
import { createUser, deleteUser, findUserByEmail } from '../../../queries/users.queries.ts';
import { EmailTaken } from '../application/errors.ts';
import type { UserRepository } from '../application/user-repository.ts';
import { toEmail } from '../domain/email.ts';

/** Users in Postgres. */
export function createUserRepository(db: Connection): UserRepository {
  return {
    async add(user) {
      try {
        const { id, email, name } = await createUser(db, user);
        return { id, email: toEmail(email), name };
      } catch (error) {
        if (isUniqueViolation(error, createUser, 'users_email_key')) throw new EmailTaken();
        throw error;
      }
    },
    async findByEmail(email) {
      const row = await findUserByEmail(db, { email });
      return row && { ...row, email: toEmail(row.email) };
    },
    async delete(id) {
      return (await deleteUser(db, { id })) > 0;
    },
  };
}
