import { type DatabaseContext, databaseFixtures } from 'nodrift/testing';
import { test as base, describe, expect, expectTypeOf } from 'vitest';
import { make, makeMany, related, type TasksRow } from '../../queries/schema.factories.ts';
import { getTask } from '../../queries/tasks.queries.ts';
import { getUser } from '../../queries/users.queries.ts';

const test = base.extend<DatabaseContext>(databaseFixtures());

describe('the functions that are generated for the sample project', () => {
  test('make rows whose keys and values are those of queries', async ({ db }) => {
    const dueOn = '2026-12-24';
    const task = await make(db, 'tasks', { title: 'Buy milk', labels: ['shop', 'a "b"'], dueOn });
    expect(task).toMatchObject({ title: 'Buy milk', completed: false, notes: null, dueOn });
    const { parentId, estimate, ...others } = task;
    expect([parentId, estimate]).toEqual([null, null]);
    expect(await getTask(db, { id: task.id, userId: task.userId })).toMatchObject(others);
    const address = { street: null, city: 'León, "Gto"', postal_code: '37000', country: null };
    const user = await make(db, 'users', { address, notifyOn: ['failed', null] });
    expect(user).toMatchObject({ address, notifyOn: ['failed', null] });
    expect(await getUser(db, { id: user.id })).toMatchObject({ address });
  });

  test('make rows of each table, with each type decoded', async ({ db }) => {
    const car = await make(db, 'cars', { thumbnail: new Uint8Array([0, 255]), soldAt: new Date(0) });
    expect(car.thumbnail).toEqual(new Uint8Array([0, 255]));
    expect(car.soldAt).toEqual(new Date(0));
    const plan = await make(db, 'financing_plans', { months: { lower: 12, upper: 25 } as never });
    expect(plan.id).toBeTypeOf('bigint');
    expect(plan.annualRate.lt(1)).toBe(true);
    expect(await make(db, 'job_tasks', { parameters: { a: [1, null] } })).toMatchObject({
      parameters: { a: [1, null] },
      startedAt: null,
    });
  });

  test('make rows that belong to one', async ({ db }) => {
    const [user, { tasks, jobs }] = await related(
      db,
      'users',
      { name: 'Ada' },
      { tasks: [{ title: 'One' }, { title: 'Two', completed: true }], jobs: 2 },
    );
    expect(tasks.map(({ userId, title }) => [userId, title])).toEqual([
      [user.id, 'One'],
      [user.id, 'Two'],
    ]);
    expect(jobs.map(({ requestedBy }) => requestedBy)).toEqual([user.id, user.id]);
    const [house, { tasks: steps }] = await related(db, 'tasks', { userId: user.id }, { tasks: 3 });
    expect(steps.map(({ parentId, userId }) => [parentId, userId])).toEqual(
      Array(3).fill([house.id, user.id]),
    );
    expect(await makeMany(db, 'tasks', 2, (i) => ({ title: `${i}` }))).toMatchObject([
      { title: '0' },
      { title: '1' },
    ]);
  });

  test('are typed', async ({ db }) => {
    const wrong = async () => {
      // @ts-expect-error no table
      await make(db, 'task');
      // @ts-expect-error no column
      await make(db, 'tasks', { titel: 'x' });
      // @ts-expect-error another type
      await make(db, 'tasks', { title: 1 });
      // @ts-expect-error a value that a CHECK refuses
      await make(db, 'tasks', { priority: 'urgent' });
      // @ts-expect-error NULL in a column that is NOT NULL
      await make(db, 'tasks', { title: null });
      // @ts-expect-error a generated column
      await make(db, 'cars', { searchText: 'x' });
      // @ts-expect-error the column of another table
      await related(db, 'users', {}, { tasks: [{ email: 'x' }] });
    };
    expect(wrong).toBeTypeOf('function');
    expectTypeOf(await make(db, 'tasks')).toEqualTypeOf<TasksRow>();
    expectTypeOf<TasksRow['priority']>().toEqualTypeOf<'low' | 'normal' | 'high'>();
    expectTypeOf<TasksRow['parentId']>().toEqualTypeOf<string | null>();
  });

  test('refuse what does not fit, without the value', async ({ db }) => {
    await expect(make(db, 'cars', { soldAt: 'secret' as never })).rejects.toThrow(
      /^make: the value of public\.cars\.sold_at does not fit its type$/,
    );
    await expect(make(db, 'tasks', { titel: 'x' } as object)).rejects.toThrow(
      'make: the table public.tasks has no column titel',
    );
    await expect(make(db, 'nope' as 'tasks')).rejects.toThrow('make: there is no table nope');
    await expect(related(db, 'cars', {}, { tasks: 1 })).rejects.toThrow(
      'related: no foreign key of public.tasks refers to public.cars',
    );
  });
});
