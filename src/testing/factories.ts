import type { AnyCodec, Connection } from 'nodrift-runtime';
import { make, makeMany, related } from './make.ts';
import type { GivenValues, MadeRow } from './make-row.ts';

/** A table of a generated module. */
export interface TableDefinition {
  /** With its schema. */
  readonly table: string;
  /** For each column its key, its codec, and its name in the database where that is another one. */
  readonly columns: readonly (readonly [key: string, codec: AnyCodec, name?: string])[];
}

/** What the rows of each table are, and what can be given of them. */
type RowTypes<Tables> = {
  readonly [Table in keyof Tables]: { readonly row: object; readonly given: object };
};

/** `make`, `makeMany` and `related`, with the keys and types that queries have. */
export interface Factories<Tables extends RowTypes<Tables>> {
  make<Table extends keyof Tables>(
    db: Connection,
    table: Table,
    given?: Tables[Table]['given'],
  ): Promise<Tables[Table]['row']>;
  makeMany<Table extends keyof Tables>(
    db: Connection,
    table: Table,
    count: number,
    given?: Tables[Table]['given'] | ((index: number) => Tables[Table]['given']),
  ): Promise<Tables[Table]['row'][]>;
  related<Table extends keyof Tables, Child extends keyof Tables>(
    db: Connection,
    table: Table,
    given: Tables[Table]['given'],
    children: { readonly [Name in Child]: number | readonly Tables[Name]['given'][] },
  ): Promise<[Tables[Table]['row'], { [Name in Child]: Tables[Name]['row'][] }]>;
}

/** Used by the module that the option `factories` writes: encodes what is given, and decodes the rows. */
export function factories<Tables extends RowTypes<Tables>>(
  tables: {
    readonly [Table in keyof Tables]: TableDefinition;
  },
): Factories<Tables> {
  type Name = keyof Tables;
  const definitionOf = (name: Name): TableDefinition => {
    if (!Object.hasOwn(tables, name)) throw new TypeError(`make: there is no table ${String(name)}`);
    return tables[name];
  };
  return {
    async make<Table extends Name>(db: Connection, table: Table, given: object = {}) {
      const definition = definitionOf(table);
      return decoded(definition, await make(db, definition.table, encoded(definition, given)));
    },
    async makeMany<Table extends Name>(
      db: Connection,
      table: Table,
      count: number,
      given: object | ((index: number) => object) = {},
    ) {
      const definition = definitionOf(table);
      const rows = await makeMany(db, definition.table, count, (index) =>
        encoded(definition, typeof given === 'function' ? given(index) : given),
      );
      return rows.map((row) => decoded(definition, row));
    },
    async related<Table extends Name, Child extends Name>(
      db: Connection,
      table: Table,
      given: object,
      children: { readonly [Key in Child]: number | readonly object[] },
    ) {
      const parent = definitionOf(table);
      const wanted = (Object.entries(children) as [Child, number | readonly object[]][]).map(
        ([name, rows]) => ({ name, rows, definition: definitionOf(name) }),
      );
      const [row, made] = await related(
        db,
        parent.table,
        encoded(parent, given),
        Object.fromEntries(
          wanted.map(({ rows, definition }) => [
            definition.table,
            typeof rows === 'number' ? rows : rows.map((one) => encoded(definition, one)),
          ]),
        ),
      );
      const others = wanted.map(({ name, definition }) => [
        name,
        (made[definition.table] ?? []).map((one) => decoded(definition, one)),
      ]);
      return [decoded(parent, row), Object.fromEntries(others)] as never;
    },
  };
}

function encoded({ table, columns }: TableDefinition, given: object): GivenValues {
  const values = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    values.map(([key, value]) => {
      const column = columns.find(([name]) => name === key);
      if (column === undefined) throw new TypeError(`make: the table ${table} has no column ${key}`);
      const [, codec, name = key] = column;
      try {
        return [name, value === null ? null : codec.encode(value as never)];
      } catch (cause) {
        throw new TypeError(`make: the value of ${table}.${name} does not fit its type`, { cause });
      }
    }),
  );
}

function decoded<Row>({ columns }: TableDefinition, row: MadeRow): Row {
  return Object.fromEntries(
    columns.map(([key, codec, name = key]) => {
      const text = row[name];
      return [key, text === undefined ? null : codec.decode(text)];
    }),
  ) as Row;
}
