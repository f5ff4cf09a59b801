import { randomUUID } from 'node:crypto';
import { EmailTaken } from '../../../examples/tasks/application/errors.ts';
import type { Repositories, UnitOfWork } from '../../../examples/tasks/application/ports.ts';
import type { TaskRepository } from '../../../examples/tasks/application/task-repository.ts';
import type { UserRepository } from '../../../examples/tasks/application/user-repository.ts';
import { isOverdue, type Task } from '../../../examples/tasks/domain/task.ts';
import type { User } from '../../../examples/tasks/domain/user.ts';

interface Store {
  readonly tasks: Map<string, Task>;
  readonly users: Map<string, User>;
}

/** The ports without a database: work that throws is undone by forgetting the copy it was done on. */
export function memoryUnitOfWork(): UnitOfWork {
  let store: Store = { tasks: new Map(), users: new Map() };
  return {
    async run(work) {
      const copy = { tasks: new Map(store.tasks), users: new Map(store.users) };
      const result = await work(repositories(copy));
      store = copy;
      return result;
    },
  };
}

function repositories(store: Store): Repositories {
  return { tasks: taskRepository(store), users: userRepository(store) };
}

function taskRepository({ tasks }: Store): TaskRepository {
  const of = (ownerId: string) => [...tasks.values()].filter((task) => task.ownerId === ownerId);
  const find = async (ownerId: string, id: string) => of(ownerId).find((task) => task.id === id) ?? null;
  return {
    find,
    lock: find,
    async add(task) {
      const added = { ...task, id: randomUUID(), completed: false, createdAt: new Date() };
      tasks.set(added.id, added);
      return added;
    },
    async list(ownerId, { completed, label, dueBefore }, { limit, offset }) {
      return of(ownerId)
        .filter((task) => completed === undefined || task.completed === completed)
        .filter((task) => label === undefined || task.labels.includes(label))
        .filter((task) => dueBefore === undefined || (task.dueOn !== null && task.dueOn < dueBefore))
        .sort((a, b) => sortKey(a).localeCompare(sortKey(b)))
        .slice(offset, offset + limit);
    },
    async countOpenSteps(ownerId, id) {
      return of(ownerId).filter((task) => task.parentId === id && !task.completed).length;
    },
    async save(task) {
      if ((await find(task.ownerId, task.id)) === null) return false;
      tasks.set(task.id, task);
      return true;
    },
    async delete(ownerId, id) {
      if ((await find(ownerId, id)) === null) return false;
      remove(id);
      return true;
    },
    async summarize(ownerId, today) {
      const all = of(ownerId);
      const open = all.filter((task) => !task.completed);
      const dueDates = open.flatMap((task) => task.dueOn ?? []).sort();
      return {
        total: all.length,
        completed: all.length - open.length,
        overdue: open.filter((task) => isOverdue(task, today)).length,
        nextDueOn: dueDates[0] ?? null,
      };
    },
  };

  function remove(id: string): void {
    tasks.delete(id);
    for (const task of [...tasks.values()]) if (task.parentId === id) remove(task.id);
  }
}

function userRepository({ users, tasks }: Store): UserRepository {
  const withEmail = (email: string) => [...users.values()].find((user) => user.email === email) ?? null;
  return {
    async add(user) {
      if (withEmail(user.email) !== null) throw new EmailTaken();
      const added = { ...user, id: randomUUID() };
      users.set(added.id, added);
      return added;
    },
    findByEmail: async (email) => withEmail(email),
    async delete(id) {
      for (const task of [...tasks.values()]) if (task.ownerId === id) tasks.delete(task.id);
      return users.delete(id);
    },
  };
}

/** Maps keep insertion order and `sort` is stable: age needs no key. */
function sortKey({ completed, dueOn, priority }: Task): string {
  return `${Number(completed)} ${dueOn ?? '9999-99-99'} ${['high', 'normal', 'low'].indexOf(priority)}`;
}
