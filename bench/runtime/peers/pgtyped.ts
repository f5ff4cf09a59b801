import { parseSQLFile } from '@pgtyped/parser';
import { PreparedQuery } from '@pgtyped/runtime';
import { Client } from 'pg';
import { INSERT, LOOKUP, type NewCar, type Peer, READ, REPORT, type Row } from '../peer.ts';

// As `@pgtyped/cli` generates them: from its own reading of annotated SQL.
const source = `
/* @name lookup */
${LOOKUP.replace('$1', ':id!')};
/* @name read */
${READ.replace('$1', ':count!')};
/* @name report */
${REPORT.replace('$1', ':id!')};
/* @name insert */
${INSERT.replace('$1, $2, $3, $4', ':id!, :make!, :year!, :price!')};
/*
  @name insertMany
  @param cars -> ((id!, make!, year!, price!)...)
*/
INSERT INTO new_cars (id, make, year, price) VALUES :cars;
`;

const queries = new Map(parseSQLFile(source).queries.map((query) => [query.name, query]));

function prepared<Params, Result>(name: string): PreparedQuery<Params, Result> {
  const query = queries.get(name);
  if (query === undefined) {
    throw new Error(`no query ${name}`);
  }
  const base = query.statement.loc.a;
  return new PreparedQuery<Params, Result>({
    usedParamSet: query.usedParamSet,
    params: query.params.map((param) => ({
      name: param.name,
      required: param.required,
      transform: param.transform,
      locs: param.codeRefs.used.map(({ a, b }) => ({ a: a - base - 1, b: b - base })),
    })),
    statement: query.statement.body,
  } as ConstructorParameters<typeof PreparedQuery>[0]);
}

export async function pgtypedPeer(url: string): Promise<Peer> {
  const lookup = prepared<{ id: string }, Row>('lookup');
  const read = prepared<{ count: number }, Row>('read');
  const report = prepared<{ id: string }, Row>('report');
  const insert = prepared<NewCar, void>('insert');
  const insertMany = prepared<{ cars: readonly NewCar[] }, void>('insertMany');
  const client = new Client({ connectionString: url });
  await client.connect();
  const db = client as Parameters<typeof lookup.run>[1];
  return {
    name: '@pgtyped/runtime',
    lookup: async (id) => (await lookup.run({ id }, db))[0] ?? null,
    read: (count) => read.run({ count }, db),
    report: async (id) => (await report.run({ id }, db))[0] ?? null,
    insert: async (car) => {
      await insert.run(car, db);
    },
    insertMany: async (cars) => {
      await insertMany.run({ cars }, db);
    },
    close: () => client.end(),
  };
}
