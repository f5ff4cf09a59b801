import { isOverdue, type Task } from '../domain/task.ts';
import type { UserId } from '../domain/user.ts';
import type { Ports } from './ports.ts';
import type { Page, TaskFilter, TaskSummary } from './task-repository.ts';

export interface TaskOverview {
  readonly summary: TaskSummary;
  readonly tasks: readonly (Task & { readonly overdue: boolean })[];
}

/** One page of the owner's tasks, and the figures over all of them. */
export async function showTasks(
  { unitOfWork, clock }: Ports,
  ownerId: UserId,
  filter: TaskFilter = {},
  page: Page = { limit: 20, offset: 0 },
): Promise<TaskOverview> {
  const today = clock.today();
  return unitOfWork.run(async ({ tasks }) => {
    const found = await tasks.list(ownerId, filter, page);
    return {
      summary: await tasks.summarize(ownerId, today),
      tasks: found.map((task) => ({ ...task, overdue: isOverdue(task, today) })),
    };
  });
}
