import { PGlite } from '@electric-sql/pglite';
import { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as accepted from '../../src/runtime/accepted.ts';
import * as typed from '../../src/runtime/index.ts';

// As JavaScript calls it.
// biome-ignore lint/suspicious/noExplicitAny: no types are what is tested
const runtime = typed as any;
// biome-ignore lint/suspicious/noExplicitAny: as above
let db: any;
beforeAll(async () => {
  db = await PGlite.create();
});
afterAll(() => db.close());

const q = runtime.many({
  name: 'q',
  file: 'f.sql',
  sql: 'SELECT 1 AS a WHERE $1',
  params: [{ name: 'x', codec: runtime.bool }],
  columns: [['a', runtime.int4]],
  readOnly: true,
});
const x = { x: true };
const nothing = async () => 1;

const connection = /^\w+: db must be a connection, such as a pg Pool or PGlite$/;
const params = /^q: params must be an object$/;
const calls = /^batch: calls must be a list of calls/;
const last = /^transaction: the last argument must be a function/;
const pool = /^\w+: the first argument must be pg's Pool$/;
const options = /^\w+: options must be an object/;
const driver = /^query: /;

const wrong: readonly (readonly [string, () => unknown, RegExp])[] = [
  ['q()', () => q(), connection],
  ['q(null, x)', () => q(null, x), connection],
  ['q(x)', () => q(x), connection],
  ['q(x, db)', () => q(x, db), connection],
  ['q(url, x)', () => q('postgres://a/b', x), connection],
  ['q(Pool, x)', () => q(Pool, x), connection],
  ['q(promise, x)', () => q(Promise.resolve(db), x), connection],
  ['q(db)', () => q(db), params],
  ['q(db, null)', () => q(db, null), params],
  ['q(db, 5)', () => q(db, 5), params],
  ['q.run(db, x)', () => q.run(db, x), connection],
  ['q.runWithCounts(x)', () => q.runWithCounts(x), connection],
  ['q.iterate(db)', () => q.iterate(db).next(), params],
  ['q.with()', () => q.with(), params],
  ['batch()', () => runtime.batch(), connection],
  ['batch(db)', () => runtime.batch(db), calls],
  ['batch(db, q)', () => runtime.batch(db, q), calls],
  ['batch(db, [q])', () => runtime.batch(db, [q]), calls],
  ['batch(db, [promise])', () => runtime.batch(db, [q(db, x)]), calls],
  ['transaction()', () => runtime.transaction(), last],
  ['transaction(db)', () => runtime.transaction(db), last],
  ['transaction(use)', () => runtime.transaction(nothing), last],
  ['transaction(db, use, options)', () => runtime.transaction(db, nothing, {}), last],
  ['transaction(undefined, use)', () => runtime.transaction(undefined, nothing), connection],
  ['transaction(db, null, use)', () => runtime.transaction(db, null, nothing), options],
  [
    'transaction(db, { isolation }, use)',
    () => runtime.transaction(db, { isolation: 'snapshot' }, nothing),
    /^transaction: isolation must be one of: read committed, repeatable read, serializable$/,
  ],
  ['createPool()', () => runtime.createPool(), pool],
  ['createPool(url)', () => runtime.createPool('postgres://a/b'), pool],
  ['createPool(options)', () => runtime.createPool({ max: 1 }), pool],
  ['createPool(class, options)', () => runtime.createPool(class {}, {}), pool],
  ['createPool(Pool, url)', () => runtime.createPool(Pool, 'postgres://a/b'), options],
  ['multiHost()', () => runtime.multiHost(), pool],
  ['createReplicatedPool()', () => runtime.createReplicatedPool(), pool],
  ['createReplicatedPool(Pool)', () => runtime.createReplicatedPool(Pool), options],
  [
    'createReplicatedPool(Pool, {})',
    () => runtime.createReplicatedPool(Pool, {}),
    /^createReplicatedPool: options must hold `primary`/,
  ],
  ['listen()', () => runtime.listen().next(), connection],
  ['listen(db)', () => runtime.listen(db).next(), /^listen: channel must be a string$/],
  ['observe()', () => runtime.observe(), /^observe: the listener must be a function$/],
  ['copyFrom()', () => runtime.copyFrom(), connection],
  ['copyFrom(db)', () => runtime.copyFrom(db), /^copyFrom: query must be a query of a generated module$/],
  ['copyTo()', () => runtime.copyTo().next(), connection],
  ['copyTo(db)', () => runtime.copyTo(db).next(), /^copyTo: query must be a query of a generated module$/],
  ['unprepared()', () => runtime.unprepared(), connection],
  ['commented()', () => runtime.commented(), connection],
  ['postgresJs()', () => runtime.postgresJs(), /^postgresJs: the argument must be what/],
  ['postgresJs(db)', () => runtime.postgresJs(db), /^postgresJs: the argument must be what/],
  ['fakes()', () => runtime.fakes(), /^fakes: queries must be a generated module$/],
  [
    'fakes({ q }).with()',
    () => runtime.fakes({ q }).with(),
    /^fakes: what is given to `with` must be an object/,
  ],
  [
    'fakes({ q }).with({ r })',
    () => runtime.fakes({ q }).with({ r: nothing }),
    /^fakes: r must be a query of the module, and its fake a function$/,
  ],
  ['tx.query()', () => over((tx) => tx.query()), driver],
  ['tx.query({})', () => over((tx) => tx.query({})), driver],
  ['tx.query(text, callback)', () => over((tx) => tx.query('SELECT 1', () => {})), driver],
  ['tx.query(cursor)', () => over((tx) => tx.query({ text: 'SELECT 1', submit() {} })), driver],
];

// biome-ignore lint/suspicious/noExplicitAny: as above
function over(use: (tx: any) => unknown): Promise<unknown> {
  return runtime.transaction(db, use);
}

test.each(wrong)('%s says what it wants', async (_, call, message) => {
  const error = await (async () => call())().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(TypeError);
  expect((error as Error).message).toMatch(message);
});

test('every function of the runtime is among them', () => {
  const functions = Object.entries(typed).flatMap(([name, value]) =>
    typeof value === 'function' && !/^[A-Z]/.test(name) ? [name] : [],
  );
  const called = new Set(wrong.map(([name]) => /^\w+/.exec(name)?.[0]));
  // Those that generated modules call, with what nodrift prints; and the questions about errors, which take anything.
  const printed =
    /^(one|maybe|many|exec|execrows|array|arrayWithNulls|columnwise|composite|record|tuple|custom|delimited|json|list|loadable|multirange|range|standardSchema|temporal|varying|nested\w+)$/;
  const ofSchemas = new Set(Object.keys(accepted));
  expect(
    functions.filter(
      (name) =>
        !ofSchemas.has(name) && !called.has(name) && !printed.test(name) && !/^is\w+Violation$/.test(name),
    ),
  ).toEqual([]);
});
