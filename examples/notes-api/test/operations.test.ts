import { CheckViolationError, fakes, UniqueViolationError } from 'nodrift-runtime';
import { expect, test } from 'vitest';
import * as queries from '../queries/notes.queries.ts';
import { create, importMany, merge, show } from '../src/notes.ts';

const ideas = { slug: 'ideas', title: 'Ideas', body: 'None yet.' };
const row = { ...ideas, pinned: false, createdAt: new Date('2026-01-02T03:04:05Z') };
const db = fakes(queries).with({
  getNote: ({ slug }) => (slug === 'ideas' ? { ...row, comments: [] } : null),
  createNote: (note) => ({ ...row, ...note }),
  moveComments: () => 3,
  deleteNote: ({ slug }) => (slug === 'day-1' ? 1 : 0),
});

test('a note that exists is shown', async () => {
  expect(await show(db, 'ideas')).toEqual({ ...row, comments: [] });
  await expect(show(db, 'nothing')).rejects.toMatchObject({ status: 404 });
});

test('a slug that is taken is a conflict', async () => {
  expect(await create(db, ideas)).toEqual(row);
  const full = db.with({
    createNote: () => {
      const taken = { severity: 'ERROR', code: '23505', message: '', constraint: 'notes_slug_key' };
      throw new UniqueViolationError(queries.createNote, taken);
    },
  });
  await expect(create(full, ideas)).rejects.toMatchObject({ status: 409, message: 'The slug exists.' });
});

test('an import with something else than a slug is refused', async () => {
  const strict = db.with({
    importNotes: ({ notes }) => {
      if (notes.every(({ slug }) => slug !== 'No slug')) return notes.length;
      const failed = { severity: 'ERROR', code: '23514', message: '', constraint: 'notes_slug_format' };
      throw new CheckViolationError(queries.importNotes, failed);
    },
  });
  expect(await importMany(strict, [ideas])).toBe(1);
  await expect(importMany(strict, [ideas, { ...ideas, slug: 'No slug' }])).rejects.toMatchObject({
    status: 400,
  });
});

test('a merge deletes the note whose comments it moved', async () => {
  const one = db.with({});
  expect(await merge(one, 'day-1', 'ideas')).toBe(3);
  expect(one.calls.map(({ query }) => query)).toEqual(['getNote', 'moveComments', 'deleteNote']);
  await expect(merge(db, 'day-2', 'ideas')).rejects.toMatchObject({ status: 404 });
});
