import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnalysedQuery } from '../../src/analysis/analysed-query.ts';
import { readColumnComment } from '../../src/analysis/column-comment.ts';
import { printModules } from '../../src/codegen/print.ts';
import { type Analysed, analysed } from '../support/analysed.ts';
import { typed } from '../support/typed.ts';
import { base, column, config, query } from './support/build.ts';

describe('reading a comment', () => {
  it.each<[string | null, string | null, string | null]>([
    [null, null, null],
    ['What it is for.', null, 'What it is for.'],
    ['@type {./jobs.js#Parameters}', './jobs.js#Parameters', null],
    ['Of a job. @type { ./jobs.js#Parameters }', './jobs.js#Parameters', 'Of a job.'],
    ['Of a job.\n@type{../jobs.js as Jobs}\nMore.', '../jobs.js as Jobs', 'Of a job.\n\nMore.'],
    ['@type {jobs#Parameters as Job}', 'jobs#Parameters as Job', null],
    // What other tools write there.
    ['@type {Parameters}', null, '@type {Parameters}'],
    ['@type:{ [key: number]: string }', null, '@type:{ [key: number]: string }'],
    ['@type {{ a: number }}', null, '@type {{ a: number }}'],
    ['@type {a\n#b}', null, '@type {a\n#b}'],
    ['@types {a#b}', null, '@types {a#b}'],
  ])('%j', (comment, type, text) => {
    expect(readColumnComment(comment)).toEqual({ type, text });
  });
});

describe('a type from a comment', () => {
  let database: Analysed;
  beforeAll(async () => {
    database = await analysed(
      18,
      `CREATE DOMAIN details AS jsonb;
      CREATE TABLE job (id int PRIMARY KEY, parameters jsonb NOT NULL, log json, steps jsonb[] NOT NULL, details details, name text);
      COMMENT ON COLUMN job.parameters IS 'How to run it. @type {./src/jobs.js#JobParameters}';
      COMMENT ON COLUMN job.log IS '@type {log-lib as Log}';
      COMMENT ON COLUMN job.steps IS '@type {./src/jobs.js#Step}';
      COMMENT ON COLUMN job.details IS '@type {./src/jobs.js#Details}';
      COMMENT ON COLUMN job.name IS '@type {./src/jobs.js#Name}';`,
    );
  });
  afterAll(() => database.close());

  it('is that of the column, and of what is written to it or compared with it', async () => {
    const { columns, query } = await typed(database, 'SELECT parameters, log, steps, details, name FROM job');
    expect(columns).toEqual({
      parameters: 'JobParameters',
      log: 'Log | null',
      steps: '(Step | null)[]',
      details: 'Details | null',
      name: 'string | null',
    });
    expect(query.columns.map(({ comment }) => comment)).toEqual([
      'How to run it.',
      null,
      null,
      null,
      '@type {./src/jobs.js#Name}',
    ]);
    const { params } = await typed(
      database,
      'UPDATE job SET parameters = :parameters, log = :log, steps = :steps, name = :name WHERE details = :details',
    );
    expect(params).toEqual({
      parameters: 'JobParameters',
      log: 'Log | null',
      steps: 'readonly (Step | null)[]',
      name: 'string | null',
      details: 'Details',
    });
  });

  it('is not that of what is made of the column', async () => {
    const { columns } = await typed(
      database,
      "SELECT p || '{}' AS a, p ->> 'a' AS b, p FROM (SELECT parameters AS p FROM job) x",
    );
    expect(columns).toEqual({ a: 'Json', b: 'string | null', p: 'JobParameters' });
  });

  it('gives way to the configuration of the column, but not of its type', async () => {
    const types = { 'public.job.parameters': './mine.js#Mine', jsonb: './any.js#AnyJson' };
    const { columns } = await typed(database, 'SELECT parameters, details FROM job', { types });
    expect(columns).toEqual({ parameters: 'Mine', details: 'Details | null' });
  });

  it('is for PgTyped’s runtime too, but not for its projects', async () => {
    const sql = 'SELECT parameters FROM job';
    const runtime = '@pgtyped/runtime';
    expect((await typed(database, sql, { runtime })).columns).toEqual({ parameters: 'JobParameters' });
    expect((await typed(database, sql, { runtime, dropIn: true })).columns).toEqual({ parameters: 'Json' });
  });
});

const withComment = (commentType: string): AnalysedQuery =>
  query({
    name: 'GetJob',
    sql: 'SELECT parameters FROM job',
    columns: [
      column(
        'parameters',
        { type: base('jsonb'), nullable: false, commentType },
        { source: { schema: 'public', table: 'job', column: 'parameters' } },
      ),
    ],
  });

const printed = (commentType: string, runtime: 'nodrift' | '@pgtyped/runtime') =>
  printModules({
    config: config({ runtime }),
    files: [{ file: 'a.sql', output: '/app/queries/a.ts', queries: [withComment(commentType)] }],
  }).modules[0]?.text ?? '';

describe.each(['nodrift', '@pgtyped/runtime'] as const)('printed for %s', (runtime) => {
  it('is imported from the folder of the configuration, as a type', () => {
    expect(printed('./src/jobs.js#JobParameters', runtime)).toMatch(
      /import (type )?\{ (type )?JobParameters \} from '\.\.\/src\/jobs\.js';/,
    );
  });

  it.each([
    "./x';evil();'#T",
    './x\u2028evil()#T',
    './x*/evil()/*#T',
    `./\`$\{evil()}\`#T`,
    './x\\#T',
    './x"#T as U',
  ])('stays within its quotes: %j', (hostile) => {
    const text = printed(hostile, runtime);
    const file = ts.createSourceFile('a.ts', text, ts.ScriptTarget.Latest, true);
    expect(file.statements.map(({ kind }) => ts.SyntaxKind[kind])).not.toContain('ExpressionStatement');
    const modules = file.statements
      .filter(ts.isImportDeclaration)
      .map(({ moduleSpecifier }) => (ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : ''));
    const [module = ''] = hostile.split('#');
    expect(modules).toContain(module.replace(/^\.\//, '../'));
  });

  it.each([
    './x#T;evil()',
    '#T',
    './x#a b',
    './x#default',
    './x#T = 1',
    // No module has such a name, and no export has such a one.
    'see the ticket #T',
    'x"#T as U',
    '@type#T',
    './x#class',
    './x as interface',
  ])('is refused where it names no export: %j', (hostile) => {
    expect(() => printed(hostile, runtime)).toThrow(
      expect.objectContaining({
        exitCode: 2,
        diagnostics: [
          expect.objectContaining({
            message: expect.stringContaining('the comment on public.job.parameters'),
          }),
        ],
      }),
    );
  });
});
