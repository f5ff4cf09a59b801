import { createPool, sql } from 'slonik';
import type { Peer, Row } from '../peer.ts';

export async function slonikPeer(url: string): Promise<Peer> {
  const pool = await createPool(url, { maximumPoolSize: 1 });
  const columns = sql.fragment`id, make, model, year, price, sold_at, active, details, mileage`;
  return {
    name: 'Slonik',
    lookup: (id) => pool.maybeOne(sql.unsafe`SELECT ${columns} FROM cars WHERE id = ${id}`),
    read: (count) => pool.any(sql.unsafe`SELECT ${columns} FROM cars ORDER BY id LIMIT ${count}`),
    report: (id): Promise<Row | null> =>
      pool.maybeOne(sql.unsafe`SELECT cars.id, cars.make, dealers.name AS dealer, count(plans.id)::int AS plans,
          min(plans.rate) AS lowest, max(payments.paid_at) AS last_payment, sum(payments.amount) AS paid
        FROM cars
        JOIN dealers ON dealers.id = cars.dealer_id
        LEFT JOIN plans ON plans.car_id = cars.id
        LEFT JOIN payments ON payments.plan_id = plans.id
        WHERE cars.id = ${id}
        GROUP BY cars.id, cars.make, dealers.name`),
    insert: async ({ id, make, year, price }) => {
      await pool.query(
        sql.unsafe`INSERT INTO new_cars (id, make, year, price) VALUES (${id}, ${make}, ${year}, ${price})`,
      );
    },
    insertMany: async (cars) => {
      await pool.query(
        sql.unsafe`INSERT INTO new_cars (id, make, year, price)
          SELECT * FROM ${sql.unnest(
            cars.map(({ id, make, year, price }) => [id, make, year, price]),
            ['text', 'text', 'int4', 'numeric'],
          )}`,
      );
    },
    close: () => pool.end(),
  };
}
