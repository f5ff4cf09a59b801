import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  isNode,
  isUtility,
  readExpr,
  readNodes,
  readQueries,
  readQuery,
} from '../../../src/analysis/tree/read.ts';
import { describe as describeStatements } from '../../../src/analysis/wire.ts';
import { corpusQueries, corpusSchema } from '../../soundness/corpus.ts';
import { type Analysed, analysed } from '../../support/analysed.ts';
import { majors } from '../../support/postgres.ts';
import { tested } from '../../support/tested.ts';

describe('reading node text', () => {
  it.each([
    ['<>', null],
    ['{VAR :varno 1 :varattno -2}', { tag: 'VAR', varno: 1, varattno: -2 }],
    ['{A :on true :off false :none <>}', { tag: 'A', on: true, off: false, none: null }],
    ['{A :ratio 0.5 :cost -1.5 :big 4294967295}', { tag: 'A', ratio: 0.5, cost: -1.5, big: 4294967295 }],
    [
      '({A :x 1} {A :x 2})',
      [
        { tag: 'A', x: 1 },
        { tag: 'A', x: 2 },
      ],
    ],
    ['()', []],
    ['(i 1 -2 3)', [1, -2, 3]],
    ['(o 4294967295 16384)', [4294967295, 16384]],
    ['(b 1 2)', [1, 2]],
    ['(b)', []],
    ['((i 1) <> (i 2))', [[1], null, [2]]],
    // As outToken prints names: a quote is escaped where it begins one, not inside.
    ['("a" "b\\ c" "d"e" "\\"f" "g"" "\\\\")', ['a', 'b c', 'd"e', '"f', 'g"', '\\']],
    [
      '{A :name a\\ b :empty "" :odd \\<\\> :digits \\1}',
      { tag: 'A', name: 'a b', empty: '', odd: '<>', digits: '1' },
    ],
    ['{A :v 4 [ 1 0 -1 -128 ]}', { tag: 'A', v: [1, 0, 255, 128] }],
    ['{A :v 0 [ ] :w 1}', { tag: 'A', v: [], w: 1 }],
    ['{A\n :x 1\n :y\n (i 1\n 2)}\n', { tag: 'A', x: 1, y: [1, 2] }],
    ['{A :location 7 :x 1}', { tag: 'A', x: 1 }],
    ['{A :eref {ALIAS :colnames ("a\\)" "b\\{" "\\"quoted"" "c"d")} :x 1}', { tag: 'A', x: 1 }],
    ['{A NULL :x 1}', { tag: 'A', x: 1 }],
    ['{A IN ("=" {B :y 2}) :x 1}', { tag: 'A', x: 1 }],
    ['{CASE :x 1}', { tag: 'CASEEXPR', x: 1 }],
    ['{RTE :rtekind 0}', { tag: 'RANGETBLENTRY', rtekind: 0 }],
  ])('%s', (text, expected) => {
    expect(readNodes(text)).toEqual(expected);
  });

  it('reads what it has read often as it reads what is new', () => {
    const often = (text: string) => readNodes(`(${`${text} `.repeat(40)})`);
    const plain = { tag: 'Often', a: 1, b: true, c: null, d: [3, -4] };
    expect(often('{Often :a 1 :b true :location 7 :c <>\n:d (b 3\n-4)}')).toEqual(Array(40).fill(plain));
    for (const [value, expected] of [
      ['{Often :a 2}', { tag: 'Often', a: 2 }],
      ['word', 'word'],
      ['""', ''],
      ['\\1', '1'],
      ['a\\ b', 'a b'],
      ['2 [ 1 -1 ]', [1, 255]],
      ['(i)', []],
      ['({X :a 1} <>)', [{ tag: 'X', a: 1 }, null]],
    ] as const) {
      const text = `{Often :a 1 :b ${value} :location (b 1) :c <> :d (b 3 -4)}`;
      for (let i = 0; i < 20; i++) expect(readNodes(text)).toEqual({ ...plain, b: expected });
    }
    // Another server's fields.
    expect(often('{Often :a 1 :e 2 :location 7 :f 3}')).toEqual(
      Array(40).fill({ tag: 'Often', a: 1, e: 2, f: 3 }),
    );
    expect(readNodes('{Often :a 1 :b true :location 7 :c <> :d (b 3 -4)}')).toEqual(plain);
    expect(() => readNodes('{Often :a 1 :b true :location 7 :c <> :d')).toThrow('not as expected');
  });

  it('reads what a join offers when it is asked for', () => {
    const read = () => readNodes('{RTE :joinaliasvars ({VAR :varno 1} <>) :rtekind 2}');
    const offered = [{ tag: 'VAR', varno: 1 }, null];
    for (let i = 0; i < 20; i++) {
      expect(read()).toEqual({ tag: 'RANGETBLENTRY', joinaliasvars: offered, rtekind: 2 });
    }
    expect(readNodes('{RTE :joinaliasvars <> :rtekind 0}')).toEqual({
      tag: 'RANGETBLENTRY',
      joinaliasvars: null,
      rtekind: 0,
    });
  });

  it('reads fields of one tag that come in different orders', () => {
    expect(readNodes('({Z :x 1 :xy 2} {Z :xy 3 :x 4} {Z :x 5})')).toEqual([
      { tag: 'Z', x: 1, xy: 2 },
      { tag: 'Z', xy: 3, x: 4 },
      { tag: 'Z', x: 5 },
    ]);
  });

  it.each(['', '{A :x 1', '({A :x 1}', '{A :x 1} {B :y 2}', ')', '{A )', '{A x'])('refuses %j', (text) => {
    expect(() => readNodes(text)).toThrow(/node text is not as expected at offset \d+/);
  });

  it.each([
    ['{QUERY :commandType 6 :querySource 0 :canSetTag true :utilityStmt\n{CALLSTMT :a ((}', true],
    ['{QUERY :commandType 5 :querySource 0 :canSetTag true :utilityStmt ? :x 1}', true],
    ['{QUERY :commandType 1 :querySource 0 :canSetTag true :utilityStmt <> :x 1}', false],
    [
      '{QUERY :commandType 1 :querySource 0 :canSetTag true :utilityStmt\n<>\n:x {QUERY :utilityStmt ?}}',
      false,
    ],
  ])('tells by the head of %j whether it is of a utility statement', (text, expected) => {
    expect(isUtility(text)).toBe(expected);
  });

  it('refuses what is not a query where one is wanted', () => {
    expect(() => readQuery('{VAR :varno 1}')).toThrow('not a query');
    expect(() => readQueries('{QUERY :commandType 1}')).toThrow('not a list');
    expect(() => readExpr('(i 1)')).toThrow();
  });
});

const tagsOf = new Map<string, ReadonlySet<string>>();

describe.each(tested([...majors, 'PGlite']))('reading the trees of %s', (server) => {
  let on: Analysed;
  beforeAll(async () => {
    on = await analysed(server, corpusSchema);
  });
  afterAll(() => on.close());

  it('loses no node', async () => {
    const queries = corpusQueries.filter(({ since }) => server === 'PGlite' || since <= server);
    const tags = new Set<string>();
    let trees = 0;
    await describeStatements(
      on.client,
      queries.map(({ sql }) => sql),
      (answer, i) => {
        if (!answer.ok || answer.tree === null) throw new Error(`no tree: ${queries[i]?.sql}`);
        trees++;
        const seen = tagsIn(readQuery(answer.tree));
        expect(seen.length, queries[i]?.sql).toBe(nodesIn(answer.tree));
        if (queries[i]?.since === 14) for (const tag of seen) tags.add(tag);
      },
    );
    expect(trees).toBe(queries.length);
    tagsOf.set(String(server), tags);
  });

  it('reads every view, rule and expression in the catalogs', async () => {
    const { rows } = await on.client.query<{ text: string }>(`
      SELECT ev_action::text AS text FROM pg_rewrite
      UNION ALL SELECT conbin::text FROM pg_constraint WHERE conbin IS NOT NULL
      UNION ALL SELECT adbin::text FROM pg_attrdef
      UNION ALL SELECT prosqlbody::text FROM pg_proc WHERE prosqlbody IS NOT NULL`);
    expect(rows.length).toBeGreaterThan(100);
    for (const { text } of rows) expect(tagsIn(readNodes(text)).length).toBe(nodesIn(text));
  });
});

it('names the nodes alike on every server', () => {
  const [first, ...others] = [...tagsOf.values()].map((tags) => [...tags].sort());
  expect(first?.length).toBeGreaterThan(40);
  for (const other of others) expect(other).toEqual(first);
});

/** Nodes in the text, without those in fields that are omitted. */
function nodesIn(text: string): number {
  const all = text.match(/(?<!\\)\{[A-Z]/g) ?? [];
  const leftOut = text.match(/\{RTEPERMISSIONINFO|:eref\s\{ALIAS/g) ?? [];
  return all.length - leftOut.length;
}

function tagsIn(value: unknown): readonly string[] {
  const found: string[] = [];
  const visit = (node: unknown): void => {
    if (isNode(node)) found.push(node.tag);
    if (typeof node === 'object' && node !== null) Object.values(node).forEach(visit);
  };
  visit(value);
  return found;
}
