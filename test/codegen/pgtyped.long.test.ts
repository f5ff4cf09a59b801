import { processSQLQueryIR, type QueryParameters } from '@pgtyped/runtime';
import { camelCase } from 'camel-case';
import { transformSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import type { PgType } from '../../src/analysis/type.ts';
import { printModules } from '../../src/codegen/print.ts';
import type { Config } from '../../src/project/config.ts';
import fc from '../support/fast-check.ts';
import { array, base, column, composite, config, domain, enumType, query, value } from './support/build.ts';
import { evaluateModule, type ParsedModule, parseModule } from './support/parse.ts';
import { type Described, ourQuery, parseFile, theirModule } from './support/pgtyped.ts';
import { text } from './support/sample.ts';

// PgTyped prints labels as they are: one with a quote in it breaks its module.
const jobStatus = enumType('job_status', ['queued', 'running', 'done']);
const none: Described = { params: [], columns: [] };

function ourModule(file: string, describe: (name: string) => Described, known: Partial<Config> = {}): string {
  const queries = parseFile(file).map((ast) => ourQuery(ast, describe(ast.name)));
  const { modules, diagnostics } = printModules({
    config: config({ runtime: '@pgtyped/runtime', ...known }),
    files: [{ file: 'queries/a.sql', output: '/app/queries/a.queries.ts', queries }],
  });
  expect(diagnostics).toEqual([]);
  return modules[0]?.text ?? '';
}

/** What users see of a module: exports and their types, orders and parentheses aside. */
function exports({ interfaces, aliases, values }: ParsedModule) {
  const plain = (type: string) =>
    type
      .replace(/\s+/g, ' ')
      .replace(/[;,] ?\}/g, ' }')
      .replace(/\((\w+|\{[^()]*\})\)\[\]/g, '$1[]')
      .replaceAll(',', ';')
      .replace(/\{ /g, '{ ')
      .trim();
  return {
    values,
    aliases: Object.fromEntries([...aliases].map(([name, type]) => [name, plain(type).replaceAll('"', "'")])),
    interfaces: Object.fromEntries(
      [...interfaces].map(([name, members]) => [
        name,
        Object.fromEntries(members.map((m) => [`${m.name}${m.optional ? '?' : ''}`, plain(m.type)])),
      ]),
    ),
  };
}

interface Ir {
  readonly statement: string;
  readonly usedParamSet: Record<string, true>;
  readonly params: readonly {
    readonly name: string;
    readonly required?: boolean;
    readonly locs: readonly unknown[];
  }[];
}

/** The intermediate representations of a module, by query. */
function irs(module: string): ReadonlyMap<string, Ir> {
  return new Map([...evaluateModule(module)].map(([name, made]) => [name, (made as { ir: Ir }).ir]));
}

/** What PgTyped declares and never uses has no place in ours; `required` missing is `required: false`. */
function normalised({ params, ...ir }: Ir) {
  return {
    ...ir,
    params: params.filter((p) => p.locs.length > 0).map((p) => ({ ...p, required: p.required === true })),
  };
}

const corpus = `
/* @name GetCar */
SELECT * FROM cars WHERE id = :id!;

/*
  @name search_cars
  @param ids -> (...)
  @param unused -> (...)
*/
SELECT 'a:b' AS x, "c d", e::text /* :comment */ FROM cars
WHERE id IN :ids! AND make = :make AND (:make)::text IS NOT NULL
  AND tags[1:2] = :tags AND at > now() - interval '1 day';

/*
  @name insertCars
  @param cars -> ((id!, make, year)...)
*/
INSERT INTO cars (id, make, year) VALUES :cars RETURNING id;

/*
  @name InsertCar
  @param car -> (id!, make)
  @param extra -> (note)
*/
INSERT INTO cars (id, make) VALUES :car ON CONFLICT DO UPDATE SET note = :extra;

/* @name twice */
SELECT :b AS b, :a AS a, :b AS c, 'ñ😀'::text AS "d?";

/* @name a_b_c1 */
SELECT 1 AS one;
`;

const described: Record<string, Described> = {
  GetCar: {
    params: [text],
    columns: [
      { name: 'id', type: text, nullable: false },
      { name: 'a b', type: base('int8'), nullable: true },
      { name: 'status', type: jobStatus, nullable: true },
      { name: 'price!', type: base('numeric'), nullable: true },
      { name: 'note?', type: base('bytea'), nullable: false },
      { name: 'tags', type: array(text), nullable: false },
      { name: 'sold_at', type: base('timestamptz'), nullable: true },
      { name: 'doc', type: base('jsonb'), nullable: false },
    ],
  },
  search_cars: {
    params: [base('int8'), text, array(text)],
    columns: [{ name: 'x', type: text, nullable: true }],
  },
  insertCars: { params: [text, text, base('int4')], columns: [{ name: 'id', type: text, nullable: false }] },
  InsertCar: { params: [text, text, base('timestamptz')], columns: [] },
  twice: { params: [jobStatus, array(jobStatus)], columns: [{ name: 'd?', type: text, nullable: false }] },
  a_b_c1: none,
};

describe("the modules for PgTyped's runtime", () => {
  it.each([{}, { hungarianNotation: false }, { nonEmptyArrayParams: true }, { camelCaseColumnNames: true }])(
    'export what @pgtyped/cli exports: %o',
    async (known) => {
      const describe = (name: string) => described[name] ?? none;
      const theirs = exports(parseModule(await theirModule(corpus, describe, known)));
      const ours = exports(parseModule(ourModule(corpus, describe, known)));
      expect(ours).toEqual(theirs);
    },
  );

  it('give the runtime what @pgtyped/cli gives it', async () => {
    // PgTyped counts in code points and cuts in UTF-16 units: behind an emoji its places are off.
    const file = corpus.replace('😀', '');
    const describe = (name: string) => described[name] ?? none;
    const theirs = irs(await theirModule(file, describe));
    const ours = irs(ourModule(file, describe));
    expect([...ours.keys()]).toEqual([...theirs.keys()]);
    for (const [name, ir] of theirs) {
      expect(normalised(ours.get(name) ?? ir)).toEqual(normalised(ir));
    }
  });

  it('are run right by the runtime, also where PgTyped loses count', () => {
    const queries = [query({ name: 'q', sql: "SELECT '😀', :a, :b!, :a", params: { a: text, b: text } })];
    const { modules } = printModules({
      config: config({ runtime: '@pgtyped/runtime' }),
      files: [{ file: 'a.sql', output: '/app/a.ts', queries }],
    });
    const ir = irs(modules[0]?.text ?? '').get('q');
    expect(processSQLQueryIR(ir as never, { a: 'x', b: 'y' } as QueryParameters)).toMatchObject({
      query: "SELECT '😀', $1, $2, $1",
      bindings: ['x', 'y'],
    });
  });

  it('are run right with a parameter that is called like a property of every object', () => {
    const queries = [query({ name: 'q', sql: 'SELECT :__proto__', params: { ['__proto__']: text } })];
    const { modules } = printModules({
      config: config({ runtime: '@pgtyped/runtime' }),
      files: [{ file: 'a.sql', output: '/app/a.ts', queries }],
    });
    const ir = irs(modules[0]?.text ?? '').get('q');
    expect(Object.keys(ir?.usedParamSet ?? {})).toEqual(['__proto__']);
    expect(processSQLQueryIR(ir as never).query).toBe('SELECT $1');
  });

  it.each(['In', 'delete', 'Await', 'new_'])('are named with an underscore for a query called %s', (name) => {
    const module = parseModule(ourModule(`/* @name ${name} */\nSELECT 1;\n`, () => none));
    expect(isReserved(camelCase(name))).toBe(true);
    expect(module.values).toEqual([`${camelCase(name)}_`]);
  });

  it('name everything as @pgtyped/cli does, and send the same', async () => {
    // Of a reserved word @pgtyped/cli makes a module that TypeScript cannot read; ours is tested below.
    const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,12}$/).filter((n) => !isReserved(camelCase(n)));
    const kind = fc.constantFrom('', '(...)', '(x!, y)', '((x, y!)...)');
    const param = fc.record({
      name: fc.stringMatching(/^[a-z][A-Za-z0-9_]{0,6}$/),
      kind,
      required: fc.boolean(),
    });
    const queries = fc.uniqueArray(
      fc.record({
        name,
        params: fc.uniqueArray(param, { maxLength: 4, selector: (p) => p.name }),
        uses: fc.array(fc.nat(3), { maxLength: 6 }),
      }),
      { minLength: 1, maxLength: 3, selector: (q) => q.name.toLowerCase().replaceAll('_', '') },
    );
    await fc.assert(
      fc.asyncProperty(queries, async (given) => {
        const file = given
          .map(({ name, params, uses }) => {
            const tags = params.filter((p) => p.kind !== '').map((p) => `  @param ${p.name} -> ${p.kind}\n`);
            const used = uses.flatMap((use) => params[use] ?? []);
            const sql = used
              .map(
                (p) => `  x = :${p.name}${p.required && (p.kind === '' || p.kind === '(...)') ? '!' : ''}\n`,
              )
              .join('');
            return `/*\n  @name ${name}\n${tags.join('')}*/\nSELECT 1 FROM t\n${sql};\n`;
          })
          .join('\n');
        const describe = () => ({
          params: Array.from({ length: 8 }, () => text),
          columns: [{ name: 'one', type: text, nullable: true }],
        });
        const theirText = await theirModule(file, describe);
        const ours = ourModule(file, describe);
        const theirs = parseModule(theirText);
        expect(exports(parseModule(ours)).values).toEqual(exports(theirs).values);
        expect(exports(parseModule(ours)).interfaces).toEqual(exports(theirs).interfaces);
        expect([...irs(ours).values()].map(normalised)).toEqual([...irs(theirText).values()].map(normalised));
      }),
      { numRuns: 60 },
    );
  });
});

function isReserved(name: string): boolean {
  try {
    transformSync(`export const ${name} = 0;`, { loader: 'ts', logLevel: 'silent' });
    return false;
  } catch {
    return true;
  }
}

describe('types that PgTyped has wrong', () => {
  const resultOf = (
    type: PgType,
    elementsNullable = true,
    known: Partial<Config> = {},
    dimensions: readonly number[] = [1],
  ) => {
    const columns = [column('c', { type, nullable: false, elementsNullable, dimensions })];
    const { modules } = printModules({
      config: config({ runtime: '@pgtyped/runtime', ...known }),
      files: [
        { file: 'a.sql', output: '/app/a.ts', queries: [query({ name: 'q', sql: 'SELECT', columns })] },
      ],
    });
    return parseModule(modules[0]?.text ?? '').interfaces.get('IQResult')?.[0]?.type;
  };

  it.each([
    ['time', base('time'), 'string'],
    ['interval', base('interval'), 'PostgresInterval'],
    ['bit', base('bit'), 'string'],
    ['point', base('point'), '{ x: number; y: number }'],
    ['void', base('void'), 'string'],
    ['numeric[]', array(base('numeric')), '(number | null)[]'],
    ['int8[]', array(base('int8')), '(string | null)[]'],
    ['name[]', array(base('name')), 'string'],
    ['an array of an enum', array(jobStatus), 'string'],
    ['an array of a domain', array(domain('email', text)), 'string'],
    ['a domain over an array', domain('emails', array(text)), '(string | null)[]'],
    ['citext[]', array(base('citext', 'public')), 'string'],
    ['a composite', composite('address', { street: text }), 'string'],
  ])('%s', (_, type, expected) => expect(resultOf(type)).toBe(expected));

  it('arrays whose elements are never null are as PgTyped has them', () => {
    expect(resultOf(array(base('int4')), false)).toBe('numberArray');
  });

  it('the names that PgTyped exports are there for those who import them', () => {
    const aliasesOf = (...types: readonly PgType[]) => {
      const columns = types.map((type, i) =>
        column(`c${i}`, { type, nullable: false, elementsNullable: true }),
      );
      const { modules } = printModules({
        config: config({ runtime: '@pgtyped/runtime' }),
        files: [
          { file: 'a.sql', output: '/app/a.ts', queries: [query({ name: 'q', sql: 'SELECT', columns })] },
        ],
      });
      return Object.fromEntries(parseModule(modules[0]?.text ?? '').aliases);
    };
    expect(aliasesOf(array(text), array(base('timestamptz')), array(base('jsonb')))).toMatchObject({
      stringArray: 'string[]',
      DateArray: 'Date[]',
      JsonArray: 'Json[]',
      Json: expect.any(String),
    });
  });

  it('arrays of several dimensions, which pg decodes as such', () => {
    expect(resultOf(array(base('int4')), false, {}, [2])).toBe('numberArray[]');
    expect(resultOf(array(base('int4')), true, {}, [1, 3])).toBe('(number | null)[] | (number | null)[][][]');
    expect(resultOf(array(jobStatus), true, {}, [2])).toBe('string');
  });

  it('a parser that the application gives pg can be told of', () => {
    const known = { typesOverrides: { _job_status: { return: 'string[]' }, interval: { return: 'string' } } };
    expect(resultOf(array(jobStatus), true, known)).toBe('string[]');
    expect(resultOf(base('interval'), true, known)).toBe('string');
    expect(resultOf(array(base('interval')), false, known)).toBe('stringArray');
  });
});

describe('two enums of one name in a file', () => {
  it('are two types', () => {
    const columns = [
      column('a', enumType('status', ['x'])),
      column('b', value(enumType('status', ['y'], 'other'), true)),
      column('c', enumType('string', ['z'])),
      column('d', enumType('my-enum', ['z'])),
    ];
    const { modules } = printModules({
      config: config({ runtime: '@pgtyped/runtime' }),
      files: [
        { file: 'a.sql', output: '/app/a.ts', queries: [query({ name: 'q', sql: 'SELECT', columns })] },
      ],
    });
    const { aliases, interfaces } = parseModule(modules[0]?.text ?? '');
    expect(Object.fromEntries(aliases)).toEqual({
      status: "'x'",
      status_: "'y'",
      string_: "'z'",
      my_enum: "'z'",
      IQParams: 'void',
    });
    expect(interfaces.get('IQResult')?.map((m) => m.type)).toEqual([
      'status',
      'status_ | null',
      'string_',
      'my_enum',
    ]);
  });
});
