import { asc, eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { bigint, boolean, integer, jsonb, numeric, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { Client } from 'pg';
import type { Peer, Row } from '../peer.ts';

const cars = pgTable('cars', {
  id: text().primaryKey(),
  make: text().notNull(),
  model: text().notNull(),
  year: integer().notNull(),
  price: numeric({ precision: 12, scale: 2 }).notNull(),
  sold_at: timestamp({ withTimezone: true }),
  active: boolean().notNull(),
  details: jsonb(),
  mileage: bigint({ mode: 'bigint' }).notNull(),
});
const newCars = pgTable('new_cars', {
  id: text().notNull(),
  make: text().notNull(),
  year: integer().notNull(),
  price: numeric({ precision: 12, scale: 2 }).notNull(),
});

/** With its prepared statements, its fastest way. */
export async function drizzlePeer(url: string): Promise<Peer> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const db = drizzle(client);
  const lookup = db
    .select()
    .from(cars)
    .where(eq(cars.id, sql.placeholder('id')))
    .prepare('drizzle_lookup');
  const read = db
    .select()
    .from(cars)
    .orderBy(asc(cars.id))
    .limit(sql.placeholder('count'))
    .prepare('drizzle_read');
  const insert = db
    .insert(newCars)
    .values({
      id: sql.placeholder('id'),
      make: sql.placeholder('make'),
      year: sql.placeholder('year'),
      price: sql.placeholder('price'),
    })
    .prepare('drizzle_insert');
  return {
    name: 'Drizzle, prepared',
    lookup: async (id) => (await lookup.execute({ id }))[0] ?? null,
    read: (count) => read.execute({ count }),
    report: async (id) =>
      (
        await db.execute<Row & Record<string, unknown>>(sql`SELECT cars.id, cars.make, dealers.name AS dealer,
            count(plans.id)::int AS plans, min(plans.rate) AS lowest, max(payments.paid_at) AS last_payment,
            sum(payments.amount) AS paid
          FROM cars
          JOIN dealers ON dealers.id = cars.dealer_id
          LEFT JOIN plans ON plans.car_id = cars.id
          LEFT JOIN payments ON payments.plan_id = plans.id
          WHERE cars.id = ${id}
          GROUP BY cars.id, cars.make, dealers.name`)
      ).rows[0] ?? null,
    insert: async (car) => {
      await insert.execute({ ...car });
    },
    insertMany: async (many) => {
      await db.insert(newCars).values([...many]);
    },
    close: () => client.end(),
  };
}
