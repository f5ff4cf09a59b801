import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { nodrift, project } from './support/cli.ts';

const here = { cwd: '/' };

/** Those that do something, read from the program itself. */
const commands: readonly (readonly string[])[] = leaves(
  createProgram(
    { stdout: { write() {} }, stderr: { write() {} }, env: {}, cwd: '/', signal: AbortSignal.abort() },
    async () => {},
  ),
);

function leaves({ commands }: Command, path: readonly string[] = []): readonly (readonly string[])[] {
  return commands.flatMap((one) => {
    const own = [...path, one.name()];
    return [own, ...leaves(one, own)];
  });
}

describe('help', () => {
  test('of the program and of every command', async () => {
    const { exitCode, stdout, stderr } = await nodrift(['--help'], here);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatchSnapshot();
    for (const command of commands) {
      const { exitCode, stdout, stderr } = await nodrift([...command, '--help'], here);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout).toMatch(new RegExp(`^Usage: nodrift ${command.join(' ')} `));
      expect(stdout).toContain('-c, --config <path>');
    }
  });

  test.each(commands.map((command) => [command.join(' '), command]))(
    'of %s has an example of it that would be taken, and its exit codes',
    async (name, command) => {
      const { stdout } = await nodrift([...command, '--help'], here);
      expect(stdout).toMatch(
        /^Exit codes: 0 .*, 2 usage or configuration(, 3 database unreachable)?, 70 a bug in nodrift\.$/m,
      );
      const examples = [
        ...(/^Examples:\n([\s\S]*?)\n\n/m.exec(stdout)?.[1] ?? '').matchAll(
          /^ {2}nodrift (.+?)(?: {2,}|$)/gm,
        ),
      ];
      expect(examples.length).toBeGreaterThan(0);
      for (const [, line = ''] of examples) {
        expect(`${line} `).toMatch(new RegExp(`^${name} `));
        for (const option of line.match(/--[\w-]+/g) ?? [])
          expect(stdout.split('Examples:')[0]).toContain(option);
      }
    },
  );

  test('--version is the one of package.json', async () => {
    const { default: manifest } = await import('../../package.json', { with: { type: 'json' } });
    expect(await nodrift(['--version'], here)).toEqual({
      exitCode: 0,
      stdout: `${manifest.version}\n`,
      stderr: '',
    });
  });
});

describe('usage errors exit with 2', () => {
  test.each([
    [['generat'], "error ND1001: unknown command 'generat'\n  hint: Did you mean generate? See --help.\n"],
    [
      ['inspect', '--jsn'],
      "error ND1001: unknown option '--jsn'\n  hint: Did you mean --json? See --help.\n",
    ],
    [['migrate', 'upp'], "error ND1001: unknown command 'upp'\n  hint: Did you mean up? See --help.\n"],
    [['migrate', 'nonsense', '--help'], "error ND1001: unknown command 'nonsense'\n  hint: See --help.\n"],
    [['nonsense', '-h'], "error ND1001: unknown command 'nonsense'\n  hint: See --help.\n"],
    [
      ['migrate', 'up', '--wait', '-1'],
      "error ND1001: option '--wait <seconds>' argument '-1' is invalid. It must be a whole number, 1 or more.\n  hint: See --help.\n",
    ],
    [
      ['check', 'queries/a.sql'],
      "error ND1001: too many arguments for 'check'. Expected 0 arguments but got 1.\n  hint: See --help.\n",
    ],
    [
      ['migrate', 'up', 'two'],
      "error ND1001: command-argument value 'two' is invalid for argument 'n'. It must be a whole number, 1 or more.\n  hint: See --help.\n",
    ],
    [['migrate', 'create'], "error ND1001: missing required argument 'name'\n  hint: See --help.\n"],
    [
      ['generate', '--config'],
      "error ND1001: option '-c, --config <path>' argument missing\n  hint: See --help.\n",
    ],
  ])('%j', async (argv, message) => {
    expect(await nodrift(argv, here)).toEqual({ exitCode: 2, stdout: '', stderr: message });
  });

  test('no command at all', async () => {
    const { exitCode, stdout, stderr } = await nodrift([], here);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^Usage: nodrift /);
  });
});

test('colours are for terminals, NO_COLOR takes them away and FORCE_COLOR brings them', async () => {
  const { root } = project();
  const colourful = async (terminal: boolean, env: Record<string, string>) =>
    (await nodrift(['check'], { cwd: root, terminal, env })).stderr.includes('\u001b[');
  expect(await colourful(true, {})).toBe(true);
  expect(await colourful(false, {})).toBe(false);
  expect(await colourful(true, { NO_COLOR: '1' })).toBe(false);
  expect(await colourful(true, { TERM: 'dumb' })).toBe(false);
  expect(await colourful(false, { FORCE_COLOR: '1' })).toBe(true);
});
