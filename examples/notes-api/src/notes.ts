import { type Connection, isCheckViolation, isUniqueViolation, transaction } from 'nodrift-runtime';
import {
  addComment,
  type CreateNoteParams,
  createNote,
  deleteNote,
  getNote,
  importNotes,
  listNotes,
  moveComments,
} from '../queries/notes.queries.ts';

/** What the caller did wrong: the HTTP layer answers with its status. */
export class Rejected extends Error {
  override readonly name = 'Rejected';
  readonly status: 400 | 404 | 409;
  constructor(status: 400 | 404 | 409, message: string) {
    super(message);
    this.status = status;
  }
}

export interface NoteFilter {
  readonly search?: string | undefined;
  readonly pinned?: boolean | undefined;
  /** Counted from 0. */
  readonly page?: number | undefined;
}

const pageSize = 20;

export function list(db: Connection, { search, pinned, page = 0 }: NoteFilter) {
  return listNotes(db, { search, pinned, limit: BigInt(pageSize), offset: BigInt(page * pageSize) });
}

/** @throws Rejected 404 */
export async function show(db: Connection, slug: string) {
  return (await getNote(db, { slug })) ?? missing(slug);
}

/** @throws Rejected 409 if the slug exists, 400 if it is not a slug */
export async function create(db: Connection, note: CreateNoteParams) {
  try {
    return await createNote(db, note);
  } catch (error) {
    if (isUniqueViolation(error, createNote, 'notes_slug_key')) throw new Rejected(409, 'The slug exists.');
    if (isCheckViolation(error, createNote, 'notes_slug_format')) throw notASlug();
    throw error;
  }
}

/**
 * Adds the notes whose slugs do not exist yet: all, or none when one of them is invalid.
 * @returns the number of added notes
 * @throws Rejected 400
 */
export async function importMany(db: Connection, notes: readonly CreateNoteParams[]): Promise<number> {
  try {
    return await importNotes(db, { notes });
  } catch (error) {
    if (isCheckViolation(error, importNotes, 'notes_slug_format')) throw notASlug();
    throw error;
  }
}

/** @throws Rejected 404 */
export async function comment(db: Connection, slug: string, author: string, text: string): Promise<void> {
  if ((await addComment(db, { slug, author, text })) === 0) missing(slug);
}

/**
 * Moves the comments of a note to another one and deletes the first.
 * @returns the number of moved comments
 * @throws Rejected 404; then nothing has changed
 */
export function merge(db: Connection, from: string, to: string): Promise<number> {
  return transaction(db, { isolation: 'serializable', retries: 3 }, async (tx) => {
    await show(tx, to);
    const moved = await moveComments(tx, { from, to });
    if ((await deleteNote(tx, { slug: from })) === 0) missing(from);
    return moved;
  });
}

function missing(slug: string): never {
  throw new Rejected(404, `There is no note '${slug}'.`);
}

const notASlug = () => new Rejected(400, 'A slug has lower-case letters, digits and hyphens.');
