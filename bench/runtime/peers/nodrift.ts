import { Client } from 'pg';
import {
  bool,
  exec,
  int4,
  int8,
  int8AsNumber,
  json,
  many,
  maybe,
  numeric,
  text,
  timestamptz,
} from '../../../src/runtime/index.ts';
import { INSERT, LOOKUP, type NewCar, type Peer, READ, REPORT, type Row } from '../peer.ts';

// As `nodrift generate` prints them.
const file = 'queries/cars.sql';
const columns = [
  ['id', text],
  ['make', text],
  ['model', text],
  ['year', int4],
  ['price', numeric],
  ['sold_at', timestamptz],
  ['active', bool],
  ['details', json],
  ['mileage', int8],
] as const;
const newCar = [
  ['id', text],
  ['make', text],
  ['year', int4],
  ['price', numeric],
] as const;
const lookup = maybe<{ id: string }, Row>({
  name: 'lookup',
  file,
  sql: LOOKUP,
  params: [{ name: 'id', codec: text }],
  columns,
  readOnly: true,
});
const read = many<{ count: number }, Row>({
  name: 'read',
  file,
  sql: READ,
  params: [{ name: 'count', codec: int8AsNumber }],
  columns,
  readOnly: true,
});
const report = maybe<{ id: string }, Row>({
  name: 'report',
  file,
  sql: REPORT,
  params: [{ name: 'id', codec: text }],
  columns: [
    ['id', text],
    ['make', text],
    ['dealer', text],
    ['plans', int4],
    ['lowest', numeric],
    ['last_payment', timestamptz],
    ['paid', numeric],
  ],
  readOnly: true,
});
const insert = exec<NewCar>({
  name: 'insert',
  file,
  sql: INSERT,
  params: newCar.map(([name, codec]) => ({ name, codec })),
  columns: [],
});
const insertMany = exec<{ cars: readonly NewCar[] }>({
  name: 'insertMany',
  file,
  sql: ['INSERT INTO new_cars (id, make, year, price) VALUES ', 0],
  params: [{ name: 'cars', rows: newCar }],
  columns: [],
});

export async function nodriftPeer(url: string): Promise<Peer> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return {
    name: 'nodrift',
    lookup: (id) => lookup(client, { id }),
    read: (count) => read(client, { count }),
    report: (id) => report(client, { id }),
    insert: (car) => insert(client, car),
    insertMany: (cars) => insertMany(client, { cars }),
    together: (ids) => Promise.all(ids.map((id) => lookup(client, { id }))),
    close: () => client.end(),
  };
}
