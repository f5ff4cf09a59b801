import type { AddressInfo } from 'node:net';
import { testDatabase } from 'nodrift/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApi } from '../src/server.ts';

const database = await testDatabase();
const server = createApi(database.client);
let url: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  url = `http://127.0.0.1:${port}/notes`;
});
afterAll(async () => {
  server.close();
  await database.close();
});

async function call(method: string, path: string, body?: unknown) {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const response = await fetch(`${url}${path}`, init);
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

const ideas = { slug: 'ideas', title: 'Ideas', body: 'None yet.' };

test('a note is created once', async () => {
  expect(await call('POST', '', ideas)).toMatchObject({ status: 201, body: ideas });
  expect(await call('POST', '', ideas)).toEqual({ status: 409, body: { error: 'The slug exists.' } });
  expect(await call('POST', '', { ...ideas, slug: 'No slug' })).toMatchObject({ status: 400 });
  expect(await call('POST', '', { ...ideas, slug: 'nul', title: '\0' })).toMatchObject({ status: 400 });
});

test('many are imported, and found again by filter and page', async () => {
  const notes = Array.from({ length: 25 }, (_, i) => ({ slug: `day-${i}`, title: `Day ${i}`, body: '' }));
  expect(await call('PUT', '', [...notes, ideas])).toEqual({ status: 200, body: { added: 25 } });
  expect(await call('PUT', '', [])).toEqual({ status: 200, body: { added: 0 } });
  expect((await call('GET', '')).body).toHaveLength(20);
  expect((await call('GET', '?page=1')).body).toHaveLength(6);
  expect((await call('GET', '?search=idea')).body).toMatchObject([{ slug: 'ideas', pinned: false }]);
  expect((await call('GET', '?pinned=true')).body).toEqual([]);
});

test('a note is shown with its comments', async () => {
  expect(await call('POST', '/ideas/comments', { author: 'Ada', text: 'An engine.' })).toEqual({
    status: 204,
  });
  const { body } = await call('GET', '/ideas');
  expect(body.comments).toEqual([{ author: 'Ada', text: 'An engine.', writtenAt: expect.any(String) }]);
  expect(await call('GET', '/nothing')).toMatchObject({ status: 404 });
});

test('a merge moves the comments, or changes nothing', async () => {
  expect(await call('POST', '/ideas/merge', { into: 'nothing' })).toMatchObject({ status: 404 });
  expect(await call('POST', '/ideas/merge', { into: 'day-1' })).toEqual({ status: 200, body: { moved: 1 } });
  expect((await call('GET', '/day-1')).body.comments).toHaveLength(1);
  expect(await call('GET', '/ideas')).toMatchObject({ status: 404 });
});
