import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type Connection, DatabaseError } from 'nodrift-runtime';
import { comment, create, importMany, list, merge, Rejected, show } from './notes.ts';

type Answer = readonly [status: number, body?: unknown];

export function createApi(db: Connection): Server {
  return createServer(async (request, response) => {
    const [status, body] = await answer(db, request).catch(failed);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function answer(db: Connection, request: IncomingMessage): Promise<Answer> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const [, root, slug = '', action = ''] = url.pathname.split('/');
  if (root !== 'notes') return [404];
  switch (`${request.method} ${slug === '' ? '' : ':slug'}/${action}`) {
    case 'GET /':
      return [200, await list(db, toFilter(url.searchParams))];
    case 'POST /':
      return [201, await create(db, toNote(await readJson(request)))];
    case 'PUT /':
      return [200, { added: await importMany(db, toList(await readJson(request)).map(toNote)) }];
    case 'GET :slug/':
      return [200, await show(db, slug)];
    case 'POST :slug/comments': {
      const body = toObject(await readJson(request));
      await comment(db, slug, toText(body, 'author'), toText(body, 'text'));
      return [204];
    }
    case 'POST :slug/merge': {
      const into = toText(toObject(await readJson(request)), 'into');
      return [200, { moved: await merge(db, slug, into) }];
    }
    default:
      return [404];
  }
}

function failed(error: unknown): Answer {
  if (error instanceof Rejected) return [error.status, { error: error.message }];
  // SQLSTATE class 22: a value that PostgreSQL does not accept, such as a text with a NUL character.
  if (error instanceof DatabaseError && error.code?.startsWith('22'))
    return [400, { error: 'Invalid value' }];
  console.error(error);
  return [500, { error: 'Internal error' }];
}

function toFilter(search: URLSearchParams) {
  const page = Number(search.get('page') ?? 0);
  if (!Number.isSafeInteger(page) || page < 0 || page > 100_000)
    throw new Rejected(400, 'page is a number from 0.');
  const pinned = search.get('pinned');
  return {
    search: search.get('search') ?? undefined,
    pinned: pinned === null ? undefined : pinned === 'true',
    page,
  };
}

function toNote(value: unknown) {
  const note = toObject(value);
  return { slug: toText(note, 'slug'), title: toText(note, 'title'), body: toText(note, 'body') };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw new Rejected(400, 'The body is not JSON.');
  }
}

function toList(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  throw new Rejected(400, 'The body is not a list.');
}

function toObject(value: unknown): object {
  if (typeof value === 'object' && value !== null) return value;
  throw new Rejected(400, 'An object is missing.');
}

function toText(from: object, key: string): string {
  const value: unknown = Reflect.get(from, key);
  if (typeof value === 'string') return value;
  throw new Rejected(400, `${key} is not a text.`);
}
