import type { CalendarDate } from './calendar-date.ts';
import type { Priority } from './priority.ts';
import { RuleViolation } from './rule-violation.ts';
import type { Title } from './title.ts';
import type { UserId } from './user.ts';

/** A task's id: a UUID. */
export type TaskId = string;

/** What the owner decides about a task. */
export interface TaskDetails {
  readonly title: Title;
  readonly notes: string | null;
  readonly priority: Priority;
  readonly labels: readonly string[];
  readonly dueOn: CalendarDate | null;
}

export interface Task extends TaskDetails {
  readonly id: TaskId;
  readonly ownerId: UserId;
  /** The task that this one is a step of; null at the top. */
  readonly parentId: TaskId | null;
  readonly completed: boolean;
  readonly createdAt: Date;
}

/** A task that has not been stored: it gets its id there. */
export type NewTask = Omit<Task, 'id' | 'completed' | 'createdAt'>;

/**
 * @param parent the task that the new one is a step of, if any
 * @throws RuleViolation if it would be overdue from the start, or the parent is completed
 */
export function planTask(
  ownerId: UserId,
  details: TaskDetails,
  parent: Task | null,
  today: CalendarDate,
): NewTask {
  if (parent?.completed) throw new RuleViolation('A completed task takes no further steps.');
  return { ownerId, parentId: parent?.id ?? null, ...details, ...withinRules(details, today) };
}

/** @throws RuleViolation if the task is completed, or what changes breaks a rule */
export function changeTask(task: Task, changes: Partial<TaskDetails>, today: CalendarDate): Task {
  if (task.completed) throw new RuleViolation('A completed task cannot be changed.');
  return { ...task, ...changes, ...withinRules(changes, today) };
}

/**
 * Completing a completed task changes nothing.
 * @throws RuleViolation if steps of it are still open
 */
export function completeTask(task: Task, openSteps: number): Task {
  if (openSteps > 0) throw new RuleViolation(`Still open: ${openSteps} of its steps.`);
  return { ...task, completed: true };
}

/** Whether the task should have been completed before today. */
export function isOverdue(task: Task, today: CalendarDate): boolean {
  return !task.completed && task.dueOn !== null && task.dueOn < today;
}

const mostLabels = 10;

function withinRules(details: Partial<TaskDetails>, today: CalendarDate): Partial<TaskDetails> {
  if (details.dueOn && details.dueOn < today) throw new RuleViolation('A task cannot be due in the past.');
  if (details.labels === undefined) return {};
  const labels = [...new Set(details.labels.map((label) => label.trim().toLowerCase()))];
  if (labels.includes('')) throw new RuleViolation('A label cannot be empty.');
  if (labels.length > mostLabels) throw new RuleViolation(`A task has at most ${mostLabels} labels.`);
  return { labels };
}
