import { list } from './codec/list.ts';
import type { Codec, FieldDefinition, QueryDefinition } from './definition.ts';
import { EncodeError } from './errors.ts';
import { property } from './property.ts';
import { type BoundStatement, statementOf } from './statement.ts';

/** The statement of a query whose rows are sent as one array for each of their fields: it is the same for any number of them. */
export function columnwise(definition: QueryDefinition): (params: unknown) => BoundStatement {
  const make = statementOf({
    ...definition,
    params: definition.params.map((param) =>
      'rows' in param
        ? {
            name: param.name,
            fields: param.rows.map(([name, codec]) => [name, list(codec as Codec<unknown>)] as const),
          }
        : param,
    ),
  });
  return (params) => {
    if (Object(params) !== params) {
      return make(params);
    }
    const own = definition.params.map((param) => {
      const value = property(params, param.name);
      return [param.name, 'rows' in param ? columnsOf(definition, param.name, param.rows, value) : value];
    });
    return { ...make(Object.fromEntries(own)), origin: definition, params };
  };
}

/** An array for each field. */
function columnsOf(
  definition: QueryDefinition,
  name: string,
  fields: readonly FieldDefinition[],
  rows: unknown,
): unknown {
  if (!Array.isArray(rows)) {
    throw new EncodeError(definition, name, 'not an array');
  }
  return Object.fromEntries(fields.map(([field]) => [field, rows.map((row) => property(row, field))]));
}
