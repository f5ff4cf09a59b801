import { toCalendarDate } from '../domain/calendar-date.ts';
import { toPriority } from '../domain/priority.ts';
import { changeTask as change, type Task, type TaskDetails, type TaskId } from '../domain/task.ts';
import { toTitle } from '../domain/title.ts';
import type { UserId } from '../domain/user.ts';
import { NotFound } from './errors.ts';
import type { Ports } from './ports.ts';

/** What is omitted stays as it is; null takes away. */
export interface TaskChanges {
  readonly title?: string;
  readonly notes?: string | null;
  readonly priority?: string;
  readonly labels?: readonly string[];
  readonly dueOn?: string | null;
}

/** @throws RuleViolation, or NotFound if the owner has no such task */
export async function changeTask(
  { unitOfWork, clock }: Ports,
  ownerId: UserId,
  id: TaskId,
  changes: TaskChanges,
): Promise<Task> {
  const details = toDetails(changes);
  return unitOfWork.run(async ({ tasks }) => {
    const task = await tasks.lock(ownerId, id);
    if (task === null) throw new NotFound('No such task.');
    const changed = change(task, details, clock.today());
    await tasks.save(changed);
    return changed;
  });
}

function toDetails({ title, notes, priority, labels, dueOn }: TaskChanges): Partial<TaskDetails> {
  return {
    ...(title === undefined ? {} : { title: toTitle(title) }),
    ...(notes === undefined ? {} : { notes }),
    ...(priority === undefined ? {} : { priority: toPriority(priority) }),
    ...(labels === undefined ? {} : { labels }),
    ...(dueOn === undefined ? {} : { dueOn: dueOn === null ? null : toCalendarDate(dueOn) }),
  };
}
