import type { Param, Statement } from '../../sql/statement.ts';
import type { Expression } from '../expression.ts';
import { sqlLiteral, stringLiteral, unixLines } from '../literal.ts';

/**
 * What PgTyped's PreparedQuery is made from: SQLQueryIR of @pgtyped/parser. The text has every parameter
 * as `:name`, whatever spelling the file uses, and `locs` are the places of its first and last character,
 * between which @pgtyped/runtime puts `$n` (replaceIntervals in its preprocessor.ts).
 */
export function queryIr({ params, parts }: Statement): Expression {
  const places = params.map((): Expression[] => []);
  let text = '';
  for (const part of parts) {
    if (typeof part === 'string') {
      text += unixLines(part);
      continue;
    }
    const param = params[part];
    if (param === undefined) continue;
    const from = text.length;
    text += `:${param.name}${isRequiredParam(param) ? '!' : ''}`;
    places[part]?.push({
      record: [
        ['a', String(from)],
        ['b', String(text.length - 1)],
      ],
    });
  }
  return {
    record: [
      ['usedParamSet', { record: params.map((p) => [p.name, 'true']) }],
      [
        'params',
        {
          list: params.map((param, index) => ({
            record: [
              ['name', stringLiteral(param.name)],
              ['required', String(isRequiredParam(param))],
              ['transform', transform(param)],
              ['locs', { list: places[index] ?? [] }],
            ],
          })),
        },
      ],
      ['statement', sqlLiteral(text)],
    ],
  };
}

/** Written with `!`: all that PgTyped goes by. */
export function isRequiredParam(param: Param): boolean {
  return 'required' in param && param.required === true;
}

function transform(param: Param): Expression {
  switch (param.kind) {
    case 'scalar':
      return { record: [['type', "'scalar'"]] };
    case 'list':
      return { record: [['type', "'array_spread'"]] };
    default: {
      const keys = param.fields.map(
        ({ name, required }): Expression => ({
          record: [
            ['name', stringLiteral(name)],
            ['required', String(required === true)],
          ],
        }),
      );
      const type = param.kind === 'object' ? "'pick_tuple'" : "'pick_array_spread'";
      return {
        record: [
          ['type', type],
          ['keys', { list: keys }],
        ],
      };
    }
  }
}
