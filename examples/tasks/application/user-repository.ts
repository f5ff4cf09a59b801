import type { Email } from '../domain/email.ts';
import type { User, UserId } from '../domain/user.ts';

export interface UserRepository {
  /** @throws EmailTaken if another user has the address */
  add(user: Omit<User, 'id'>): Promise<User>;
  findByEmail(email: Email): Promise<User | null>;
  /** Deletes a user with all tasks; false if there was none. */
  delete(id: UserId): Promise<boolean>;
}
