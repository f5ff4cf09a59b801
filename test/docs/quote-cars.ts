import type { Connection } from 'nodrift-runtime';
import { quoteCars } from '../../queries/financing.queries.ts';

/** A line for each car for sale: what it costs a month if it is paid over so many months. */
export async function quotes(db: Connection, term: number): Promise<string[]> {
  const cars = await quoteCars(db, { term });
  return cars.map(({ make, model, paymentMxn }) =>
    paymentMxn === null
      ? `${make} ${model}: no plan for this term`
      : `${make} ${model}: ${paymentMxn.toFixed(2)} a month`,
  );
}
