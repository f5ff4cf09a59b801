import { type DatabaseContext, databaseFixtures } from 'nodrift/testing';
import { transaction } from 'nodrift-runtime';
import { test as base, expect } from 'vitest';
import { toEmail } from '../../../examples/tasks/domain/email.ts';
import { toTitle } from '../../../examples/tasks/domain/title.ts';
import { createTaskRepository } from '../../../examples/tasks/infra/task-repository.ts';
import { createUserRepository } from '../../../examples/tasks/infra/user-repository.ts';
import { related } from '../../../queries/schema.factories.ts';

const test = base.extend<DatabaseContext>(databaseFixtures());

const task = { parentId: null, notes: null, priority: 'normal', labels: [], dueOn: null } as const;

test('a task is found by its owner only', async ({ db }) => {
  const users = createUserRepository(db);
  const ada = await users.add({ email: toEmail('ada@example.com'), name: 'Ada' });
  const ben = await users.add({ email: toEmail('ben@example.com'), name: 'Ben' });
  const tasks = createTaskRepository(db);
  const milk = await tasks.add({ ...task, ownerId: ada.id, title: toTitle('Buy milk') });
  expect(await tasks.find(ada.id, milk.id)).toEqual(milk);
  expect(await tasks.find(ben.id, milk.id)).toBeNull();
});

test('each test begins without rows, and transactions work in it', async ({ db }) => {
  const ada = { email: toEmail('ada@example.com'), name: 'Ada' };
  const failing = transaction(db, async (tx) => {
    await createUserRepository(tx).add(ada);
    throw new Error('undone');
  });
  await expect(failing).rejects.toThrow('undone');
  expect(await createUserRepository(db).findByEmail(ada.email)).toBeNull();
});

test('the steps of a task that are open are counted', async ({ db }) => {
  const steps = [{ completed: true }, {}, {}];
  const [house] = await related(db, 'tasks', { title: 'Move house' }, { tasks: steps });
  expect(await createTaskRepository(db).countOpenSteps(house.userId, house.id)).toBe(2);
});
