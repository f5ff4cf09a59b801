import { toCalendarDate } from '../domain/calendar-date.ts';
import { toPriority } from '../domain/priority.ts';
import { planTask, type Task, type TaskId } from '../domain/task.ts';
import { toTitle } from '../domain/title.ts';
import type { UserId } from '../domain/user.ts';
import { NotFound } from './errors.ts';
import type { Ports } from './ports.ts';

export interface TaskInput {
  readonly title: string;
  readonly notes?: string;
  readonly priority?: string;
  readonly labels?: readonly string[];
  readonly dueOn?: string;
  /** The task that the new one is a step of. */
  readonly parentId?: TaskId;
}

/** @throws RuleViolation, or NotFound if the parent is not there */
export async function addTask(
  { unitOfWork, clock }: Ports,
  ownerId: UserId,
  input: TaskInput,
): Promise<Task> {
  const details = {
    title: toTitle(input.title),
    notes: input.notes ?? null,
    priority: toPriority(input.priority ?? 'normal'),
    labels: input.labels ?? [],
    dueOn: input.dueOn === undefined ? null : toCalendarDate(input.dueOn),
  };
  return unitOfWork.run(async ({ tasks }) => {
    // Locked, so that the parent is not completed while a step is being added to it.
    const parent = input.parentId === undefined ? null : await tasks.lock(ownerId, input.parentId);
    if (input.parentId !== undefined && parent === null) throw new NotFound('No such task.');
    return tasks.add(planTask(ownerId, details, parent, clock.today()));
  });
}
