import type { AnalysedQuery, Violation } from '../../../src/analysis/analysed-query.ts';
import {
  array,
  base,
  column,
  composite,
  domain,
  enumType,
  multirange,
  query,
  range,
  value,
} from './build.ts';

export const text = base('text');
export const int4 = base('int4');
export const jobStatus = enumType('job_status', ['queued', 'running', 'done', "can't"]);
export const currency = domain('currency', text, ['MXN', 'USD']);
export const address = composite('address', { street: text, no: int4, 'post code': currency });

const jobs = { schema: 'public', name: 'jobs' };
const violation = (kind: Violation['kind'], constraint: string | null, ...columns: string[]): Violation => ({
  kind,
  constraint,
  table: jobs,
  columns,
});

const cars = (name: string) => ({ schema: 'public', table: 'cars', column: name });

/** Queries that between them have every kind of parameter, result and type. */
export const sampleQueries: readonly AnalysedQuery[] = [
  query({
    name: 'GetCar',
    command: 'maybe',
    documentation: 'Finds one car by its id.',
    sql: 'SELECT id, make, price, sold_at FROM cars WHERE id = :id',
    params: { id: text },
    columns: [
      column('id', text, { source: cars('id'), comment: 'Chosen by the dealer.' }),
      column('make', text, { source: cars('make') }),
      column('price', base('numeric'), { source: cars('price') }),
      column('sold_at', value(base('timestamptz'), true), { source: cars('sold_at') }),
    ],
  }),
  query({
    name: 'SearchCars',
    command: 'many',
    documentation: 'Cars by make, cheapest first.\nPages of `size` rows.',
    sql: 'SELECT id, year\nFROM cars\nWHERE make ILIKE :make\n  AND id IN :ids AND (:year? IS NULL OR year = :year?)\nORDER BY price',
    params: { make: text, ids: { list: text }, year: int4 },
    columns: [column('id', text, { source: cars('id') }), column('year', int4, { source: cars('year') })],
  }),
  query({
    name: 'everyType',
    command: 'one',
    sql: 'SELECT * FROM everything',
    columns: [
      column('a_bool', base('bool')),
      column('an_int2', base('int2')),
      column('an_int4', base('int4')),
      column('an_oid', base('oid')),
      column('a_float4', base('float4')),
      column('a_float8', base('float8')),
      column('an_int8', base('int8')),
      column('a_numeric', base('numeric')),
      column('a_money', base('money')),
      column('a_text', base('text')),
      column('a_varchar', base('varchar')),
      column('a_citext', base('citext', 'public')),
      column('a_uuid', base('uuid')),
      column('a_date', base('date')),
      column('a_time', base('time')),
      column('a_timetz', base('timetz')),
      column('a_timestamp', base('timestamp')),
      column('a_timestamptz', base('timestamptz')),
      column('an_interval', base('interval')),
      column('a_bytea', base('bytea')),
      column('a_json', base('json')),
      column('a_jsonb', value(base('jsonb'), true)),
      column('a_box', base('box')),
      column('an_inet', base('inet')),
      column('a_void', base('void')),
      column('a_record', base('record')),
      column('an_array', array(text)),
      column('never_null', { type: array(base('int8')), nullable: false, elementsNullable: false }),
      column('dates', value(array(base('timestamptz')), true)),
      column('an_enum', jobStatus),
      column('some_of_enum', { type: jobStatus, nullable: true, literals: ['queued', 'running'] }),
      column('enums', { type: array(jobStatus), nullable: false, elementsNullable: false }),
      column('a_domain', currency),
      column('domains', array(currency)),
      column('plain_domain', domain('positive', int4)),
      column('a_composite', value(address, true)),
      column('composites', array(address)),
      column('narrowed', {
        type: address,
        nullable: false,
        fields: [
          { name: 'street', value: value(text) },
          { name: 'no', value: value(int4, true) },
          { name: 'post code', value: { type: currency, nullable: false, literals: ['MXN'] } },
        ],
      }),
      column('known_record', {
        type: base('record'),
        nullable: false,
        fields: [
          { name: 'f1', value: value(int4) },
          { name: 'f2', value: value(base('int8'), true) },
        ],
      }),
      column('a_range', range('int4range', int4)),
      column('a_daterange', value(range('tstzrange', base('timestamptz')), true)),
      column('a_multirange', multirange('nummultirange', range('numrange', base('numeric')))),
      column('ranges', array(range('int8range', base('int8')))),
      column('kind', { type: text, nullable: false, literals: ['card', 'cash'] }),
      column('stars', { type: int4, nullable: false, literals: [1, 2, -3] }),
      column('big', { type: base('int8'), nullable: false, literals: [1, '9007199254740993'] }),
      column('yes', { type: base('bool'), nullable: false, literals: [true] }),
      column('shape', {
        type: base('jsonb'),
        nullable: true,
        json: {
          kind: 'array',
          element: {
            kind: 'object',
            fields: [
              { name: 'id', value: { kind: 'number' } },
              {
                name: 'a-b',
                value: { kind: 'union', members: [{ kind: 'null' }, { kind: 'literal', value: 'x' }] },
              },
              { name: 'more', value: { kind: 'record', value: { kind: 'unknown' } } },
            ],
          },
        },
      }),
    ],
  }),
  query({
    name: 'add_jobs',
    sql: 'INSERT INTO jobs (name, status, home) VALUES :jobs',
    params: { jobs: { objects: { 'name!': text, 'status?': jobStatus, home: address } } },
    violations: {
      open: false,
      constraints: [
        violation('unique', 'jobs_pkey', 'id'),
        violation('unique', "jobs_name's key", 'name'),
        violation('notNull', null, 'name'),
        violation('notNull', 'jobs_status_not_null', 'status'),
        violation('check', 'jobs_home_check', 'home'),
        violation('check', null),
      ],
    },
  }),
  query({
    name: 'addJob',
    command: 'execrows',
    sql: 'INSERT INTO jobs (name, tags) VALUES :job',
    params: {
      job: { object: { 'name!': text, tags: array(text), when: range('tstzrange', base('timestamptz')) } },
    },
    violations: { open: true, constraints: [violation('unique', 'jobs_pkey', 'id')] },
  }),
  query({
    name: 'touch',
    command: 'exec',
    sql: 'UPDATE jobs SET at = now(), bytes = :bytes RETURNING id',
    params: { bytes: base('bytea') },
    columns: [column('id', base('int8'))],
    violations: { open: false, constraints: [violation('exclusion', 'jobs_at_excl', 'at', 'id')] },
  }),
  query({ name: 'refresh', command: 'exec', sql: 'REFRESH MATERIALIZED VIEW everything' }),
  query({ name: 'nothing', command: 'many', sql: 'SELECT FROM cars' }),
];
