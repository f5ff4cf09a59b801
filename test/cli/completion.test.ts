import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { nodrift, project } from './support/cli.ts';

const here = { cwd: '/' };

async function script(shell: string): Promise<string> {
  const { exitCode, stdout, stderr } = await nodrift(['completion', shell], here);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout;
}

function scriptFile(text: string): string {
  const { root, put } = project();
  put('script', text);
  return join(root, 'script');
}

/** What bash offers where the cursor is at the end of a line. */
async function offered(line: string): Promise<readonly string[]> {
  const words = line.split(' ');
  const array = words.map((word) => `'${word}'`).join(' ');
  const program = `${await script('bash')}
COMP_WORDS=(${array}); COMP_CWORD=${words.length - 1}; _nodrift; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const text = execFileSync('bash', ['-c', program], { encoding: 'utf8' });
  return text.split('\n').filter((word) => word !== '');
}

describe.skipIf(process.platform === 'win32')('in bash', () => {
  test('commands are offered, one below the other', async () => {
    expect(await offered('nodrift ge')).toEqual(['generate']);
    expect(await offered('nodrift ')).toContain('migrate');
    expect(await offered('nodrift migrate ')).toEqual(expect.arrayContaining(['up', 'down', 'verify']));
    expect(await offered('nodrift --url postgres://localhost/app migrate v')).toEqual(['verify']);
  });

  test('options are those of the command, and of all', async () => {
    expect(await offered('nodrift generate --w')).toEqual(['--watch']);
    expect(await offered('nodrift check --f')).toEqual(['--full', '--format']);
    expect(await offered('nodrift generate --f')).toEqual(['--file', '--format']);
    expect(await offered('nodrift migrate up --con')).toEqual(['--config']);
    expect(await offered('nodrift --ver')).toEqual(['--version']);
  });

  test('values are offered where there are few', async () => {
    expect(await offered('nodrift completion ')).toEqual(['bash', 'zsh', 'fish']);
    expect(await offered('nodrift check --format s')).toEqual(['sarif']);
  });

  test('files are left to bash', async () => {
    expect(await offered('nodrift generate ')).toEqual([]);
    expect(await offered('nodrift --config ge')).toEqual([]);
  });

  test.each(['bash', 'zsh', 'fish'])('the script of %s parses where there is the shell', async (shell) => {
    const text = await script(shell);
    try {
      execFileSync(shell, ['-n', scriptFile(text)]);
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOENT' });
    }
  });
});

test('fish offers the same', async (context) => {
  const file = scriptFile(await script('fish'));
  const offeredByFish = (line: string) => {
    try {
      const lines = execFileSync('fish', ['-c', `source ${file}; complete -C '${line}'`], {
        encoding: 'utf8',
      });
      return lines.split('\n').flatMap((word) => word.split('\t')[0] || []);
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOENT' });
      return context.skip('fish is not installed');
    }
  };
  expect(offeredByFish('nodrift ge')).toEqual(['generate']);
  expect(offeredByFish('nodrift migrate v')).toEqual(['verify']);
  expect(offeredByFish('nodrift generate --w')).toEqual(['--watch']);
  expect(offeredByFish('nodrift completion ')).toEqual(['bash', 'fish', 'zsh']);
  expect(offeredByFish('nodrift check --format s')).toEqual(['sarif']);
});

test.each(['bash', 'zsh', 'fish'])('the script of %s has every command and option', async (shell) => {
  const text = await script(shell);
  const io = {
    stdout: { write() {} },
    stderr: { write() {} },
    env: {},
    cwd: '/',
    signal: AbortSignal.abort(),
  };
  const visit = (command: ReturnType<typeof createProgram>): readonly string[] => [
    ...command
      .createHelp()
      .visibleOptions(command)
      .map(({ long }) => long?.slice(2) ?? ''),
    ...command.commands.flatMap((one) => [one.name(), ...visit(one)]),
  ];
  const names = visit(createProgram(io, async () => {}));
  expect(names.length).toBeGreaterThan(40);
  for (const name of names) expect(text).toMatch(new RegExp(`(?<![\\w-])(--)?${name}(?![\\w-])`));
});

test('another shell is a mistake of the command line', async () => {
  expect(await nodrift(['completion', 'tcsh'], here)).toMatchObject({ exitCode: 2, stdout: '' });
});
