import { completeTask as complete, type Task, type TaskId } from '../domain/task.ts';
import type { UserId } from '../domain/user.ts';
import { NotFound } from './errors.ts';
import type { Ports } from './ports.ts';

/** @throws RuleViolation if steps of it are open, or NotFound if the owner has no such task */
export async function completeTask({ unitOfWork }: Ports, ownerId: UserId, id: TaskId): Promise<Task> {
  return unitOfWork.run(async ({ tasks }) => {
    const task = await tasks.lock(ownerId, id);
    if (task === null) throw new NotFound('No such task.');
    const completed = complete(task, await tasks.countOpenSteps(ownerId, id));
    await tasks.save(completed);
    return completed;
  });
}
