import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { testDatabase } from 'nodrift/testing';
import { createUser, findUserByEmail } from '../../queries/users.queries.ts';

const database = await testDatabase();
after(() => database.close());

test('a user is found by the e-mail address', () =>
  database.rollback(async (db) => {
    const { id } = await createUser(db, { email: 'ann@example.com', name: 'Ann' });
    assert.equal((await findUserByEmail(db, { email: 'ann@example.com' }))?.id, id);
  }));
