import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { carsOnServer, nodrift } from './support/cli.ts';

const text = {
  type: 'object',
  required: ['text'],
  additionalProperties: false,
  properties: { text: { type: 'string' } },
};
const number = { type: 'integer', minimum: 1 };

/** Of sarif-schema-2.1.0.json (OASIS) what nodrift writes: names, types, what is required, and nothing more. */
const sarif = {
  type: 'object',
  required: ['version', 'runs'],
  additionalProperties: false,
  properties: {
    $schema: { type: 'string' },
    version: { enum: ['2.1.0'] },
    runs: {
      type: 'array',
      items: {
        type: 'object',
        required: ['tool'],
        additionalProperties: false,
        properties: {
          columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
          tool: {
            type: 'object',
            required: ['driver'],
            additionalProperties: false,
            properties: {
              driver: {
                type: 'object',
                required: ['name'],
                additionalProperties: false,
                properties: {
                  name: { type: 'string' },
                  rules: {
                    type: 'array',
                    uniqueItems: true,
                    items: {
                      type: 'object',
                      required: ['id'],
                      additionalProperties: false,
                      properties: { id: { type: 'string' }, shortDescription: text, help: text },
                    },
                  },
                },
              },
            },
          },
          results: {
            type: 'array',
            items: {
              type: 'object',
              required: ['message'],
              additionalProperties: false,
              properties: {
                ruleId: { type: 'string' },
                ruleIndex: { type: 'integer', minimum: -1 },
                level: { enum: ['none', 'note', 'warning', 'error'] },
                message: text,
                locations: {
                  type: 'array',
                  items: {
                    type: 'object',
                    additionalProperties: false,
                    properties: {
                      physicalLocation: {
                        type: 'object',
                        required: ['artifactLocation'],
                        additionalProperties: false,
                        properties: {
                          artifactLocation: {
                            type: 'object',
                            additionalProperties: false,
                            properties: { uri: { type: 'string', pattern: '^[\\w.,/%-]+$' } },
                          },
                          region: {
                            type: 'object',
                            additionalProperties: false,
                            properties: {
                              startLine: number,
                              startColumn: number,
                              endLine: number,
                              endColumn: number,
                            },
                          },
                        },
                      },
                    },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
};

const broken = { 'queries/ü, broken.sql': '/* @name Broken */\nSELECT id, mkae FROM cars;\n' };

test.each(['generate', 'check'])('%s --format github annotates the span of each error', async (command) => {
  const { root } = carsOnServer(broken);
  const run = (format: string, cwd = root, env = {}) => nodrift([command, '--format', format], { cwd, env });
  expect(await run('github')).toEqual({
    exitCode: 1,
    stderr: '',
    stdout:
      '::error file=queries/ü%2C broken.sql,line=2,endLine=2,col=12,endColumn=15,title=ND3001::Broken: column "mkae" does not exist%0APerhaps you meant to reference the column "cars.make".\n',
  });
  const above = root.slice(0, root.lastIndexOf('/'));
  const inside = await run('github', `${root}/queries`, { GITHUB_WORKSPACE: above });
  expect(inside.stdout).toContain(
    `::error file=${root.slice(above.length + 1)}/queries/ü%2C broken.sql,line=2`,
  );
});

test.each(['generate', 'check'])('%s --format sarif is valid, with a rule for each code', async (command) => {
  const { root, put } = carsOnServer(broken);
  const run = async () => {
    const { exitCode, stdout, stderr } = await nodrift([command, '--format', 'sarif'], { cwd: root });
    const log = JSON.parse(stdout);
    const ajv = new Ajv({ allErrors: true });
    ajv.validate(sarif, log);
    expect({ errors: ajv.errors, stderr }).toEqual({ errors: null, stderr: '' });
    return { exitCode, ...log.runs[0] };
  };
  expect(await run()).toMatchObject({
    exitCode: 1,
    tool: { driver: { rules: [{ id: 'ND3001', shortDescription: { text: 'PostgreSQL rejects a query' } }] } },
    results: [
      {
        ruleId: 'ND3001',
        ruleIndex: 0,
        level: 'error',
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: 'queries/%C3%BC,%20broken.sql' },
              region: { startLine: 2, startColumn: 12, endLine: 2, endColumn: 16 },
            },
          },
        ],
      },
    ],
  });
  put('pgtyped.config.json', '{ "srcDir": 1 }');
  expect(await run()).toMatchObject({ exitCode: 2, results: [{ ruleId: 'ND1008' }, { ruleId: 'ND1009' }] });
});

test('check reports what is not up to date', async () => {
  const { root } = carsOnServer();
  const run = async () => nodrift(['check', '--format', 'github'], { cwd: root });
  expect(await run()).toEqual({
    exitCode: 1,
    stderr: '',
    stdout:
      '::error file=queries/cars.queries.ts,title=ND6005::This generated file is missing.%0ARun `nodrift generate`.\n',
  });
  await nodrift(['generate'], { cwd: root });
  expect(await run()).toEqual({ exitCode: 0, stdout: '', stderr: '' });
});

test('--format json is --json, and no other format goes with it', async () => {
  const { root } = carsOnServer(broken);
  const run = (...argv: string[]) => nodrift(['check', ...argv], { cwd: root });
  expect(await run('--format', 'json')).toEqual(await run('--json'));
  expect(await run('--format', 'text')).toEqual(await run());
  expect((await run('--format', 'sarif', '--json')).exitCode).toBe(2);
  expect((await run('--format', 'xml')).exitCode).toBe(2);
});
