/** A row of `cars`, in the types that each library gives by default. */
export type Row = Readonly<Record<string, unknown>>;

/** A car to insert. */
export interface NewCar {
  readonly id: string;
  readonly make: string;
  readonly year: number;
  readonly price: string;
}

/** One library, doing the same work in its own recommended way over one connection. */
export interface Peer {
  readonly name: string;
  lookup(id: string): Promise<Row | null>;
  read(count: number): Promise<readonly Row[]>;
  /** A join of four tables with aggregates, for one car. */
  report(id: string): Promise<Row | null>;
  insert(car: NewCar): Promise<void>;
  insertMany(cars: readonly NewCar[]): Promise<void>;
  /** Ten lookups together, in the library's fastest way; absent where it has none but one after the other. */
  together?(ids: readonly string[]): Promise<readonly (Row | null)[]>;
  close(): Promise<void>;
}

export const COLUMNS = 'id, make, model, year, price, sold_at, active, details, mileage';

export const LOOKUP = `SELECT ${COLUMNS} FROM cars WHERE id = $1`;

export const READ = `SELECT ${COLUMNS} FROM cars ORDER BY id LIMIT $1`;

export const REPORT = `SELECT cars.id, cars.make, dealers.name AS dealer, count(plans.id)::int AS plans,
  min(plans.rate) AS lowest, max(payments.paid_at) AS last_payment, sum(payments.amount) AS paid
FROM cars
JOIN dealers ON dealers.id = cars.dealer_id
LEFT JOIN plans ON plans.car_id = cars.id
LEFT JOIN payments ON payments.plan_id = plans.id
WHERE cars.id = $1
GROUP BY cars.id, cars.make, dealers.name`;

export const INSERT = 'INSERT INTO new_cars (id, make, year, price) VALUES ($1, $2, $3, $4)';
