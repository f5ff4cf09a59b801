import type { PGlite, Transaction } from '@electric-sql/pglite';
import type { Client, Pool, PoolClient } from 'pg';
import { describe, expectTypeOf, it } from 'vitest';
import { getCar as generatedRead, sellCar as generatedWrite } from '../../queries/cars.queries.ts';
import {
  batch,
  type Connection,
  exec,
  execrows,
  loadable,
  many,
  maybe,
  one,
  type Query,
  type ReadOnlyConnection,
  transaction,
} from '../../src/runtime/index.ts';

interface Params {
  id: string;
  make?: string | null;
}
interface Row {
  id: string;
}

const definition = { name: 'q', file: 'q.sql', sql: 'SELECT 1', params: [], columns: [] } as const;

describe('types', () => {
  it('say what each command resolves', () => {
    expectTypeOf(one<Params, Row>(definition)).returns.resolves.toEqualTypeOf<Row>();
    expectTypeOf(maybe<Params, Row>(definition)).returns.resolves.toEqualTypeOf<Row | null>();
    const loaded = loadable(maybe<Params, Row>({ ...definition, readOnly: true }), 'SELECT 1');
    expectTypeOf(loaded.load).returns.resolves.toEqualTypeOf<Row | null>();
    expectTypeOf(loaded.load).parameters.toEqualTypeOf<[Connection | ReadOnlyConnection, Params]>();
    expectTypeOf(loaded).returns.resolves.toEqualTypeOf<Row | null>();
    // @ts-expect-error what writes is not looked up
    loadable(maybe<Params, Row>(definition), 'SELECT 1');
    expectTypeOf(many<Params, Row>(definition)).returns.resolves.toEqualTypeOf<Row[]>();
    expectTypeOf(exec<Params>(definition)).returns.resolves.toEqualTypeOf<void>();
    expectTypeOf(execrows<Params>(definition)).returns.resolves.toEqualTypeOf<number>();
    expectTypeOf(maybe<Params, Row>(definition).run).returns.resolves.toEqualTypeOf<Row[]>();
    expectTypeOf(maybe<Params, Row>(definition).runWithCounts).returns.resolves.toEqualTypeOf<{
      result: Row[];
      rowCount: number;
    }>();
  });

  it('ask for parameters where there are any', () => {
    const query = one<Params, Row>(definition);
    const bare = one<void, Row>(definition);
    const uses = (db: Connection) => {
      query(db, { id: 'a' });
      query(db, { id: 'a', make: null });
      bare(db);
      bare.run(undefined, db);
      // @ts-expect-error: parameters are missing
      query(db);
      // @ts-expect-error: a parameter is missing
      query(db, {});
      // @ts-expect-error: a parameter of another type
      query(db, { id: 1 });
      // @ts-expect-error: null where the query has none
      query.run({ id: null }, db);
      // @ts-expect-error: there are no parameters
      bare(db, { id: 'a' });
    };
    expectTypeOf(uses).toBeFunction();
  });

  it('take what pg and PGlite hand out as a connection', () => {
    expectTypeOf<Client>().toExtend<Connection>();
    expectTypeOf<Pool>().toExtend<Connection>();
    expectTypeOf<PoolClient>().toExtend<Connection>();
    expectTypeOf<PGlite>().toExtend<Connection>();
    expectTypeOf<Transaction>().toExtend<Connection>();
    expectTypeOf<{ query: (sql: string) => string }>().not.toExtend<Connection>();
  });

  it('let only queries that are proven to read over a replica', () => {
    const read = maybe<Params, Row>({ ...definition, readOnly: true });
    const write = execrows<Params>(definition);
    const uses = (replica: ReadOnlyConnection, db: Connection) => {
      expectTypeOf(read(replica, { id: 'a' })).resolves.toEqualTypeOf<Row | null>();
      expectTypeOf(batch(replica, [read.with({ id: 'a' })])).resolves.toEqualTypeOf<
        [PromiseSettledResult<Row | null>]
      >();
      read(db, { id: 'a' });
      read.run({ id: 'a' }, replica);
      read.iterate(replica, { id: 'a' });
      batch(db, [read.with({ id: 'a' }), write.with({ id: 'a' })]);
      generatedRead(replica, { id: 'a' });
      // @ts-expect-error: it writes
      write(replica, { id: 'a' });
      // @ts-expect-error: it writes
      write.run({ id: 'a' }, replica);
      // @ts-expect-error: one of them writes
      batch(replica, [read.with({ id: 'a' }), write.with({ id: 'a' })]);
      // @ts-expect-error: it writes
      generatedWrite(replica, { id: 'a', soldAt: null });
      // @ts-expect-error: a transaction can run any query
      transaction(replica, {}, async () => {});
      // @ts-expect-error: a parameter of another type, where it can be run over both
      read(replica, { id: 1 });
    };
    expectTypeOf(uses).toBeFunction();
    expectTypeOf(read).toExtend<Query<Params, Row, Row | null>>();
    // Whether it only reads is not known.
    const unknown: { readonly readOnly?: boolean } = {};
    expectTypeOf(one<Params, Row>({ ...definition, ...unknown })).toEqualTypeOf<Query<Params, Row, Row>>();
  });
});
