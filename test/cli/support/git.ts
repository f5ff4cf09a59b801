import { execFileSync } from 'node:child_process';

/** What a hook that runs the tests, or a person's own configuration, would bring along. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));

/** Runs git in a folder, untouched by the configuration of whoever runs it; returns what it prints. */
export function git(cwd: string, ...args: readonly string[]): string {
  const settings = ['user.name=Ada', 'user.email=ada@example.com', 'init.defaultBranch=main'].flatMap(
    (setting) => ['-c', setting],
  );
  return execFileSync('git', [...settings, '-c', 'commit.gpgsign=false', ...args], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', HOME: cwd },
  });
}

/** Makes a repository of a folder, with everything in it as the first commit. */
export function commitAll(cwd: string, message = 'all'): void {
  git(cwd, 'init', '--quiet');
  git(cwd, 'add', '--all');
  git(cwd, 'commit', '--quiet', '--message', message);
}
