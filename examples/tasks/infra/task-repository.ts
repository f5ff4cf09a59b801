import type { Connection } from 'nodrift-runtime';
import {
  addTask,
  countOpenSubtasks,
  deleteTask,
  type GetTaskRow,
  getTask,
  listTasks,
  lockTask,
  summarizeTasks,
  updateTask,
} from '../../../queries/tasks.queries.ts';
import type { TaskRepository } from '../application/task-repository.ts';
import { toCalendarDate } from '../domain/calendar-date.ts';
import { toPriority } from '../domain/priority.ts';
import type { Task } from '../domain/task.ts';
import { toTitle } from '../domain/title.ts';

/** Tasks in Postgres. In a transaction, `lock` holds until its end. */
export function createTaskRepository(db: Connection): TaskRepository {
  return {
    async add({ ownerId, parentId, title, notes, priority, labels, dueOn }) {
      const task = { userId: ownerId, parentId, title, notes, priority, labels: [...labels], dueOn };
      return toTask(await addTask(db, { task }));
    },
    async find(ownerId, id) {
      const row = await getTask(db, { id, userId: ownerId });
      return row && toTask(row);
    },
    async lock(ownerId, id) {
      const row = await lockTask(db, { id, userId: ownerId });
      return row && toTask(row);
    },
    async list(ownerId, filter, { limit, offset }) {
      const rows = await listTasks(db, {
        userId: ownerId,
        ...filter,
        limit: BigInt(limit),
        offset: BigInt(offset),
      });
      return rows.map(toTask);
    },
    async countOpenSteps(ownerId, id) {
      const { open } = await countOpenSubtasks(db, { id, userId: ownerId });
      return Number(open);
    },
    async save({ id, ownerId, title, notes, priority, labels, dueOn, completed }) {
      const row = await updateTask(db, {
        id,
        userId: ownerId,
        title,
        notes,
        priority,
        labels: [...labels],
        dueOn,
        completed,
      });
      return row !== null;
    },
    async delete(ownerId, id) {
      return (await deleteTask(db, { id, userId: ownerId })) > 0;
    },
    async summarize(ownerId, today) {
      const { total, completed, overdue, nextDueOn } = await summarizeTasks(db, { userId: ownerId, today });
      return {
        total: Number(total),
        completed: Number(completed),
        overdue: Number(overdue),
        nextDueOn: nextDueOn === null ? null : toCalendarDate(nextDueOn),
      };
    },
  };
}

function toTask({ userId, title, priority, dueOn, updatedAt: _, ...row }: GetTaskRow): Task {
  return {
    ...row,
    ownerId: userId,
    title: toTitle(title),
    priority: toPriority(priority),
    dueOn: dueOn === null ? null : toCalendarDate(dueOn),
  };
}
