import { and, asc, desc, sql as drizzleSql, eq, gte, type SQL } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { Client, Pool } from 'pg';
import { guarded } from './database.ts';

export interface Car {
  readonly id: number;
  readonly make: string;
  readonly year: number;
  readonly price: number;
}

export interface Search {
  readonly id?: number;
  readonly make?: string;
  readonly minYear?: number;
  readonly sort?: 'price' | '-year';
  readonly limit: number;
  readonly offset: number;
}

export interface Page {
  readonly make?: string;
  readonly after?: { readonly price: number; readonly id: number };
  readonly limit: number;
}

/** A way to run the two queries. */
export interface Way {
  readonly name: string;
  search(params: Search): Promise<readonly Car[]>;
  page(params: Page): Promise<readonly Car[]>;
  close(): Promise<void>;
}

/** What nodrift generates for database.ts. */
export interface GeneratedQueries {
  searchCars(db: Client, params: Search): Promise<readonly Car[]>;
  pageOfCars(db: Client, params: Page): Promise<readonly Car[]>;
}

export async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client;
}

export async function nodriftWay(url: string, queries: GeneratedQueries): Promise<Way & { client: Client }> {
  const client = await connect(url);
  return {
    name: 'nodrift',
    client,
    search: (params) => queries.searchCars(client, params),
    page: (params) => queries.pageOfCars(client, params),
    close: () => client.end(),
  };
}

/** The text that a person writes for each combination, as a named statement. */
export function handwritten(params: Search | Page): { text: string; values: readonly unknown[] } {
  const values: unknown[] = [];
  const value = (one: unknown) => `$${values.push(one)}`;
  const conditions: string[] = [];
  if ('id' in params) conditions.push(`id = ${value(params.id)}`);
  if (params.make !== undefined) conditions.push(`make = ${value(params.make)}`);
  if ('minYear' in params) conditions.push(`year >= ${value(params.minYear)}`);
  if ('after' in params)
    conditions.push(`(price, id) > (${value(params.after?.price)}, ${value(params.after?.id)})`);
  const sort = 'sort' in params ? params.sort : undefined;
  const order =
    !('offset' in params) || sort === 'price'
      ? 'price, id'
      : sort === '-year'
        ? 'year DESC NULLS LAST, id'
        : 'id';
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  const offset = 'offset' in params ? ` OFFSET ${value(params.offset)}` : '';
  const text = `SELECT id, make, year, price FROM cars${where} ORDER BY ${order}${offset} LIMIT ${value(params.limit)}`;
  return { text, values };
}

export async function handwrittenWay(url: string): Promise<Way & { client: Client }> {
  const client = await connect(url);
  const names = new Map<string, string>();
  const run = async (params: Search | Page) => {
    const { text, values } = handwritten(params);
    const name = names.get(text) ?? `q${names.size}`;
    names.set(text, name);
    return (await client.query<Car>({ name, text, values: [...values] })).rows;
  };
  return { name: 'by hand, pg', client, search: run, page: run, close: () => client.end() };
}

export async function guardedWay(url: string): Promise<Way> {
  const client = await connect(url);
  const run = async (name: keyof typeof guarded, values: unknown[]) =>
    (await client.query<Car>({ name, text: guarded[name], values })).rows;
  return {
    name: 'guards, pg',
    search: ({ id, make, minYear, sort, limit, offset }) =>
      run('search', [id ?? null, make ?? null, minYear ?? null, sort ?? null, limit, offset]),
    page: ({ make, after, limit }) =>
      run('page', [make ?? null, after?.price ?? null, after?.id ?? null, limit]),
    close: () => client.end(),
  };
}

export function kyselyWay(url: string): Way {
  const db = new Kysely<{ cars: Car }>({
    dialect: new PostgresDialect({ pool: new Pool({ connectionString: url, max: 1 }) }),
  });
  const columns = ['id', 'make', 'year', 'price'] as const;
  return {
    name: 'Kysely',
    search({ id, make, minYear, sort, limit, offset }) {
      let query = db.selectFrom('cars').select(columns);
      if (id !== undefined) query = query.where('id', '=', id);
      if (make !== undefined) query = query.where('make', '=', make);
      if (minYear !== undefined) query = query.where('year', '>=', minYear);
      if (sort === 'price') query = query.orderBy('price');
      if (sort === '-year') query = query.orderBy('year', (by) => by.desc().nullsLast());
      return query.orderBy('id').limit(limit).offset(offset).execute();
    },
    page({ make, after, limit }) {
      let query = db.selectFrom('cars').select(columns);
      if (make !== undefined) query = query.where('make', '=', make);
      if (after !== undefined) query = query.where(sql<boolean>`(price, id) > (${after.price}, ${after.id})`);
      return query.orderBy('price').orderBy('id').limit(limit).execute();
    },
    close: () => db.destroy(),
  };
}

const cars = pgTable('cars', {
  id: integer().primaryKey(),
  make: text().notNull(),
  year: integer().notNull(),
  price: integer().notNull(),
});

export async function drizzleWay(url: string): Promise<Way> {
  const client = await connect(url);
  const db = drizzle(client);
  const run = (
    conditions: readonly (SQL | undefined)[],
    order: readonly SQL[],
    limit: number,
    offset = 0,
  ) => {
    const query = db
      .select()
      .from(cars)
      .where(and(...conditions))
      .orderBy(...order)
      .limit(limit);
    return offset === 0 ? query.execute() : query.offset(offset).execute();
  };
  return {
    name: 'Drizzle',
    search({ id, make, minYear, sort, limit, offset }) {
      const conditions = [
        id === undefined ? undefined : eq(cars.id, id),
        make === undefined ? undefined : eq(cars.make, make),
        minYear === undefined ? undefined : gte(cars.year, minYear),
      ];
      const first =
        sort === 'price'
          ? [asc(cars.price)]
          : sort === '-year'
            ? [drizzleSql`${desc(cars.year)} NULLS LAST`]
            : [];
      return run(conditions, [...first, asc(cars.id)], limit, offset);
    },
    page: ({ make, after, limit }) =>
      run(
        [
          make === undefined ? undefined : eq(cars.make, make),
          after === undefined
            ? undefined
            : drizzleSql`(${cars.price}, ${cars.id}) > (${after.price}, ${after.id})`,
        ],
        [asc(cars.price), asc(cars.id)],
        limit,
      ),
    close: () => client.end(),
  };
}
