import { type Generated, Kysely, PostgresDialect, sql } from 'kysely';
import { Pool } from 'pg';
import type { NewCar, Peer, Row } from '../peer.ts';

interface Cars {
  id: string;
  make: string;
  model: string;
  year: number;
  price: string;
  sold_at: Date | null;
  active: boolean;
  details: unknown;
  mileage: string;
  dealer_id: Generated<number>;
}

const columns = ['id', 'make', 'model', 'year', 'price', 'sold_at', 'active', 'details', 'mileage'] as const;

export async function kyselyPeer(url: string): Promise<Peer> {
  const db = new Kysely<{ cars: Cars; new_cars: NewCar }>({
    dialect: new PostgresDialect({ pool: new Pool({ connectionString: url, max: 1 }) }),
  });
  return {
    name: 'Kysely',
    lookup: async (id) =>
      (await db.selectFrom('cars').select(columns).where('id', '=', id).executeTakeFirst()) ?? null,
    read: (count) => db.selectFrom('cars').select(columns).orderBy('id').limit(count).execute(),
    report: async (id) =>
      (
        await sql<Row>`SELECT cars.id, cars.make, dealers.name AS dealer, count(plans.id)::int AS plans,
            min(plans.rate) AS lowest, max(payments.paid_at) AS last_payment, sum(payments.amount) AS paid
          FROM cars
          JOIN dealers ON dealers.id = cars.dealer_id
          LEFT JOIN plans ON plans.car_id = cars.id
          LEFT JOIN payments ON payments.plan_id = plans.id
          WHERE cars.id = ${id}
          GROUP BY cars.id, cars.make, dealers.name`.execute(db)
      ).rows[0] ?? null,
    insert: async (car) => {
      await db.insertInto('new_cars').values(car).execute();
    },
    insertMany: async (cars) => {
      await db.insertInto('new_cars').values(cars).execute();
    },
    close: () => db.destroy(),
  };
}
