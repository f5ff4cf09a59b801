import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnalysedQuery } from '../../src/analysis/analysed-query.ts';
import { printModules } from '../../src/codegen/print.ts';
import type { Config } from '../../src/project/config.ts';
import { restOfTests } from '../support/tested.ts';
import { agreementModule } from './support/agreement.ts';
import { array, base, column, config, enumType, query, value } from './support/build.ts';
import { compilers, type TestProject, testProject } from './support/compile.ts';
import { sampleQueries, text } from './support/sample.ts';
import { payments } from './support/variants.ts';

/** Names that collide with everything that a module could import or that means something in JavaScript. */
const collisions: readonly AnalysedQuery[] = [
  ...['text', 'many', 'date', 'json', 'array', 'delete', 'class', 'module', 'undefined', 'GetCar'].map(
    (name) =>
      query({
        name,
        command: 'many',
        sql: `SELECT '${name}' WHERE :x`,
        params: { x: array(base('json')) },
        columns: [
          column('a', text),
          column('b', value(array(base('date')), true)),
          column('c', base('jsonb')),
          column('d', enumType('get_car_row', ['x'])),
          column('e', enumType('date', ['y'])),
          column('f', enumType('range', ['z'])),
          column('g', enumType('status', ['public'])),
          column('h', enumType('status', ['audit'], 'audit')),
          column('constructor', base('int4')),
          column('__proto__', base('int4')),
          column("it's a */ `$" + '{x}`', base('int4')),
        ],
      }),
  ),
];

const configured: readonly AnalysedQuery[] = [
  query({
    name: 'GetJob',
    command: 'one',
    sql: 'SELECT ... WHERE p = :p AND q = :q',
    params: { p: base('jsonb'), q: base('int8') },
    columns: [
      column('parameters', base('jsonb'), {
        source: { schema: 'public', table: 'jobs', column: 'parameters' },
      }),
      column('results', value(array(base('jsonb')), true), {
        source: { schema: 'public', table: 'jobs', column: 'results' },
      }),
      column('price', base('numeric')),
      column('prices', array(base('numeric'))),
      column('size', base('int8')),
      column('day', base('date')),
      column('at', base('timestamptz')),
      column('other', base('json')),
      column('money', base('money')),
      column('noon', base('time')),
      column('span', base('interval')),
      column('cells', array(base('int2')), {
        source: { schema: 'public', table: 'jobs', column: 'cells' },
      }),
    ],
  }),
];

const usage = `
import { Decimal } from 'decimal.js';
import { type Connection, isCheckViolation, isExclusionViolation, isForeignKeyViolation, isNotNullViolation, isUniqueViolation, type UniqueViolationError } from 'nodrift-runtime';
import type { Address, Currency, JobStatus } from './queries/types.js';
import { addJob, addJobs, type AddJobsViolations, everyType, type EveryTypeRow, getCar, type GetCarRow, nothing, refresh, searchCars, touch } from './queries/cars.queries.js';
import { delete_, text, type TextRow } from './queries/deep/collisions.queries.js';
import { getJob } from './queries/deep/configured.queries.js';
import type { JobParameters } from './json.js';
import { listPayments, type ListPaymentsCardRow, type ListPaymentsGiftCardRow, type ListPaymentsRow } from './queries/deep/payments.queries.js';

declare const db: Connection;

export const car: GetCarRow | null = await getCar(db, { id: 'a' });
export const rows: GetCarRow[] = await getCar.run({ id: 'a' }, db);
export const price: Decimal | undefined = car?.price;
// @ts-expect-error there may be no such car
export const id: string = (await getCar(db, { id: 'a' })).id;
// @ts-expect-error sold_at can be null
export const sold: Date = rows[0]!.sold_at;
// @ts-expect-error a parameter is missing
await getCar(db, {});
// @ts-expect-error a parameter is of another type
await getCar(db, { id: 1 });
// @ts-expect-error there are parameters
await getCar(db);

await searchCars(db, { make: 'a', ids: ['a'] as const });
await searchCars(db, { make: 'a', ids: [], year: null });
await searchCars(db, { make: 'a', ids: [], year: undefined });
// @ts-expect-error elements are of another type
await searchCars(db, { make: 'a', ids: [1] });
// @ts-expect-error null cannot match
await searchCars(db, { make: null, ids: [] });

const every: EveryTypeRow = await everyType(db);
export const facts: [bigint, Uint8Array, Date, JobStatus, Currency, Address | null] = [
  every.an_int8, every.a_bytea, every.a_timestamptz, every.an_enum, every.a_domain, every.a_composite,
];
export const lower: number | null = every.a_range.lower;
export const shape: { id: number; 'a-b': 'x' | null }[] | null = every.shape;
// @ts-expect-error elements can be null
export const elements: string[] = every.an_array;
export const never: bigint[] = every.never_null;
// @ts-expect-error not a label
export const label: JobStatus = 'lost';
// @ts-expect-error no such column
every.nothing;
// @ts-expect-error narrowed to two labels
if (every.some_of_enum === 'done') nothing(db);

const home: Address = { street: 'x', no: null, 'post code': 'MXN' };
await addJobs(db, { jobs: [{ name: 'a', home }, { name: 'b', status: 'done', home }, { name: 'c', status: undefined, home }] });
// @ts-expect-error not a status
await addJobs(db, { jobs: [{ name: 'a', status: 'lost', home }] });
// @ts-expect-error a field is missing
await addJobs(db, { jobs: [{ name: 'a' }] });
export const affected: number = await addJob(db, { job: { name: 'a', tags: ['b', null] as const, when: { lower: null, upper: null, lowerInclusive: true, upperInclusive: false, empty: false } } });
export const none: void = await touch(db, { bytes: new Uint8Array() });
export const touched: { id: bigint }[] = await touch.run({ bytes: new Uint8Array() }, db);
await refresh(db);
await refresh.run(undefined, db);

declare const error: unknown;
if (isUniqueViolation(error, addJobs, "jobs_name's key")) {
  const violation: UniqueViolationError = error;
  throw violation;
}
isUniqueViolation(error, addJobs);
isNotNullViolation(error, addJobs, 'status');
isCheckViolation(error, addJobs, 'jobs_home_check');
isExclusionViolation(error, touch, 'jobs_at_excl');
// Its constraints are not all known.
isForeignKeyViolation(error, addJob, 'any_fkey');
// @ts-expect-error no such constraint
isUniqueViolation(error, addJobs, 'jobs_key');
// @ts-expect-error a constraint of another kind
isCheckViolation(error, addJobs, 'jobs_pkey');
// @ts-expect-error it has no foreign keys
isForeignKeyViolation(error, addJobs, 'jobs_fkey');
// @ts-expect-error a column that can be null
isNotNullViolation(error, addJobs, 'home');
// @ts-expect-error it only reads
isUniqueViolation(error, getCar, 'jobs_pkey');
export const unique: AddJobsViolations['unique'] = 'jobs_pkey';

export const collided: TextRow[] = await text(db, { x: [] });
export const statuses: ['public', 'audit', 'y', 'z'] = [collided[0]!.g, collided[0]!.h, collided[0]!.e, collided[0]!.f];
export const odd: number = collided[0]!["it's a *\\/ \`\${x}\`"];
await delete_(db, { x: [null, { a: [1] }] });

for (const payment of await listPayments(db)) {
  if (payment.kind === 'card') {
    const digits: string = payment.last4.slice(0, payment.tags.map((tag) => tag.length)[0]);
    const visa: 'visa' | 'amex' = payment.network;
    const none: null = payment.till;
    digits satisfies string; visa satisfies string; none satisfies null;
  } else if (payment.kind === 'cash') {
    payment.till.plus(1);
    payment.last4 satisfies null;
    // @ts-expect-error elements can be null
    payment.tags.map((tag) => tag.length);
  }
  // @ts-expect-error cash has none
  payment.last4.length;
  // @ts-expect-error no such kind
  if (payment.kind === 'cheque') nothing(db);
  // What only a card fills in tells the kind, too.
  if (payment.network !== null) payment satisfies ListPaymentsCardRow;
}
export function fee(payment: ListPaymentsRow): number {
  switch (payment.kind) {
    case 'card': return payment.last4.length;
    case 'gift card': return payment.receipt?.length ?? 0;
    case 'cash': return payment.till.toNumber();
  }
}
export const gift: ListPaymentsGiftCardRow | undefined = (await listPayments(db)).find((payment): payment is ListPaymentsGiftCardRow => payment.kind === 'gift card');
// @ts-expect-error a card's number
export const noCard: ListPaymentsRow = { kind: 'card', id: 1n, last4: null, till: null, network: 'visa', receipt: {}, tags: [] };
for await (const payment of listPayments.iterate(db)) if (payment.kind === 'cash') payment.till.plus(1);

const job = await getJob(db, { p: 'text', q: 1 });
export const parameters: JobParameters = job.parameters;
export const results: (JobParameters | null)[] | null = job.results;
export const decimals: [Decimal, (Decimal | null)[]] = [job.price, job.prices];
export const words: [number, Date, string] = [job.size, job.day, job.at];
export const plain: Record<string, string> = job.other;
export const big: Money = job.money;
export const noon: number = job.noon.hour;
export const hours: number = job.span.total('hours');
export const cell: number | null | undefined = job.cells[0]?.[0];
import type {} from 'temporal-spec/global';
import type Money from './money.js';
`;

const pgtypedUsage = `
import type { IDatabaseConnection } from '@pgtyped/runtime';
import { addJobs, everyType, getCar, type IEveryTypeResult, type IGetCarParams, type IGetCarQuery, type IGetCarResult, refresh, searchCars } from './cars.queries.js';

declare const db: IDatabaseConnection;

const params: IGetCarParams = { id: 'a' };
export const car: IGetCarResult[] = await getCar.run(params, db);
export const counted: { result: IGetCarResult[]; rowCount: number } = await getCar.runWithCounts({}, db);
export const pair: IGetCarQuery = { params, result: car[0]! };
// @ts-expect-error sold_at can be null
export const sold: Date = car[0]!.sold_at;
// @ts-expect-error a parameter is of another type
await getCar.run({ id: 1 }, db);
await searchCars.run({ ids: ['a', null] }, db);
await refresh.run(undefined, db);
await addJobs.run({ jobs: [{ name: 'a', status: undefined, home: '(,,)' }] }, db);
const every: IEveryTypeResult = (await everyType.run(undefined, db))[0]!;
export const facts: [string, Buffer, Date, 'done' | 'queued' | 'running' | "can't", string] = [
  every.an_int8, every.a_bytea, every.a_timestamptz, every.an_enum, every.an_interval.toPostgres(),
];
`;

let project: TestProject;

function generate(output: string, queries: readonly AnalysedQuery[], known: Partial<Config>): void {
  const { root } = project;
  const { modules, diagnostics } = printModules({
    config: config({
      root,
      path: join(root, 'pgtyped.config.json'),
      sharedTypes: join(root, 'queries/types.ts'),
      ...known,
    }),
    files: [{ file: 'queries/a.sql', output: join(root, output), queries }],
  });
  expect(diagnostics).toEqual([]);
  for (const module of modules) project.write(module.path.slice(root.length + 1), module.text);
}

beforeAll(() => {
  project = testProject();
  const types = { numeric: 'decimal.js#Decimal' };
  const files = [
    {
      file: 'queries/cars.sql',
      output: join(project.root, 'queries/cars.queries.ts'),
      queries: sampleQueries,
    },
    {
      file: 'queries/deep/collisions.sql',
      output: join(project.root, 'queries/deep/collisions.queries.ts'),
      queries: collisions,
    },
    {
      file: 'queries/deep/payments.sql',
      output: join(project.root, 'queries/deep/payments.queries.ts'),
      queries: [payments],
    },
  ];
  const { modules, diagnostics } = printModules({
    config: config({
      root: project.root,
      path: join(project.root, 'pgtyped.config.json'),
      sharedTypes: join(project.root, 'queries/types.ts'),
      types,
    }),
    files,
  });
  expect(diagnostics).toEqual([]);
  for (const module of modules) project.write(module.path.slice(project.root.length + 1), module.text);

  generate('queries/deep/configured.queries.ts', configured, {
    types: {
      numeric: 'decimal.js#Decimal',
      bigint: 'number',
      date: 'Date',
      timestamptz: 'string',
      json: 'Record<string, string>',
      'public.jobs.parameters': './json.js#JobParameters',
      'public.jobs.results': './json.js#JobParameters',
      money: './money.js as Money',
      time: 'temporal-polyfill#Temporal.PlainTime',
      interval: 'temporal-polyfill#Temporal.Duration',
      'public.jobs.cells': '[][]',
    },
    typesOverrides: { numeric: { return: 'number' }, jsonb: { parameter: 'string' } },
  });
  project.write('json.ts', 'export interface JobParameters {\n  readonly retries: number;\n}\n');
  project.write('money.ts', 'export default class Money {\n  constructor(readonly text: string) {}\n}\n');
  project.write('usage.ts', usage);

  generate('pgtyped/cars.queries.ts', sampleQueries, { runtime: '@pgtyped/runtime' });
  generate('pgtyped/collisions.queries.ts', collisions, { runtime: '@pgtyped/runtime' });
  project.write('pgtyped/usage.ts', pgtypedUsage);
  project.write('agreement.ts', `import type {} from 'temporal-spec/global';\n${agreementModule()}`);
}, 60_000);

afterAll(() => project.remove());

describe('generated code, and code that uses it,', () => {
  it.each(compilers.filter((compiler) => (compiler === 'typescript-7') !== restOfTests))(
    'compiles with %s under the strictest options',
    async (compiler) => {
      expect(await project.compile(compiler)).toBe('');
    },
    120_000,
  );

  it('is compiled at all', async () => {
    project.write(
      'wrong.ts',
      "import { getCar } from './queries/cars.queries.js';\nexport const a: number = getCar;\n",
    );
    const errors = await project.compile('typescript-7');
    project.write('wrong.ts', 'export {};\n');
    expect(errors).toMatch(/^wrong\.ts\(2,14\): error TS2322: .*\n$/s);
  }, 120_000);
});
