import type { CalendarDate } from '../domain/calendar-date.ts';
import type { NewTask, Task, TaskId } from '../domain/task.ts';
import type { UserId } from '../domain/user.ts';

export interface TaskFilter {
  readonly completed?: boolean;
  readonly label?: string;
  /** Tasks due on this day or later are omitted, as are those without a due date. */
  readonly dueBefore?: CalendarDate;
}

export interface Page {
  readonly limit: number;
  readonly offset: number;
}

export interface TaskSummary {
  readonly total: number;
  readonly completed: number;
  readonly overdue: number;
  readonly nextDueOn: CalendarDate | null;
}

/** Keeps tasks. Whatever it is asked for, it sees only tasks of the owner named. */
export interface TaskRepository {
  add(task: NewTask): Promise<Task>;
  find(ownerId: UserId, id: TaskId): Promise<Task | null>;
  /** As `find`, and no other unit of work can change the task until this one is done. */
  lock(ownerId: UserId, id: TaskId): Promise<Task | null>;
  /** Open tasks first, by due date (none is last), then by priority, then by age. */
  list(ownerId: UserId, filter: TaskFilter, page: Page): Promise<readonly Task[]>;
  countOpenSteps(ownerId: UserId, id: TaskId): Promise<number>;
  /** Stores what changed of a task; false if it is gone. */
  save(task: Task): Promise<boolean>;
  /** Deletes a task with its steps; false if there was none. */
  delete(ownerId: UserId, id: TaskId): Promise<boolean>;
  summarize(ownerId: UserId, today: CalendarDate): Promise<TaskSummary>;
}
