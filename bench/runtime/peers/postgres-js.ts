import postgres from 'postgres';
import { COLUMNS, type Peer } from '../peer.ts';

export async function postgresJsPeer(url: string): Promise<Peer> {
  const sql = postgres(url, { max: 1 });
  const columns = sql.unsafe(COLUMNS);
  const lookup = async (id: string) => (await sql`SELECT ${columns} FROM cars WHERE id = ${id}`)[0] ?? null;
  return {
    name: 'postgres.js',
    lookup,
    read: async (count) => [...(await sql`SELECT ${columns} FROM cars ORDER BY id LIMIT ${count}`)],
    report: async (id) =>
      (
        await sql`SELECT cars.id, cars.make, dealers.name AS dealer, count(plans.id)::int AS plans,
            min(plans.rate) AS lowest, max(payments.paid_at) AS last_payment, sum(payments.amount) AS paid
          FROM cars
          JOIN dealers ON dealers.id = cars.dealer_id
          LEFT JOIN plans ON plans.car_id = cars.id
          LEFT JOIN payments ON payments.plan_id = plans.id
          WHERE cars.id = ${id}
          GROUP BY cars.id, cars.make, dealers.name`
      )[0] ?? null,
    insert: async ({ id, make, year, price }) => {
      await sql`INSERT INTO new_cars (id, make, year, price) VALUES (${id}, ${make}, ${year}, ${price})`;
    },
    insertMany: async (cars) => {
      await sql`INSERT INTO new_cars ${sql([...cars], 'id', 'make', 'year', 'price')}`;
    },
    together: (ids) => Promise.all(ids.map(lookup)),
    close: () => sql.end(),
  };
}
