import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { nodrift, type Project, project } from './support/cli.ts';

const schemaSql = `
  CREATE TYPE state AS ENUM ('open', 'done', 'late');
  CREATE DOMAIN label AS varchar(20);
  CREATE TYPE place AS (city text, floor int);
  CREATE TABLE tasks (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, owner bigint NOT NULL, title varchar(80) NOT NULL,
    points int NOT NULL DEFAULT 1, state state NOT NULL DEFAULT 'open', notes text, due timestamptz, label label,
    tags text[], place place, photo bytea, doc jsonb, weight float8, twice int GENERATED ALWAYS AS (1) STORED
  );
  CREATE TABLE pgmigrations (id int);`;
const query = `/* @name GetTask :many */
SELECT id, title, due FROM tasks WHERE id = :id! AND state = ANY (:states) AND (:title::text IS NULL OR title = :title);`;

const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url));

function made(
  schemas: string,
  libraries: readonly string[] = ['zod', 'valibot', '@valibot/to-json-schema'],
): Project {
  const one = project({
    'nodrift.config.json': '{ "nodrift": { "schema": "schema.sql" } }',
    'schema.sql': schemaSql,
    'queries/tasks.sql': query,
    'src/schemas.ts': `import { z } from 'zod'; import * as v from 'valibot';\n${schemas}`,
  });
  mkdirSync(join(one.root, 'node_modules/@valibot'), { recursive: true });
  for (const name of libraries) {
    const from = name === 'zod' ? 'zod-4' : name === 'zod-3' ? 'zod' : name;
    symlinkSync(join(modules, from), join(one.root, 'node_modules', name.replace('-3', '')));
  }
  return one;
}
const compare = ({ root }: Project, ...argv: readonly string[]) =>
  nodrift(['schema', '--compare', 'src/schemas.ts', ...argv], { cwd: root });

const rightZod = `
  export const tasksInsert = z.object({
    owner: z.bigint(), title: z.string().min(3).max(80), points: z.number().refine(Number.isInteger).default(3), state: z.enum(['open', 'done']).optional(),
    due: z.coerce.date().nullish(), label: z.string().refine((text) => text.length < 9).optional(), tags: z.array(z.string()).optional(),
    place: z.object({ city: z.string().nullable(), floor: z.int().nullable() }).nullish(), doc: z.json().optional(),
    photo: z.instanceof(Uint8Array).optional(), weight: z.number().optional(), notes: z.string().transform((text) => text.trim()),
  });
  export const TasksUpdateSchema = z.object({ title: z.string().max(80).optional(), state: z.literal(['open', 'late']) });
  export const tasksRowSchema = z.object({
    id: z.number(), owner: z.bigint(), title: z.string(), points: z.int(), state: z.enum(['open', 'done', 'late', 'lost']),
    notes: z.string().nullish(), due: z.date().nullable(), label: z.string().max(20).nullable(), tags: z.array(z.string().nullable()).nullable(),
    place: z.object({ city: z.string().nullable(), floor: z.number().nullable() }).nullable(), photo: z.any(), doc: z.unknown(),
    weight: z.union([z.number(), z.null()]), twice: z.number().nullable(),
  });
  export const getTaskParams = z.object({ id: z.int(), states: z.array(z.enum(['open', 'done'])).readonly(), title: z.string().nullable() });
  export const getTaskRow = z.object({ id: z.int(), title: z.string(), due: z.date().nullable() });`;
const rightValibot = `
  export const tasksInsert = v.object({
    owner: v.bigint(), title: v.pipe(v.string(), v.minLength(3), v.maxLength(80)), points: v.optional(v.pipe(v.number(), v.integer()), 3),
    state: v.optional(v.picklist(['open', 'done'])), due: v.nullish(v.date()), tags: v.optional(v.array(v.string())),
    place: v.nullish(v.object({ city: v.nullable(v.string()), floor: v.null() })), photo: v.optional(v.instance(Uint8Array)),
    notes: v.pipe(v.number(), v.transform(String)), label: v.pipe(v.string(), v.trim(), v.check((text) => text.length < 9)),
  });
  export const tasksUpdate = v.partial(v.object({ title: v.pipe(v.string(), v.maxLength(80)), weight: v.number() }));
  export const getTaskRow = v.object({ id: v.number(), title: v.string(), due: v.nullable(v.date()) });`;

describe('schema --compare', () => {
  test.each([
    ['Zod', rightZod, '5 schemas compared, 0 differences\n'],
    ['Valibot', rightValibot, '3 schemas compared, 0 differences\n'],
  ])(
    'a schema of %s may be narrower where it is written, and wider where it is read',
    async (_, text, stdout) => {
      expect(await compare(made(text))).toEqual({ exitCode: 0, stdout, stderr: '' });
    },
  );

  test.each(['zod', 'valibot'])(
    'the schemas that are generated for %s are as the database',
    async (validators) => {
      const one = made('');
      one.put('nodrift.config.json', JSON.stringify({ nodrift: { schema: 'schema.sql', validators } }));
      one.put(
        'node_modules/nodrift-runtime/index.js',
        'module.exports = new Proxy({}, { get: () => () => true });',
      );
      await nodrift(['generate'], { cwd: one.root });
      const ran = await nodrift(['schema', '--compare', 'queries/schema.tables.ts'], { cwd: one.root });
      expect(ran).toEqual({ exitCode: 0, stdout: '2 schemas compared, 0 differences\n', stderr: '' });
    },
  );

  test('names what differs: keys, null, types, lengths, values', async () => {
    const both = `
      export const tasksInsert = z.object({
        owner: z.bigint().optional(), title: z.string().max(100), points: z.number().nullable(), state: z.enum(['open', 'gone']),
        notes: z.string(), due: z.string(), tags: z.array(z.number()), label: z.string(), colour: z.string(),
        place: z.object({ city: z.boolean() }), id: z.int(), doc: z.any(), weight: z.string(),
      });
      export const tasksUpdate = v.object({ owner: v.number(), state: v.string(), title: v.nullable(v.pipe(v.string(), v.maxLength(81))) });
      export const tasksRow = z.object({
        id: z.int(), owner: z.int(), title: z.string().max(79), points: z.string(), state: z.enum(['open', 'done']), notes: z.string(),
        due: z.iso.datetime().nullable(), label: z.null(), tags: z.array(z.string()).nullable(), place: z.strictObject({ city: z.string() }).nullable(),
        photo: z.string().nullable(), doc: z.any(), weight: z.int().nullable(), colour: z.string(),
      });
      export const getTaskParams = v.strictObject({ id: v.number(), states: v.string() });
      export const getTaskRow = v.string();`;
    const { exitCode, stdout } = await compare(made(both));
    expect(exitCode).toBe(1);
    expect(stdout).toMatchSnapshot();
  });

  test('prints what docs/validation.md shows', async () => {
    const page = readFileSync(new URL('../../docs/validation.md', import.meta.url), 'utf8');
    const text = /```ts\nimport \{ z \} from 'zod';\n\n([^`]*tasksInsert[^`]*)```/.exec(page)?.[1] ?? '';
    const shown =
      /<!-- compared -->\n```console\n\$ nodrift schema --compare src\/schemas\.ts\n([^`]*)```/.exec(
        page,
      )?.[1];
    expect((await compare(made(text))).stdout).toBe(shown);
  });

  test('--json', async () => {
    const { exitCode, stdout } = await compare(
      made('export const getTaskRow = z.object({ id: z.int(), title: z.string() });'),
      '--json',
    );
    expect({ exitCode, found: JSON.parse(stdout) }).toEqual({
      exitCode: 1,
      found: [
        {
          file: 'src/schemas.ts',
          export: 'getTaskRow',
          against: 'GetTask of queries/tasks.sql',
          key: 'due',
          message: 'is missing in the schema',
        },
      ],
    });
  });

  test('other libraries say what they are by Standard JSON Schema', async () => {
    const text = `
      const json = { $defs: { id: { type: ['integer', 'null'] } }, type: 'object', properties: { id: { $ref: '#/$defs/id' }, title: { allOf: [{ type: 'string' }, { maxLength: 9 }] }, due: { $ref: '#' } }, required: ['id'] };
      const own = (schema) => ({ '~standard': { version: 1, vendor: 'own', validate: (value) => ({ value }), jsonSchema: { input: () => schema, output: () => schema } } });
      export const GetTaskRow = own(json);
      export const getTaskRowSchema = own({ ...json, properties: { ...json.properties, due: { type: 'null' } } });
      export const another = own(json);`;
    expect(await compare(made(text))).toEqual({
      exitCode: 1,
      stdout: `src/schemas.ts: getTaskRowSchema.due is a Date, and the schema takes null (GetTask of queries/tasks.sql)

2 schemas compared, 1 difference
`,
      stderr: 'note: src/schemas.ts: another is not compared: nothing is called so.\n',
    });
  });

  test.each([
    [
      'a module that fails',
      'throw new Error("no way");',
      ['zod', 'valibot'],
      /ND7010: The file cannot be run: no way\n/,
    ],
    [
      'a library that is missing',
      rightZod,
      ['valibot'],
      /ND7010: The file cannot be run: Cannot find module 'zod'\n/,
    ],
    [
      'no schema',
      'export const tasksInsert = 1;',
      ['zod', 'valibot'],
      /ND7012: No export is a schema of Zod/,
    ],
    [
      'no name',
      'export const task = z.object({});',
      ['zod', 'valibot'],
      /ND7012: No export .*: task\.\n.*tasksInsert/,
    ],
    [
      'Zod 3',
      'export const tasksRow = z.object({});',
      ['zod-3', 'valibot'],
      /ND7011: tasksRow: it is made with Zod 3\.\n.*Zod 4 is needed/,
    ],
    [
      'no @valibot/to-json-schema',
      rightValibot,
      ['zod', 'valibot'],
      /ND7011: getTaskRow: @valibot\/to-json-schema, .*\n.*npm install -D @valibot/,
    ],
  ])('%s is an error', async (_, text, libraries, message) => {
    const { exitCode, stdout, stderr } = await compare(made(text, libraries));
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  test.each([
    [['--compare', 'none.ts'], /ND7010: There is no file none\.ts\./],
    [['--compare', 'src/schemas.ts', 'main'], /ND1020: --compare has no other arguments/],
    [['--json'], /ND1020: --json is for --compare/],
    [['--compare', 'src/schemas.ts', '--diff', 'a', 'b'], /cannot be used with option/],
  ])('%j is an error', async (argv, message) => {
    const { exitCode, stderr } = await nodrift(['schema', ...argv], { cwd: made(rightZod).root });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
  });

  test('broken queries are errors', async () => {
    const one = made(rightZod);
    one.put('queries/more.sql', '/* @name More :many */ SELECT none FROM tasks;');
    expect(await compare(one)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('"none" does not exist'),
    });
  });
});
