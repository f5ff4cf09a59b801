import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resultExpressions } from '../../../src/analysis/scope.ts';
import { arrayConstant, constantValue } from '../../../src/analysis/tree/constants.ts';
import type { Const } from '../../../src/analysis/tree/nodes.ts';
import { type Analysed, analysed } from '../../support/analysed.ts';
import { majors } from '../../support/postgres.ts';
import { tested } from '../../support/tested.ts';

const long = 'ä'.repeat(200);

// PGlite is a 32-bit server: its by-value datums have four bytes, and int8 is none of them.
describe.each(tested([...majors, 'PGlite']))('constants on %s', (server) => {
  let on: Analysed;
  beforeAll(async () => {
    on = await analysed(server, 'SELECT 1');
  });
  afterAll(() => on.close());

  async function constants(list: string): Promise<readonly Const[]> {
    const { tree } = await on.tree(`SELECT ${list}`);
    return resultExpressions(tree).filter((expr) => expr.tag === 'CONST');
  }

  it.each([
    ["'0'::int2, '-1'::int2, '32767'::int2, '-32768'::int2", [0, -1, 32767, -32768]],
    ["0, 1, 2147483647, '-2147483648'::int4, '-1'::int4", [0, 1, 2147483647, -2147483648, -1]],
    ["'1'::int8, '-1'::int8, '9007199254740991'::int8", [1, -1, Number.MAX_SAFE_INTEGER]],
    ["'0'::oid, '4294967295'::oid", [0, 4294967295]],
    ['true, false', [true, false]],
    [
      `'a'::text, ''::text, 'it''s'::varchar, '${long}'::text, '☃ \u{1F600}'::text`,
      ['a', '', "it's", long, '☃ \u{1F600}'],
    ],
    ['NULL::text, NULL::int, NULL::bool', [null, null, null]],
    ["'9223372036854775807'::int8, '1.5'::numeric, 'now'::date", [undefined, undefined, undefined]],
  ])('decodes %s', async (list, expected) => {
    expect((await constants(list)).map(constantValue)).toEqual(expected);
  });

  it.each([
    ["'{1,-2,3}'::int4[]", 23, [1, -2, 3]],
    ["'{1,-2,3}'::int2[]", 21, [1, -2, 3]],
    [`'{a,"",${long},bc}'::text[]`, 25, ['a', '', long, 'bc']],
    ["'{}'::text[]", 25, []],
    ["'{a,NULL}'::text[]", 25, null],
    ["'{{a},{b}}'::text[]", 25, null],
    ['NULL::text[]', 25, null],
  ])('decodes the array %s', async (list, element, expected) => {
    const [constant] = await constants(list);
    expect(constant && arrayConstant(constant, element)).toEqual(expected);
  });
});
