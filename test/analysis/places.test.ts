import { afterAll, expect, test } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import { endOf } from '../../src/diagnostic.ts';
import { readStatements } from '../../src/sql/read.ts';
import { analysed } from '../support/analysed.ts';

const { client, catalog, close } = await analysed(
  'PGlite',
  'CREATE TABLE car (id int PRIMARY KEY, make text, price int)',
);
afterAll(close);

// One cause is one message, about what « and » enclose.
test.each([
  ['ND3003', '/* @name A «:one» */ UPDATE car SET price = :price'],
  ['ND3003', '-- name: A «:many»\nUPDATE car SET price = @price'],
  ['ND3003', '/* @name A\t«:many» */ LOCK car'],
  ['ND3004', '/* @name A */ SELECT id, «:factor::int + price»\nFROM car'],
  ['ND3004', '/* @name A */ UPDATE car SET price = 1 RETURNING «price / :by::int», id'],
  ['ND3004', '/* @name A */ (SELECT id, «-price» FROM car) UNION (SELECT 1, 2)'],
  ['ND3004', "/* @name A */ WITH x AS (SELECT 'é😀' AS m) SELECT m, «m || '😀'» FROM x"],
  ['ND3004', '/* @name A */ SELECT *, «price + 1» FROM car'],
  ['ND3005', '/* @name A */ SELECT a.id, «b.id» FROM car a, car b'],
  ['ND3005', '/* @name A */ SELECT make, price, «(\n  SELECT c.make\n  FROM car c) AS make» FROM car'],
  ['ND3005', '/* @name A */ SELECT a.*, «b».* FROM car a, car b'],
  ['ND3005', '/* @name A */ SELECT «*» FROM (VALUES (1, 2)) v (x, y), LATERAL (SELECT 3 AS x) z'],
  ['ND3006', '/*\n  @name A «:maybe»\n*/\nSELECT id FROM car WHERE make = :make'],
  ['ND3006', '/* @name A «:one» */ SHOW ALL'],
  ['ND3006', '/* @name A «:one»\n  @optional id */ SELECT id FROM car WHERE id = :id'],
  ['ND3007', '/* @name A :many */ «FETCH» 1 FROM c'],
  ['ND3009', '/* @name A :many */ COPY car FROM «STDIN»'],
  ['ND3009', '/* @name A :one */ COPY car TO «STDOUT»'],
  ['ND3015', '-- name: A :many\nSELECT id, «sqlc.embed(make)» FROM car make'],
])('%s is at its place: %s', async (code, marked) => {
  const text = marked.replaceAll(/[«»]/g, '');
  const { diagnostics } = await analyse(client, readStatements('q.sql', text).statements, {
    texts: new Map([['q.sql', text]]),
    lenientParameters: false,
    catalog: Promise.resolve(catalog),
  });
  const [found] = diagnostics;
  if (found === undefined) expect.fail('nothing is wrong');
  expect([diagnostics.length, found.code]).toEqual([1, code]);
  expect(markedText(text, { line: found.line, column: found.column }, endOf(found))).toBe(marked);
});

type Place = { readonly line: number | null; readonly column: number | null } | null;

function markedText(text: string, start: Place, end: Place): string {
  return [end, start].reduce((whole, place, i) => {
    const lines = whole.split('\n');
    const line = (place?.line ?? 0) - 1;
    const column = (place?.column ?? 0) - 1;
    const old = lines[line] ?? '';
    return lines.with(line, old.slice(0, column) + (i === 0 ? '»' : '«') + old.slice(column)).join('\n');
  }, text);
}
