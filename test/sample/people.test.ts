import { EmptyUpdateError } from 'nodrift-runtime';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as jobs from '../../queries/jobs.queries.ts';
import * as activity from '../../queries/reports/activity.queries.ts';
import * as tasks from '../../queries/tasks.queries.ts';
import * as users from '../../queries/users.queries.ts';
import { tested } from '../support/tested.ts';
import { openSample, type SampleDatabase } from './database.ts';

describe.each(tested(['PGlite', 14, 18]))('%s', (server) => {
  let database: SampleDatabase;
  let db: SampleDatabase['client'];
  let ada: users.CreateUserRow;
  let ben: users.CreateUserRow;

  beforeAll(async () => {
    database = await openSample(server);
    db = database.client;
  });
  afterAll(() => database?.close());
  // Each test is a transaction that is taken back.
  beforeEach(async () => {
    await db.query('BEGIN');
    ada = await users.createUser(db, { email: 'ada@example.com', name: 'Ada' });
    ben = await users.createUser(db, { email: 'ben@example.com', name: 'Ben' });
  });
  afterEach(() => db.query('ROLLBACK'));

  describe('users', () => {
    test('are found by id and by address', async () => {
      expect(await users.getUser(db, { id: ada.id })).toEqual({
        ...ada,
        address: null,
        notifyOn: ['failed'],
      });
      expect(await users.findUserByEmail(db, { email: 'ADA@example.com' })).toMatchObject({ id: ada.id });
      expect(await users.findUserByEmail(db, { email: 'eve@example.com' })).toBeNull();
    });

    test('are created on first sight only', async () => {
      const eve = await users.upsertUser(db, { email: 'eve@example.com', name: 'Eve' });
      expect(eve).toMatchObject({ name: 'Eve', firstTime: true });
      const again = await users.upsertUser(db, { email: 'eve@example.com', name: 'Evelyn' });
      expect(again).toEqual({ ...eve, name: 'Evelyn', firstTime: false });
    });

    test('have an address', async () => {
      const address = { street: 'Av. Juárez 5, "B"', city: 'Puebla', postal_code: null, country: '' };
      expect(await users.setAddress(db, { id: ada.id, address })).toBe(1);
      expect((await users.getUser(db, { id: ada.id }))?.address).toEqual(address);
      expect(await users.listUsersInCity(db, { city: 'Puebla' })).toEqual([
        { id: ada.id, name: 'Ada', street: address.street, postalCode: null },
      ]);
      expect(await users.setAddress(db, { id: ada.id, address: null })).toBe(1);
      expect((await users.getUser(db, { id: ada.id }))?.address).toBeNull();
    });

    test('are deleted with their tasks', async () => {
      const [task] = await tasks.addTasks(db, { tasks: [{ userId: ada.id, title: 'Mine', dueOn: null }] });
      expect(await users.deleteUser(db, { id: ada.id })).toBe(1);
      expect(await users.deleteUser(db, { id: ada.id })).toBe(0);
      expect(await tasks.getTask(db, { id: task?.id ?? '', userId: ada.id })).toBeNull();
    });
  });

  describe('tasks', () => {
    const draft = (title: string, parentId: string | null = null) => ({
      task: {
        userId: ada.id,
        parentId,
        title,
        notes: null,
        priority: 'normal' as const,
        labels: ['home'],
        dueOn: '2025-02-03',
      },
    });

    test('belong to their owner', async () => {
      const { id } = await tasks.addTask(db, draft('Mine'));
      await tasks.addTask(db, draft('A step of it', id));
      const his = { id, userId: ben.id };
      expect(await tasks.getTask(db, his)).toBeNull();
      expect(await tasks.lockTask(db, his)).toBeNull();
      expect(await tasks.countOpenSubtasks(db, his)).toEqual({ open: 0n });
      expect(await tasks.estimateTask(db, { ...his, estimate: '1 hour' })).toBe(0);
      expect(await tasks.postponeTasks(db, { ids: [id], userId: ben.id, days: 1 })).toEqual([]);
      expect(await tasks.listTaskTree(db, his)).toEqual([]);
      expect(await tasks.completeTaskTree(db, his)).toEqual([]);
      expect(await tasks.deleteTask(db, his)).toBe(0);
      expect(await tasks.listTasks(db, { userId: ben.id, limit: 9n, offset: 0n })).toEqual([]);
      expect(await tasks.listLabels(db, { userId: ben.id })).toEqual([]);
      await expect(
        tasks.addTask(db, { task: { ...draft('Step', id).task, userId: ben.id } }),
      ).rejects.toMatchObject({ code: '23503' });
    });

    test('form a tree that is completed as a whole', async () => {
      const root = await tasks.addTask(db, draft('Move'));
      const pack = await tasks.addTask(db, draft('Pack', root.id));
      const books = await tasks.addTask(db, draft('Books', pack.id));
      const top = { id: root.id, userId: ada.id };
      const tree = await tasks.listTaskTree(db, top);
      expect(tree.map(({ title, depth, path }) => [title, depth, path])).toEqual([
        ['Move', 0, ['Move']],
        ['Pack', 1, ['Move', 'Pack']],
        ['Books', 2, ['Move', 'Pack', 'Books']],
      ]);
      await tasks.updateTask(db, { ...draft('Books').task, id: books.id, completed: true });
      const completed = await tasks.completeTaskTree(db, top);
      expect(completed.map((task) => task.title).sort()).toEqual(['Move', 'Pack']);
      expect(await tasks.completeTaskTree(db, top)).toEqual([]);
    });

    test('are changed in part', async () => {
      const { id } = await tasks.addTask(db, draft('Paint'));
      const key = { id, userId: ada.id };
      const row = () => tasks.getTask(db, key);
      await tasks.updateTask(db, { ...key, notes: 'blue', dueOn: '2025-03-01' });
      expect(await row()).toMatchObject({ title: 'Paint', notes: 'blue', dueOn: '2025-03-01' });
      await tasks.updateTask(db, { ...key, title: 'Paint it', notes: null, dueOn: undefined });
      expect(await row()).toMatchObject({ title: 'Paint it', notes: null, dueOn: '2025-03-01' });
      await expect(tasks.updateTask(db, key)).rejects.toThrow(EmptyUpdateError);
      expect(await tasks.updateTask(db, { ...key, userId: ben.id, title: 'Not his' })).toBeNull();
    });

    test('are summed up', async () => {
      const nothing = await tasks.summarizeTasks(db, { userId: ada.id, today: '2025-02-04' });
      expect(nothing).toEqual({
        total: 0n,
        completed: 0n,
        overdue: 0n,
        nextDueOn: null,
        workLeft: null,
        priorities: {},
      });
      const { id } = await tasks.addTask(db, draft('Late'));
      const [done] = await tasks.addTasks(db, {
        tasks: [
          { userId: ada.id, title: 'Done', dueOn: null },
          { userId: ada.id, title: 'Open', dueOn: null },
        ],
      });
      await tasks.completeTaskTree(db, { id: done?.id ?? '', userId: ada.id });
      expect(await tasks.estimateTask(db, { id, userId: ada.id, estimate: '90 minutes' })).toBe(1);
      expect(await tasks.summarizeTasks(db, { userId: ada.id, today: '2025-02-04' })).toEqual({
        total: 3n,
        completed: 1n,
        overdue: 1n,
        nextDueOn: '2025-02-03',
        workLeft: '01:30:00',
        priorities: { normal: true },
      });
      expect(await tasks.listLabels(db, { userId: ada.id })).toEqual([
        { label: 'home', tasks: 1n, allCompleted: false },
      ]);
    });

    test('are postponed, if they have a due date', async () => {
      const dated = await tasks.addTask(db, draft('Dated'));
      const [undated] = await tasks.addTasks(db, {
        tasks: [{ userId: ada.id, title: 'Some day', dueOn: null }],
      });
      const ids = [dated.id, undated?.id ?? ''];
      const postponed = await tasks.postponeTasks(db, { ids, userId: ada.id, days: 28 });
      expect(postponed).toHaveLength(2);
      expect(postponed).toContainEqual({ id: dated.id, dueOn: '2025-03-03' });
      expect(postponed).toContainEqual({ id: undated?.id, dueOn: null });
    });
  });

  describe('jobs', () => {
    const enqueue = (parts: Partial<jobs.EnqueueJobParams> = {}) =>
      jobs.enqueueJob(db, {
        kind: 'import_cars',
        requestedBy: ada.id,
        parameters: { source: 'fleet.csv', limits: { rows: 10 } },
        runAt: null,
        taskNames: ['download', 'parse'],
        ...parts,
      });
    const statuses = async (jobId: bigint) =>
      Object.fromEntries((await jobs.getJobProgress(db, { jobId })).map((row) => [row.status, row.tasks]));

    test('run from task to task', async () => {
      const { id, ...job } = await enqueue();
      expect(job).toEqual({ status: 'queued', runAt: expect.any(Date), tasks: 2n });
      expect(await jobs.claimNextJob(db)).toEqual({ jobId: id });
      expect(await jobs.claimNextJob(db)).toEqual({ jobId: null });
      expect(await statuses(id)).toEqual({ running: 1n, pending: 1n });
      expect(await jobs.listActiveJobs(db)).toEqual([
        expect.objectContaining({ id, status: 'running', currentTask: 'download', remaining: 2n }),
      ]);
      expect(await jobs.advanceJob(db, { jobId: id, result: { bytes: 12 } })).toEqual({ remaining: 1n });
      expect(await jobs.advanceJob(db, { jobId: id, result: null })).toEqual({ remaining: 0n });
      expect(await jobs.getJob(db, { id })).toEqual({
        id,
        kind: 'import_cars',
        status: 'succeeded',
        parameters: { source: 'fleet.csv', limits: { rows: 10 } },
        stageResults: [
          { task: 'download', result: { bytes: 12 } },
          { task: 'parse', result: null },
        ],
        attempts: 1,
        error: null,
        took: expect.stringMatching(/^00:00:0/),
        requestedBy: 'Ada',
        tasks: [
          { position: 1, name: 'download', status: 'done' },
          { position: 2, name: 'parse', status: 'done' },
        ],
      });
      await expect(jobs.advanceJob(db, { jobId: id, result: null })).rejects.toMatchObject({ code: '55000' });
    });

    test('fail and are tried again', async () => {
      const { id } = await enqueue();
      expect(await jobs.retryJob(db, { jobId: id })).toEqual({ jobId: null });
      await jobs.claimNextJob(db);
      expect(await jobs.failJob(db, { jobId: id, reason: 'no network' })).toEqual({ skipped: 1n });
      expect(await statuses(id)).toEqual({ failed: 1n, skipped: 1n });
      expect(await jobs.getJob(db, { id })).toMatchObject({ status: 'failed', error: 'no network' });
      expect(await users.listUsersToNotify(db, { jobId: id })).toEqual([
        { id: ada.id, email: 'ada@example.com', jobId: id, status: 'failed' },
      ]);
      expect(await jobs.retryJob(db, { jobId: id })).toEqual({ jobId: id });
      expect(await statuses(id)).toEqual({ pending: 2n });
      expect(await jobs.claimNextJob(db)).toEqual({ jobId: id });
    });

    test('notify of what their requester asked for only', async () => {
      const { id } = await enqueue();
      expect(await users.listUsersToNotify(db, { jobId: id })).toEqual([]);
      await users.setNotifications(db, { id: ada.id, notifyOn: ['queued', 'cancelled'] });
      expect(await users.listUsersToNotify(db, { jobId: id })).toHaveLength(1);
    });

    test('can get tasks later, are cancelled, counted, found and purged', async () => {
      const { id, tasks: none } = await enqueue({ taskNames: [], requestedBy: null });
      expect(none).toBe(0n);
      expect(await jobs.getJob(db, { id })).toMatchObject({ tasks: [], requestedBy: null, took: null });
      const added = [
        { jobId: id, position: 1, name: 'download', parameters: { url: 'https://example.com' } },
        { jobId: id, position: 2, name: 'parse', parameters: {} },
      ];
      expect(await jobs.addJobTasks(db, { tasks: added })).toBe(2);
      expect(await jobs.addJobTasks(db, { tasks: added })).toBe(0);
      expect(await jobs.findJobsByParameter(db, { parameters: { source: 'fleet.csv' } })).toEqual([
        { id, kind: 'import_cars', status: 'queued', source: 'fleet.csv', limits: { rows: 10 } },
      ]);
      expect(await jobs.findJobsByParameter(db, { parameters: { source: 'other.csv' } })).toEqual([]);

      const later = await enqueue({ kind: 'export_tasks', runAt: new Date(Date.now() + 60_000) });
      expect(await jobs.cancelJobs(db, { ids: [id] })).toEqual([{ id }]);
      expect(await jobs.cancelJobs(db, { ids: [id] })).toEqual([]);
      expect(await jobs.claimNextJob(db)).toEqual({ jobId: null });
      const count = async (kind?: jobs.CountJobsByStatusParams['kind']) =>
        (await jobs.countJobsByStatus(db, kind ? { kind } : {})).map((row) => [row.status, row.jobs]);
      expect(await count()).toEqual([
        ['queued', 1n],
        ['running', 0n],
        ['succeeded', 0n],
        ['failed', 0n],
        ['cancelled', 1n],
      ]);
      expect((await count('export_tasks'))[4]).toEqual(['cancelled', 0n]);

      const before = new Date(Date.now() + 60_000);
      expect(await jobs.purgeJobs(db, { before })).toEqual({ jobs: 1n, failed: 0n, ids: [id] });
      expect(await jobs.purgeJobs(db, { before })).toEqual({ jobs: 0n, failed: 0n, ids: null });
      expect((await jobs.listActiveJobs(db)).map((job) => job.id)).toEqual([later.id]);
    });

    test('show in the activity of their requester', async () => {
      const { id } = await enqueue();
      const [task] = await tasks.addTasks(db, {
        tasks: [{ userId: ada.id, title: 'Buy milk', dueOn: '2025-02-03' }],
      });
      expect(await activity.listActivity(db, { userId: ada.id, limit: 9n })).toEqual([
        { kind: 'job', id: `${id}`, title: 'import_cars', happenedAt: expect.any(Date) },
        { kind: 'task', id: task?.id, title: 'Buy milk', happenedAt: expect.any(Date) },
      ]);
      expect(await activity.getDashboard(db, { userId: ada.id })).toEqual({
        name: 'Ada',
        openTasks: 1n,
        nextTask: 'Buy milk',
        hasActiveJobs: true,
        lastJobId: id,
        lastJobStatus: 'queued',
        due: [{ id: task?.id, title: 'Buy milk', dueOn: '2025-02-03' }],
      });
      expect(await activity.getDashboard(db, { userId: ben.id })).toEqual({
        name: 'Ben',
        openTasks: 0n,
        nextTask: null,
        hasActiveJobs: false,
        lastJobId: null,
        lastJobStatus: null,
        due: [],
      });
    });
  });
});
