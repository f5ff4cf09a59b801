import { columnTypes } from './column-types.ts';
import { expression } from './expression.ts';
import type { Generated, Generator } from './generator.ts';
import { item } from './item.ts';
import { list } from './list.ts';
import type { Schema } from './schema.ts';
import type { Place, Scope } from './scope.ts';
import { type Column, fieldsOfPair } from './table.ts';

/** INSERT, UPDATE, DELETE or MERGE of a table, with RETURNING. */
export function modification(generator: Generator): Generated {
  const { choices, schema } = generator;
  const writable = schema.tables.filter((table) => table.writable);
  const table = choices.one(...(writable as [Schema['tables'][number], ...Schema['tables'][number][]]));
  const fields = [
    ...table.columns.map(({ name, type }) => ({ ref: `${table.name}.${name}`, type })),
    ...fieldsOfPair(table, table.name),
  ];
  const place: Place = { generator, outer: [], withs: [], depth: 1 };
  const scope: Scope = { ...place, fields, aggregates: null, windows: false };
  const stored = table.columns.filter((column) => column.stored);
  const some = stored.filter(() => choices.below(2) === 0);
  const columns = some.length === 0 ? stored : some;
  const column = () => choices.one(...(table.columns as readonly [Column, ...Column[]])).name;
  const returning = (within: Scope): Generated => {
    const { sql, columns: named } = list(within, columnTypes(choices, null));
    const all = choices.rarely(3) ? `, ${table.name}.*` : '';
    const row = choices.rarely(6) ? `, to_jsonb(${table.name}) AS j0, ${table.name} AS r0` : '';
    const changed =
      generator.major >= 18 && choices.rarely(3)
        ? `, ${choices.one('old', 'new')}.${column()} AS o0${choices.one('', ', to_jsonb(old) AS o1', ', to_jsonb(new) AS n1')}`
        : '';
    return { sql: ` RETURNING ${sql}${all}${row}${changed}`, columns: named };
  };
  const where = (within: Scope) => (choices.below(2) === 1 ? ` WHERE ${expression(within, 'bool', 2)}` : '');
  const assignments = (within: Scope, mayBeRow = true) => {
    const parts = columns.map(
      ({ name, type }) =>
        `${name} = ${choices.rarely(8) ? 'DEFAULT' : generator.expression(within, type, 1)}`,
    );
    if (table.pair && choices.rarely(3)) parts.push(`pair.x = ${generator.expression(within, 'int', 1)}`);
    const [first] = columns;
    if (!mayBeRow || first === undefined || !choices.rarely(6)) return parts.join(', ');
    const inner = generator.query(
      { ...place, outer: within.fields },
      columns.map(({ type }) => type),
    );
    return `(${columns.map(({ name }) => name).join(', ')}) = (SELECT * FROM (${inner.sql}) sx LIMIT 1)`;
  };
  switch (choices.below(generator.major >= 17 ? 5 : 4)) {
    case 0: {
      const other = choices.rarely(3) ? item(place, null) : null;
      const within = other === null ? scope : { ...scope, fields: [...fields, ...other.fields] };
      const { sql, columns: named } = returning(within);
      const using = other === null ? '' : ` USING ${other.sql}`;
      return { sql: `DELETE FROM ${table.name}${using}${where(within)}${sql}`, columns: named };
    }
    case 1: {
      const other = choices.below(2) === 1 ? item(place, null) : null;
      const within = other === null ? scope : { ...scope, fields: [...fields, ...other.fields] };
      const { sql, columns: named } = returning(choices.below(2) === 1 ? within : scope);
      return {
        sql: `UPDATE ${table.name} SET ${assignments(within)}${other === null ? '' : ` FROM ${other.sql}`}${where(within)}${sql}`,
        columns: named,
      };
    }
    case 4: {
      const source = item(place, null);
      const within: Scope = { ...scope, fields: [...fields, ...source.fields] };
      const [key] = source.fields.filter(({ type }) => type === 'int');
      const insert = `INSERT (${columns.map(({ name }) => name).join(', ')}) VALUES (${columns.map(({ name, type }) => (name === 'id' ? '77' : expression({ ...scope, fields: source.fields }, type, 1))).join(', ')})`;
      const { sql, columns: named } = returning(within);
      const action = choices.rarely(3) ? ', merge_action() AS m0' : '';
      // Two actions of a MERGE that assign a row of a subquery each end PostgreSQL 18.4: the first one's row is never
      // computed, and what is in its place is read as if it were (segmentation fault for numeric, 0 for int).
      const unmatched = choices.one(
        '',
        ' WHEN NOT MATCHED BY SOURCE THEN DELETE',
        ` WHEN NOT MATCHED BY SOURCE THEN UPDATE SET ${assignments(scope, false)}`,
      );
      return {
        columns: named,
        sql: `MERGE INTO ${table.name} USING ${source.sql} ON ${key ? `${table.name}.id = ${key.ref}` : 'false'} WHEN MATCHED THEN ${choices.one('DELETE', `UPDATE SET ${assignments(within)}`)} WHEN NOT MATCHED THEN ${insert}${unmatched}${sql}${action}`,
      };
    }
    default: {
      const values = columns.map(({ name, type }) =>
        name === 'id' && choices.below(2) === 0
          ? String(50 + choices.below(3))
          : expression({ ...scope, fields: [] }, type, 1),
      );
      const source = choices.rarely(3)
        ? generator.query(
            place,
            columns.map(({ type }) => type),
          ).sql
        : `VALUES (${values.join(', ')})${choices.rarely(5) ? `, (${values.map(() => 'DEFAULT').join(', ')})` : ''}`;
      const keyed = schema.notNull.get(table.name)?.has('id') ?? false;
      const conflict =
        keyed && choices.rarely(2)
          ? choices.one(
              ' ON CONFLICT DO NOTHING',
              ` ON CONFLICT (id) DO UPDATE SET ${columns.map(({ name, type }) => `${name} = ${choices.one(`excluded.${name}`, expression(scope, type, 1))}`).join(', ')}${where(scope)}`,
            )
          : '';
      const { sql, columns: named } = returning(scope);
      return {
        sql: `INSERT INTO ${table.name} (${columns.map(({ name }) => name).join(', ')}) ${source}${conflict}${sql}`,
        columns: named,
      };
    }
  }
}
