import { type DatabaseContext, databaseFixtures } from 'nodrift/testing';
import { test as base, expect } from 'vitest';
import { getNote, listNotes, moveComments } from '../queries/notes.queries.ts';
import { make, makeMany, related } from '../queries/schema.factories.ts';

const test = base.extend<DatabaseContext>(databaseFixtures());

test('pinned notes are listed', async ({ db }) => {
  await makeMany(db, 'notes', 3, (i) => ({ title: `Note ${i}`, pinned: i === 1 }));
  const listed = await listNotes(db, { pinned: true, limit: 20, offset: 0 });
  expect(listed.map(({ title }) => title)).toEqual(['Note 1']);
});

test('comments move from one note to another', async ({ db }) => {
  const to = await make(db, 'notes');
  const [from] = await related(db, 'notes', {}, { comments: [{ text: 'First' }, { text: 'Second' }] });
  expect(await moveComments(db, { from: from.slug, to: to.slug })).toBe(2);
  expect((await getNote(db, from))?.comments).toEqual([]);
  expect((await getNote(db, to))?.comments).toMatchObject([{ text: 'First' }, { text: 'Second' }]);
});
