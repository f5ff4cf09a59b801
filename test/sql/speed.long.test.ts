import { describe, expect, it } from 'vitest';
import { readStatements } from '../../src/sql/read.ts';

const MEGABYTES_10 = 10_000_000;

const query = (n: number) => `/*
  @name Query${n} :many
  @param ids -> (...)
  Cars by make.
*/
SELECT c.id, c.price_mxn::text AS price -- the price
FROM cars c WHERE c.make ILIKE '%' || :make || '%' AND c.id IN :ids AND c.months[1:2] = ARRAY[:a::int, 12]
ORDER BY c.price_mxn DESC LIMIT :limit OFFSET :offset;

`;

const repeat = (text: string, length = MEGABYTES_10) => text.repeat(Math.ceil(length / text.length));

/** Texts that a careless reader goes over again and again. */
const texts: readonly (readonly [name: string, text: string])[] = [
  ['queries', Array.from({ length: 27_000 }, (_, n) => query(n)).join('')],
  ['one string', `/* @name A */ SELECT '${repeat('x')}';`],
  ['doubled quotes', `/* @name A */ SELECT '${repeat("''")}';`],
  ['one list', `/* @name A */ SELECT ${repeat('1,')}1;`],
  ['continued strings', `/* @name A */ SELECT E${repeat("'a' \n")};`],
  [
    'a slash and star in each header',
    Array.from({ length: 100_000 }, (_, n) => `/* @name A${n} of src/*.sql */ SELECT 1;\n`).join(''),
  ],
  ['open comments', repeat('/* ')],
  ['open comments in a statement', `/* @name A */ SELECT ${repeat('/* ')}`],
  [
    'open dollar quotes',
    Array.from({ length: 300_000 }, (_, n) => `/* @name A${n} */ SELECT $a${n}$;\n`).join(''),
  ],
  ['blanks in a header', `/* @name A${repeat(' ')} */ SELECT 1;`],
  ['line comments', repeat('-- a comment\n')],
  ['at signs', `/* @name A ${repeat('@')} */ SELECT 1;`],
  ['a broken header a line', `/* ${repeat('@param\n', 1_000_000)} */ SELECT 1;`],
  ['faults in one line', `/* @name A */ SELECT ${repeat('$1 ', 1_000_000)};`],
];

describe('reading stays linear', () => {
  // Quadratic time is minutes of this process's own, however busy the machine is.
  it.each(texts)('%s', (_, text) => {
    const before = process.cpuUsage();
    const { statements, diagnostics } = readStatements('q.sql', text);
    expect(process.cpuUsage(before).user).toBeLessThan(30_000_000);
    expect(statements.length + diagnostics.length).toBeGreaterThan(0);
  });
});
