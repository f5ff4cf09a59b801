import { expression, type Scope } from './expression.ts';
import type { QueryGenerator } from './query.ts';
import type { Schema } from './schema.ts';
import { type Column, fieldsOfPair } from './table.ts';

/** INSERT, UPDATE, DELETE or MERGE of a table, with RETURNING. */
export function modification(generator: QueryGenerator): string {
  const { choices, schema } = generator;
  const writable = schema.tables.filter((table) => table.writable);
  const table = choices.one(...(writable as [Schema['tables'][number], ...Schema['tables'][number][]]));
  const fields = [
    ...table.columns.map(({ name, type }) => ({ ref: `${table.name}.${name}`, type })),
    ...fieldsOfPair(table, table.name),
  ];
  const scope: Scope = {
    generator,
    fields,
    outer: [],
    withs: [],
    depth: 1,
    aggregates: null,
    windows: false,
  };
  const stored = table.columns.filter((column) => column.stored);
  const some = stored.filter(() => choices.below(2) === 0);
  const columns = some.length === 0 ? stored : some;
  const returning = () => {
    const list = generator.list(scope, generator.types(null)).sql;
    const changed =
      generator.major >= 18 && choices.rarely(3)
        ? `, ${choices.one('old', 'new')}.${choices.one(...(table.columns as readonly [Column, ...Column[]])).name} AS o0`
        : '';
    return ` RETURNING ${list}${choices.rarely(3) ? `, ${table.name}.*` : ''}${changed}`;
  };
  const where = (within: Scope) => (choices.below(2) === 1 ? ` WHERE ${expression(within, 'bool', 2)}` : '');
  const assignments = (within: Scope) =>
    columns
      .map(({ name, type }) => `${name} = ${choices.rarely(8) ? 'DEFAULT' : expression(within, type, 1)}`)
      .join(', ');
  switch (choices.below(generator.major >= 17 ? 5 : 4)) {
    case 0:
      return `DELETE FROM ${table.name}${where(scope)}${returning()}`;
    case 1: {
      const other = choices.below(2) === 1 ? generator.item([], [], 1, null) : null;
      const within = other === null ? scope : { ...scope, fields: [...fields, ...other.fields] };
      return `UPDATE ${table.name} SET ${assignments(within)}${other === null ? '' : ` FROM ${other.sql}`}${where(within)}${returning()}`;
    }
    case 4: {
      const source = generator.item([], [], 1, null);
      const within: Scope = { ...scope, fields: [...fields, ...source.fields] };
      const [key] = source.fields.filter(({ type }) => type === 'int');
      const insert = `INSERT (${columns.map(({ name }) => name).join(', ')}) VALUES (${columns.map(({ name, type }) => (name === 'id' ? '77' : expression({ ...scope, fields: source.fields }, type, 1))).join(', ')})`;
      const list = generator.list(within, generator.types(null)).sql;
      return `MERGE INTO ${table.name} USING ${source.sql} ON ${key ? `${table.name}.id = ${key.ref}` : 'false'} WHEN MATCHED THEN ${choices.one('DELETE', `UPDATE SET ${assignments(within)}`)} WHEN NOT MATCHED THEN ${insert}${choices.below(2) === 1 ? ' WHEN NOT MATCHED BY SOURCE THEN DELETE' : ''} RETURNING ${list}`;
    }
    default: {
      const values = columns.map(({ name, type }) =>
        name === 'id' && choices.below(2) === 0
          ? String(50 + choices.below(3))
          : expression({ ...scope, fields: [] }, type, 1),
      );
      const source = choices.rarely(3)
        ? generator.query(
            [],
            [],
            1,
            columns.map(({ type }) => type),
          ).sql
        : `VALUES (${values.join(', ')})`;
      const keyed = schema.notNull.get(table.name)?.has('id') ?? false;
      const conflict =
        keyed && choices.rarely(2)
          ? choices.one(
              ' ON CONFLICT DO NOTHING',
              ` ON CONFLICT (id) DO UPDATE SET ${columns.map(({ name, type }) => `${name} = ${choices.one(`excluded.${name}`, expression(scope, type, 1))}`).join(', ')}`,
            )
          : '';
      return `INSERT INTO ${table.name} (${columns.map(({ name }) => name).join(', ')}) ${source}${conflict}${returning()}`;
    }
  }
}
