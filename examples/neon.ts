import { type Connection, ConnectionError, createPool } from 'nodrift-runtime';
import { Pool } from 'pg';
import { getCar } from '../queries/cars.queries.ts';

// Once for each instance. DATABASE_URL has the pooled host, the one with `-pooler`.
const pool = createPool(Pool, {
  connectionString: process.env.DATABASE_URL ?? '',
  max: 5,
  idleTimeoutMillis: 5000,
  // Below the time after which the compute is suspended, so that a closed connection is noticed.
  pingAfterIdleMillis: 1000,
});

/** GET /?id=mazda-3, in any runtime whose handlers get a Request. */
export const GET = (request: Request) => answer(pool, request);

export async function answer(db: Connection, request: Request): Promise<Response> {
  const id = new URL(request.url).searchParams.get('id') ?? '';
  try {
    const car = await getCar(db, { id });
    return car === null
      ? new Response('Not found', { status: 404 })
      : Response.json({ make: car.make, model: car.model });
  } catch (error) {
    if (error instanceof ConnectionError) return new Response('Try again', { status: 503 });
    throw error;
  }
}
