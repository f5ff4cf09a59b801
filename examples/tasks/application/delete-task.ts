import type { TaskId } from '../domain/task.ts';
import type { UserId } from '../domain/user.ts';
import { NotFound } from './errors.ts';
import type { Ports } from './ports.ts';

/**
 * Deletes a task with its steps.
 * @throws NotFound if the owner has no such task
 */
export async function deleteTask({ unitOfWork }: Ports, ownerId: UserId, id: TaskId): Promise<void> {
  const deleted = await unitOfWork.run(({ tasks }) => tasks.delete(ownerId, id));
  if (!deleted) throw new NotFound('No such task.');
}
