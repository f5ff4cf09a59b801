import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Decimal } from 'decimal.js';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addCars } from '../../queries/cars.queries.ts';
import { addPlan } from '../../queries/financing.queries.ts';
import { nodrift, type Project, project } from '../cli/support/cli.ts';
import { openSample, type SampleDatabase } from '../sample/database.ts';
import { quotes } from './quote-cars.ts';
import { type Block, blocksOf, pages, piecesOf, placeOf, root } from './support/blocks.ts';
import { recording } from './support/recording.ts';

const blocks = pages.flatMap((page) => blocksOf(page));

function marked(mark: string): Block {
  const found = blocks.find((block) => block.mark === mark);
  if (found === undefined) throw new Error(`no block is marked "${mark}"`);
  return found;
}

function holds(text: string, block: Block): void {
  expect(piecesOf(block).length).toBeGreaterThan(0);
  for (const piece of piecesOf(block)) expect(text).toContain(piece);
}

describe('what is copied from files', () => {
  const copies = blocks.filter(({ mark }) => mark.startsWith('from '));

  test('is found', () => {
    expect(copies.length).toBeGreaterThan(2);
  });

  test.each(copies.map((block) => [placeOf(block), block] as const))('%s stands there', (_, block) => {
    holds(readFileSync(join(root, block.mark.slice('from '.length)), 'utf8'), block);
  });
});

describe('the program of the tour', () => {
  let database: SampleDatabase;
  beforeAll(async () => {
    database = await openSample('PGlite');
  });
  afterAll(() => database?.close());

  test('prints what is shown', async () => {
    const db = database.client;
    const car = { body: 'sedan', color: null } as const;
    await addCars(db, {
      cars: [
        { ...car, id: 'mazda-3', make: 'Mazda', model: '3', year: 2021, priceMxn: new Decimal(300_000) },
        { ...car, id: 'kia-rio', make: 'Kia', model: 'Rio', year: 2020, priceMxn: new Decimal(210_000) },
      ],
    });
    await addPlan(db, {
      carId: 'mazda-3',
      lender: 'Banorte',
      annualRate: new Decimal('0.1250'),
      downPaymentShare: new Decimal('0.2'),
      minMonths: 12,
      maxMonths: 60,
      openingFeeMxn: null,
      validUntil: null,
    });
    expect(await quotes(db, 48)).toEqual(marked('output of quote-cars.ts').text.trimEnd().split('\n'));
  });

  test('does not compile without its check for null', () => {
    const path = join(root, 'test/docs/quote-cars.ts');
    const careless = readFileSync(path, 'utf8').replace(
      /paymentMxn === null.*?: (`[^`]*a month`)/s,
      (_, line: string) => line,
    );
    const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
    const host = ts.createCompilerHost(options);
    const read = host.readFile.bind(host);
    host.readFile = (file) => (file === path ? careless : read(file));
    const program = ts.createProgram([path], options, host);
    const errors = program
      .getSemanticDiagnostics(program.getSourceFile(path))
      .map(
        ({ code, messageText }) => `error TS${code}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
      );
    expect(`${errors.join('\n')}\n`).toBe(marked('error of quote-cars.ts without its check').text);
  });
});

describe('what the tour shows of the sample project', () => {
  async function generated(): Promise<Project> {
    const copy = project();
    for (const path of ['pgtyped.config.json', 'migrations', 'queries']) {
      cpSync(join(root, path), join(copy.root, path), { recursive: true });
    }
    expect(await nodrift(['generate'], { cwd: copy.root })).toMatchObject({ exitCode: 0 });
    return copy;
  }

  async function checkAfter(migration: string) {
    const copy = await generated();
    writeFileSync(join(copy.root, 'migrations/1790000000000_change.sql'), `-- Up Migration\n${migration}`);
    return nodrift(['check'], { cwd: copy.root });
  }

  test('generate lists the modules', async () => {
    const { root: cwd } = await generated();
    holds((await nodrift(['generate'], { cwd })).stdout, marked('output of generate'));
  });

  test('a column that is renamed breaks the queries that use it', async () => {
    const { exitCode, stdout, stderr } = await checkAfter(marked('migration that renames').text);
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toBe(marked('check after the migration that renames').text);
  });

  test('a column that can be NULL from now on changes the types', async () => {
    const { exitCode, stdout } = await checkAfter(marked('migration that loosens').text);
    expect(exitCode).toBe(1);
    holds(stdout, marked('check after the migration that loosens'));
  });
});

test('a query of the sample project that reads tasks of other users does not pass', async () => {
  const copy = project();
  for (const path of ['pgtyped.config.json', 'migrations', 'queries'])
    cpSync(join(root, path), join(copy.root, path), { recursive: true });
  const file = join(copy.root, 'queries/tasks.sql');
  const [before = '', after = ''] = marked('change that reads tasks of others').text.trimEnd().split('\n');
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(before.slice(1));
  writeFileSync(file, text.replace(before.slice(1), after.slice(1)));
  const { exitCode, stdout, stderr } = await nodrift(['check'], { cwd: copy.root });
  expect([exitCode, stdout]).toEqual([1, '']);
  expect(stderr).toBe(marked('check after the change that reads tasks of others').text);
});

test('the breaking change of the tutorial is an error of each query that uses the column', async () => {
  const copy = project();
  const example = join(root, 'examples/notes-api');
  for (const path of ['pgtyped.config.json', 'migrations', 'queries']) {
    cpSync(join(example, path), join(copy.root, path), { recursive: true });
  }
  expect(await nodrift(['check'], { cwd: copy.root })).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  const migration = marked('tutorial: the breaking change').text;
  copy.put('migrations/3_rename-title.sql', migration);
  const { exitCode, stderr } = await nodrift(['check'], { cwd: copy.root });
  expect(exitCode).toBe(1);
  holds(stderr, marked('tutorial: check after the breaking change'));
  const script = readFileSync(join(example, 'breaking-change.ts'), 'utf8');
  for (const line of migration.trimEnd().split('\n')) expect(script).toContain(line);
});

test('the recording of the README shows the texts of the tour', () => {
  // `npx tsx test/docs/write-recording.ts` writes it again.
  expect(readFileSync(join(root, 'docs/recording.svg'), 'utf8')).toBe(recording());
});
