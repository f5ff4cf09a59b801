import fc from '../../support/fast-check.ts';

/** A piece of SQL text and the parameters that it holds, by their place in it. */
export interface Fragment {
  readonly text: string;
  readonly planted: readonly Planted[];
}

export interface Planted {
  readonly name: string;
  readonly start: number;
  /** Exclusive, marks included. */
  readonly end: number;
}

const plain = (text: string): Fragment => ({ text, planted: [] });

/** Puts fragments together, keeping the places true. */
export function concat(fragments: readonly Fragment[]): Fragment {
  let text = '';
  const planted: Planted[] = [];
  for (const fragment of fragments) {
    for (const { name, start, end } of fragment.planted) {
      planted.push({ name, start: start + text.length, end: end + text.length });
    }
    text += fragment.text;
  }
  return { text, planted };
}

/** Reads `{a}` as a parameter `:a`, `{a!}` as `:a!`; everything else represents itself. */
export function template(text: string): Fragment {
  return concat(
    text.split(/(\{[^{}!? ]+[!?]?\})/).map((piece) => {
      const name = /^\{([^{}!? ]+)([!?]?)\}$/.exec(piece);
      if (name === null) return plain(piece);
      const [, bare = '', mark = ''] = name;
      return {
        text: `:${bare}${mark}`,
        planted: [{ name: bare, start: 0, end: bare.length + mark.length + 1 }],
      };
    }),
  );
}

/** What could be mistaken for something else inside quotes and comments. */
const NASTY = [
  ...[':no', ':no!', '::', '$1', '@no', '?', ':', ' ', 'x', 'E', 'größe', '😀', '%', '.', '#', '{no}'],
  ...["'", '"', '\\', ';', '--', '$$', '$t$', '(', ')', '[', ']', '\n', '\r\n', '\t', 'U&', '-', '|'],
];

/** Words that PgTyped's reader can be anywhere in quotes and comments. */
const TAME = [
  ':no',
  ':no!',
  '::',
  '$1',
  '@no',
  '?',
  ' ',
  'x',
  'E',
  'größe',
  '%',
  '.',
  ';',
  '(',
  ']',
  '\n',
  '-',
  '|',
];

const text = (chunks: readonly string[]) =>
  fc.array(fc.constantFrom(...chunks), { maxLength: 8 }).map((all) => all.join(''));

/** A quoted text: its SQL and what Postgres reads it as. */
export interface Quoted {
  readonly sql: string;
  readonly value: string;
}

const quoted = (map: (value: string) => string, chunks = NASTY) =>
  text(chunks).map((value): Quoted => ({ sql: map(value), value }));

const standard = quoted((value) => `'${value.replaceAll("'", "''")}'`);
const escaped = quoted((value) => `E'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`);
const doubled = quoted((value) => `e'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`);
const national = quoted((value) => `N'${value.replaceAll("'", "''")}'`);
const unicode = quoted((value) => `U&'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`);
const dollar = fc
  .tuple(text(NASTY), fc.constantFrom('$$', '$t$', '$_1$', '$ü$'))
  .filter(([value, mark]) => (value + mark).indexOf(mark) === value.length)
  .map(([value, mark]): Quoted => ({ sql: mark + value + mark, value }));

/** String constants of every kind. */
export const strings: fc.Arbitrary<Quoted> = fc.oneof(standard, escaped, doubled, national, unicode, dollar);

/** Quoted identifiers; never empty, which Postgres refuses. */
export const identifiers: fc.Arbitrary<string> = text(NASTY).map(
  (value) => `"x${value.replaceAll('"', '""')}"`,
);

const blockComment = text(NASTY).chain((inner) =>
  fc.constantFrom(
    `/* ${inner} */`,
    `/*${inner.replace(/^\*/, '')} /* ${inner} */ ${inner} */`,
    '/**/',
    `/***${inner} **/`,
  ),
);
const lineComment = text(NASTY).map((inner) => `--${inner.replace(/[\r\n]/g, '')}\n`);

/** White space and comments between two tokens; never empty, never a header. */
export const gaps: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.constantFrom(' ', '\n', '\t', '\r\n'), blockComment, lineComment), {
    minLength: 1,
    maxLength: 3,
  })
  // A blank at both ends keeps comment marks from growing together with operators around.
  .map((all) => ` ${all.join(' ')} `);

/** The same, as far as PgTyped reads it as Postgres does. */
export const tameGaps: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(' ', '\n', '\t', '\r\n'),
      text(TAME).map((inner) => `/* ${inner} */`),
      text(TAME).map((inner) => `-- ${inner.replace(/\n/g, '')}\n`),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((all) => ` ${all.join(' ')} `);

const names = fc.constantFrom(
  'a',
  'b',
  'camelCase',
  'snake_case',
  '_1',
  'größe',
  'select',
  'E',
  'constructor',
);
const tameNames = names.filter((name) => /^\w+$/.test(name));

const COMMON = [
  ...[
    'SELECT',
    'x',
    'b$c',
    '1',
    '2.5',
    '1e5',
    'x.y',
    '(',
    ')',
    ',',
    '+',
    '-',
    '||',
    '<>',
    '@>',
    '->>',
    '#>>',
    '::',
  ],
  ...[
    'x::text',
    'f(x => 1)',
    'f(x := 1)',
    'x[1:2]',
    'ARRAY[1, 2]',
    "'a'::int[]",
    '%',
    '@@',
    '=',
    '<=',
    'AND',
  ],
];

const WIDE = [
  ...[
    'x[lo:hi]',
    'x[lo :hi]',
    'x["lo":f(1)]',
    'x[:]',
    'x[y[1]:hi]',
    'a$b$c',
    'data ? k',
    '?|',
    '?&',
    '?',
    '!~',
    '!=',
    'groß',
    '😀',
  ],
  ...["B'101'", "X'1F'", '$', '.', '{', '}', '\\'],
];

const TEMPLATES = [
  ...[
    '{n}',
    '{n!}',
    '{n}::text',
    '({n})',
    '({n},{m})',
    '{n}+{m}',
    'x={n}',
    'x>{n}',
    'f(x := {n})',
    'f(x:={n})',
    'ARRAY[{n}, {m}]',
  ],
  ...['x[{n}]', '{n} ? {m}', '{n}||{m}', '{n}-{m}', '-{n}', 'x%{n}', '{n}', 'ARRAY[[{n}, 1], [{m}, 2]]'],
];

const WIDE_TEMPLATES = [
  ...[
    'x[{n} : {m}]',
    'x[{n}: {m}]',
    'x[ {n}:]',
    'x[lo + {n} : {m}]',
    'x[CASE WHEN {n} THEN 1 END : {m}]',
    'x[: {n}]',
  ],
  ...[
    '{n?} AND',
    '{n?},',
    '{n?}::text',
    '({n?})',
    'LIMIT{n}',
    '{n}?{m}',
    "{n}? 'x'",
    '{n}?|x',
    "{n}?'x'",
    'ARRAY [lo, {n}]',
    '{n!}::int',
    '{n!}x',
    '{n}$x',
  ],
];

const planted = (templates: readonly string[], called: fc.Arbitrary<string>) =>
  fc
    .tuple(fc.constantFrom(...templates), called, called)
    .map(([shape, n, m]) =>
      template(shape.replaceAll('{n?', `{${n}Q?`).replaceAll('{n', `{${n}`).replaceAll('{m', `{${m}`)),
    );

/** Tokens in no sensible order, parameters among them. Names marked `?` end in Q: they have no other mark. */
export const wideFragments: fc.Arbitrary<Fragment> = fc.oneof(
  fc.constantFrom(...COMMON, ...WIDE).map(plain),
  // In parentheses: E'' and a string on a later line would be one string.
  strings.map(({ sql }) => plain(`(${sql})`)),
  identifiers.map(plain),
  planted([...TEMPLATES, ...WIDE_TEMPLATES], names),
  planted(TEMPLATES, names),
);

/** Tokens that PgTyped reads as Postgres does. */
export const tameFragments: fc.Arbitrary<Fragment> = fc.oneof(
  fc.constantFrom(...COMMON).map(plain),
  quoted((value) => `'a${value}'`, TAME).map(({ sql }) => plain(sql)),
  planted(TEMPLATES, tameNames),
);
