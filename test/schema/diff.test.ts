import { expect, test } from 'vitest';
import { diffSchemas } from '../../src/schema/diff.ts';
import { schemaText } from '../../src/schema/print.ts';
import type { SchemaKind, SchemaObject } from '../../src/schema/schema-object.ts';

const object = (
  kind: SchemaKind,
  name: string,
  facts: Readonly<Record<string, string>> = {},
  table: string | null = null,
): SchemaObject => ({ kind, name, table, facts });

const table = object('table', 'public.t');
const column = (facts: Readonly<Record<string, string>>) => object('column', 'public.t.a', facts, 'public.t');

test('facts that one side lacks are null there', () => {
  const [before, after] = [column({ type: 'text', default: "''" }), column({ type: 'text', nullable: 'no' })];
  expect(diffSchemas([table, before], [table, after])).toEqual([
    {
      kind: 'column',
      name: 'public.t.a',
      table: 'public.t',
      change: 'different',
      facts: [
        { fact: 'default', before: "''", after: null },
        { fact: 'nullable', before: null, after: 'no' },
      ],
    },
  ]);
});

test('a table is named once, whatever it holds', () => {
  const names = (changes: ReturnType<typeof diffSchemas>) =>
    changes.map(({ change, name }) => `${change} ${name}`);
  expect(names(diffSchemas([table, column({})], []))).toEqual(['missing public.t']);
  expect(names(diffSchemas([], [table, column({})]))).toEqual(['unexpected public.t']);
  expect(names(diffSchemas([table], [table, column({})]))).toEqual(['unexpected public.t.a']);
});

test('a partition that is attached is named once, though it lists other columns then', () => {
  const partition = object('table', 'public.t', { 'partition of': 'public.p DEFAULT' });
  const changes = diffSchemas([table, column({})], [partition]);
  expect(changes.map(({ change, name }) => `${change} ${name}`)).toEqual(['different public.t']);
});

test('kinds that share a name are not taken for each other', () => {
  const [view, index] = [object('view', 'public.x'), object('index', 'public.x')];
  expect(diffSchemas([view], [index]).map(({ change, kind }) => `${change} ${kind}`)).toEqual([
    'unexpected index',
    'missing view',
  ]);
});

test('the text has parts below their table and texts of several lines below their fact', () => {
  const view = object('view', 'public.v', { definition: ' SELECT 1\n   FROM t', options: 'x=1' });
  expect(schemaText([column({ type: 'text' }), table, view])).toBe(`table public.t
  column public.t.a
    type: text

view public.v
  definition:
     SELECT 1
       FROM t
  options: x=1
`);
});
