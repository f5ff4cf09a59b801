import type { UserId } from '../domain/user.ts';
import { NotFound } from './errors.ts';
import type { Ports } from './ports.ts';

/**
 * Deletes a user with everything that is the user's.
 * @throws NotFound if there is no such user
 */
export async function closeAccount({ unitOfWork }: Ports, id: UserId): Promise<void> {
  const deleted = await unitOfWork.run(({ users }) => users.delete(id));
  if (!deleted) throw new NotFound('No such user.');
}
