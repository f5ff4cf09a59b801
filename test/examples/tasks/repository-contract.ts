import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EmailTaken } from '../../../examples/tasks/application/errors.ts';
import type { Repositories, UnitOfWork } from '../../../examples/tasks/application/ports.ts';
import { toCalendarDate } from '../../../examples/tasks/domain/calendar-date.ts';
import { toEmail } from '../../../examples/tasks/domain/email.ts';
import type { NewTask } from '../../../examples/tasks/domain/task.ts';
import { toTitle } from '../../../examples/tasks/domain/title.ts';
import type { User } from '../../../examples/tasks/domain/user.ts';

export interface Opened {
  readonly unitOfWork: UnitOfWork;
  close(): Promise<void>;
}

const unknownId = '00000000-0000-4000-8000-000000000000';
const everything = { limit: 100, offset: 0 };

/** What the ports promise, held against an implementation: the fake must not be kinder than Postgres. */
export function repositoryContract(name: string, open: () => Promise<Opened>): void {
  describe(name, () => {
    let opened: Opened;
    let users = 0;
    let ada: User;
    let ben: User;

    const run = <T>(work: (repositories: Repositories) => Promise<T>) => opened.unitOfWork.run(work);
    const newUser = () => {
      users += 1;
      return { email: toEmail(`user${users}@example.com`), name: `User ${users}` };
    };
    const newTask = (title: string, parts: Partial<NewTask> = {}): NewTask => ({
      ownerId: ada.id,
      parentId: null,
      title: toTitle(title),
      notes: null,
      priority: 'normal',
      labels: [],
      dueOn: null,
      ...parts,
    });

    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened?.close());
    beforeEach(async () => {
      ada = await run((r) => r.users.add(newUser()));
      ben = await run((r) => r.users.add(newUser()));
    });

    test('gives back a task as it was added', async () => {
      const draft = newTask('Büro räumen 🧹', {
        notes: `a 'quoted' "note"\nwith \\ and ?`,
        priority: 'high',
        labels: ['home', 'a,b', '{c}', 'NULL', ' "'],
        dueOn: toCalendarDate('2025-03-31'),
      });
      const added = await run((r) => r.tasks.add(draft));
      expect(added).toEqual({
        ...draft,
        id: expect.any(String),
        completed: false,
        createdAt: expect.any(Date),
      });
      expect(await run((r) => r.tasks.find(ada.id, added.id))).toEqual(added);
      expect(await run((r) => r.tasks.lock(ada.id, added.id))).toEqual(added);
    });

    test("never touches another user's task", async () => {
      const task = await run((r) => r.tasks.add(newTask('Private')));
      expect(await run((r) => r.tasks.find(ben.id, task.id))).toBeNull();
      expect(await run((r) => r.tasks.lock(ben.id, task.id))).toBeNull();
      expect(await run((r) => r.tasks.list(ben.id, {}, everything))).toEqual([]);
      expect(await run((r) => r.tasks.save({ ...task, ownerId: ben.id, completed: true }))).toBe(false);
      expect(await run((r) => r.tasks.delete(ben.id, task.id))).toBe(false);
      const today = toCalendarDate('2025-01-01');
      expect(await run((r) => r.tasks.summarize(ben.id, today))).toMatchObject({ total: 0 });
      expect(await run((r) => r.tasks.find(ada.id, task.id))).toEqual(task);
    });

    test('stores changes, also to nothing', async () => {
      const dueOn = toCalendarDate('2025-02-03');
      const task = await run((r) => r.tasks.add(newTask('Old', { notes: 'n', labels: ['x'], dueOn })));
      const changed = {
        ...task,
        title: toTitle('New'),
        notes: null,
        labels: [],
        dueOn: null,
        completed: true,
      };
      expect(await run((r) => r.tasks.save(changed))).toBe(true);
      expect(await run((r) => r.tasks.find(ada.id, task.id))).toEqual(changed);
      expect(await run((r) => r.tasks.save({ ...changed, id: unknownId }))).toBe(false);
    });

    test('lists by state, due date, priority and age, in pages', async () => {
      const dueOn = toCalendarDate('2025-02-03');
      const drafts = [
        newTask('no date'),
        newTask('due later', { dueOn: toCalendarDate('2025-02-04') }),
        newTask('due, low', { dueOn, priority: 'low', labels: ['x'] }),
        newTask('due, high', { dueOn, priority: 'high' }),
        newTask('completed', { dueOn }),
      ];
      for (const draft of drafts) {
        await run(async ({ tasks }) => {
          const task = await tasks.add(draft);
          if (task.title === 'completed') await tasks.save({ ...task, completed: true });
        });
      }
      const list = async (filter: Parameters<Repositories['tasks']['list']>[1], page = everything) =>
        (await run((r) => r.tasks.list(ada.id, filter, page))).map((task) => task.title);

      const inOrder = ['due, high', 'due, low', 'due later', 'no date', 'completed'];
      expect(await list({})).toEqual(inOrder);
      expect(await list({}, { limit: 2, offset: 1 })).toEqual(inOrder.slice(1, 3));
      expect(await list({}, { limit: 2, offset: 5 })).toEqual([]);
      expect(await list({ completed: true })).toEqual(['completed']);
      expect(await list({ completed: false })).toEqual(inOrder.slice(0, 4));
      expect(await list({ label: 'x' })).toEqual(['due, low']);
      expect(await list({ completed: false, dueBefore: toCalendarDate('2025-02-04') })).toEqual(
        inOrder.slice(0, 2),
      );
      const today = toCalendarDate('2025-02-04');
      expect(await run((r) => r.tasks.summarize(ada.id, today))).toEqual({
        total: 5,
        completed: 1,
        overdue: 2,
        nextDueOn: dueOn,
      });
    });

    test('sums up nothing', async () => {
      const today = toCalendarDate('2025-02-04');
      expect(await run((r) => r.tasks.summarize(ada.id, today))).toEqual({
        total: 0,
        completed: 0,
        overdue: 0,
        nextDueOn: null,
      });
    });

    test('counts open steps and deletes them with their task', async () => {
      const parent = await run((r) => r.tasks.add(newTask('Parent')));
      const steps = await run(({ tasks }) =>
        Promise.all(['a', 'b'].map((title) => tasks.add(newTask(title, { parentId: parent.id })))),
      );
      expect(await run((r) => r.tasks.countOpenSteps(ada.id, parent.id))).toBe(2);
      await run(async ({ tasks }) => {
        for (const step of steps) await tasks.save({ ...step, completed: true });
      });
      expect(await run((r) => r.tasks.countOpenSteps(ada.id, parent.id))).toBe(0);
      expect(await run((r) => r.tasks.delete(ada.id, parent.id))).toBe(true);
      expect(await run((r) => r.tasks.list(ada.id, {}, everything))).toEqual([]);
      expect(await run((r) => r.tasks.delete(ada.id, parent.id))).toBe(false);
    });

    test('keeps e-mail addresses apart', async () => {
      expect(await run((r) => r.users.findByEmail(ada.email))).toEqual(ada);
      expect(await run((r) => r.users.findByEmail(toEmail('unknown@example.com')))).toBeNull();
      await expect(run((r) => r.users.add({ email: ada.email, name: 'Eve' }))).rejects.toThrow(EmailTaken);
    });

    test('deletes a user with all tasks', async () => {
      await run((r) => r.tasks.add(newTask('Left behind')));
      expect(await run((r) => r.users.delete(ada.id))).toBe(true);
      expect(await run((r) => r.users.findByEmail(ada.email))).toBeNull();
      expect(await run((r) => r.tasks.list(ada.id, {}, everything))).toEqual([]);
      expect(await run((r) => r.users.delete(ada.id))).toBe(false);
    });

    test('undoes work that throws, and stays usable', async () => {
      const failed = run(async ({ tasks }) => {
        await tasks.add(newTask('Never seen'));
        throw new Error('half-way');
      });
      await expect(failed).rejects.toThrow('half-way');
      expect(await run((r) => r.tasks.list(ada.id, {}, everything))).toEqual([]);
    });
  });
}
