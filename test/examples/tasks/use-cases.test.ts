import { beforeEach, describe, expect, test } from 'vitest';
import { addTask } from '../../../examples/tasks/application/add-task.ts';
import { changeTask } from '../../../examples/tasks/application/change-task.ts';
import { closeAccount } from '../../../examples/tasks/application/close-account.ts';
import { completeTask } from '../../../examples/tasks/application/complete-task.ts';
import { deleteTask } from '../../../examples/tasks/application/delete-task.ts';
import { EmailTaken, NotFound } from '../../../examples/tasks/application/errors.ts';
import type { Ports } from '../../../examples/tasks/application/ports.ts';
import { registerUser } from '../../../examples/tasks/application/register-user.ts';
import { showTasks } from '../../../examples/tasks/application/show-tasks.ts';
import { toCalendarDate } from '../../../examples/tasks/domain/calendar-date.ts';
import { RuleViolation } from '../../../examples/tasks/domain/rule-violation.ts';
import type { User } from '../../../examples/tasks/domain/user.ts';
import { memoryUnitOfWork } from './memory.ts';

let ports: Ports;
let today: string;
let ada: User;
let ben: User;

beforeEach(async () => {
  today = '2025-02-03';
  ports = { unitOfWork: memoryUnitOfWork(), clock: { today: () => toCalendarDate(today) } };
  ada = await registerUser(ports, { email: 'Ada@Example.com ', name: 'Ada' });
  ben = await registerUser(ports, { email: 'ben@example.com', name: 'Ben' });
});

describe('registerUser', () => {
  test('normalizes the address and leaves a first task', async () => {
    expect(ada).toEqual({ id: expect.any(String), email: 'ada@example.com', name: 'Ada' });
    const { tasks } = await showTasks(ports, ada.id);
    expect(tasks.map((task) => task.title)).toEqual(['Look around']);
  });

  test.each([
    { email: 'ada', name: 'Ada' },
    { email: 'a b@example.com', name: 'Ada' },
    { email: 'new@example.com', name: '  ' },
    { email: 'new@example.com', name: 'x'.repeat(101) },
  ])('refuses $email, $name', async (registration) => {
    await expect(registerUser(ports, registration)).rejects.toThrow(RuleViolation);
  });

  test('refuses an address that is taken, however it is spelled', async () => {
    await expect(registerUser(ports, { email: 'ADA@example.com', name: 'Eve' })).rejects.toThrow(EmailTaken);
  });
});

describe('addTask', () => {
  test('fills in what is omitted', async () => {
    expect(await addTask(ports, ada.id, { title: '  Buy milk ' })).toMatchObject({
      ownerId: ada.id,
      parentId: null,
      title: 'Buy milk',
      notes: null,
      priority: 'normal',
      labels: [],
      dueOn: null,
      completed: false,
    });
  });

  test('tidies labels', async () => {
    const task = await addTask(ports, ada.id, { title: 't', labels: [' Home', 'home', 'Work'] });
    expect(task.labels).toEqual(['home', 'work']);
  });

  test.each([
    { title: '   ' },
    { title: 'x'.repeat(201) },
    { title: 'two\nlines' },
    { title: 't', priority: 'urgent' },
    { title: 't', dueOn: '2025-02-30' },
    { title: 't', dueOn: '3 February' },
    { title: 't', dueOn: '2025-02-02' },
    { title: 't', labels: ['a', ' '] },
    { title: 't', labels: Array.from({ length: 11 }, (_, i) => `label ${i}`) },
  ])('refuses %o', async (input) => {
    await expect(addTask(ports, ada.id, input)).rejects.toThrow(RuleViolation);
  });

  test('takes what is just within the rules', async () => {
    const input = { title: '🧹'.repeat(200), dueOn: today };
    expect(await addTask(ports, ada.id, input)).toMatchObject(input);
  });

  test('takes steps of open tasks of the same owner only', async () => {
    const parent = await addTask(ports, ada.id, { title: 'Parent' });
    const step = await addTask(ports, ada.id, { title: 'Step', parentId: parent.id });
    expect(step.parentId).toBe(parent.id);
    await expect(addTask(ports, ben.id, { title: 'Step', parentId: parent.id })).rejects.toThrow(NotFound);
    await completeTask(ports, ada.id, step.id);
    await completeTask(ports, ada.id, parent.id);
    await expect(addTask(ports, ada.id, { title: 'Late', parentId: parent.id })).rejects.toThrow(
      RuleViolation,
    );
  });
});

describe('changeTask', () => {
  test('changes what is named and nothing else', async () => {
    const task = await addTask(ports, ada.id, { title: 'Old', notes: 'n', dueOn: '2025-02-05' });
    const changed = await changeTask(ports, ada.id, task.id, { title: 'New', dueOn: null });
    expect(changed).toEqual({ ...task, title: 'New', dueOn: null });
    const { tasks } = await showTasks(ports, ada.id);
    expect(tasks).toContainEqual({ ...changed, overdue: false });
  });

  test('leaves a due date that has passed meanwhile alone', async () => {
    const task = await addTask(ports, ada.id, { title: 't', dueOn: today });
    today = '2025-02-10';
    expect(await changeTask(ports, ada.id, task.id, { title: 'u' })).toMatchObject({ dueOn: '2025-02-03' });
    await expect(changeTask(ports, ada.id, task.id, { dueOn: '2025-02-09' })).rejects.toThrow(RuleViolation);
  });

  test("refuses completed tasks and another user's", async () => {
    const task = await addTask(ports, ada.id, { title: 't' });
    await expect(changeTask(ports, ben.id, task.id, { title: 'u' })).rejects.toThrow(NotFound);
    await completeTask(ports, ada.id, task.id);
    await expect(changeTask(ports, ada.id, task.id, { title: 'u' })).rejects.toThrow(RuleViolation);
  });
});

describe('completeTask', () => {
  test('waits for the steps', async () => {
    const parent = await addTask(ports, ada.id, { title: 'Parent' });
    const step = await addTask(ports, ada.id, { title: 'Step', parentId: parent.id });
    await expect(completeTask(ports, ada.id, parent.id)).rejects.toThrow('Still open: 1');
    await completeTask(ports, ada.id, step.id);
    expect(await completeTask(ports, ada.id, parent.id)).toMatchObject({ completed: true });
  });

  test("does not reach another user's task", async () => {
    const task = await addTask(ports, ada.id, { title: 't' });
    await expect(completeTask(ports, ben.id, task.id)).rejects.toThrow(NotFound);
  });
});

test('showTasks marks what is overdue', async () => {
  await addTask(ports, ada.id, { title: 'late', dueOn: today });
  await addTask(ports, ada.id, { title: 'in time', dueOn: '2025-02-04' });
  today = '2025-02-04';
  const { summary, tasks } = await showTasks(ports, ada.id);
  expect(tasks.map(({ title, overdue }) => [title, overdue])).toEqual([
    ['late', true],
    ['in time', false],
    ['Look around', false],
  ]);
  expect(summary).toEqual({ total: 3, completed: 0, overdue: 1, nextDueOn: '2025-02-03' });
});

test('deleteTask deletes once', async () => {
  const task = await addTask(ports, ada.id, { title: 't' });
  await expect(deleteTask(ports, ben.id, task.id)).rejects.toThrow(NotFound);
  await deleteTask(ports, ada.id, task.id);
  await expect(deleteTask(ports, ada.id, task.id)).rejects.toThrow(NotFound);
});

test('closeAccount frees the address', async () => {
  await closeAccount(ports, ada.id);
  await expect(closeAccount(ports, ada.id)).rejects.toThrow(NotFound);
  await registerUser(ports, { email: 'ada@example.com', name: 'Ada' });
});
