import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { globSync } from 'tinyglobby';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { nodrift, project } from '../cli/support/cli.ts';
import { blocksOf, pages, readPage, root } from './support/blocks.ts';

const blocks = pages.flatMap((page) => blocksOf(page));

test.each(pages)('the links of %s lead somewhere', (page) => {
  const links = Array.from(readPage(page).matchAll(/\]\(([^)\s]+)\)/g), ([, link = '']) => link);
  const lost = links.filter((link) => {
    if (/^https?:/.test(link)) return false;
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : join(dirname(page), path);
    if (!existsSync(join(root, target))) return true;
    return anchor !== undefined && !anchorsOf(readPage(target)).includes(anchor);
  });
  expect(lost).toEqual([]);
});

/** GitHub's anchors of the headings. */
function anchorsOf(text: string): string[] {
  return Array.from(text.matchAll(/^#+ (.+)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

test('the commands of the pages are commands', async () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  const lines = blocks.filter(({ language }) => language === 'sh').flatMap(({ text }) => text.split('\n'));
  const commands = lines.flatMap((line) => line.replace(/ # .*/, '').split('&&'));
  const { root: cwd } = project();
  const checked: string[] = [];
  for (const command of commands) {
    const script = /npm run (?:--silent )?(\S+)/.exec(command)?.[1];
    if (script !== undefined) expect(scripts, command).toHaveProperty([script]);
    const run = /(?:npx|npm run --silent) nodrift (?:-- )?(.*)/.exec(command)?.[1]?.trim().split(/\s+/);
    if (run === undefined) continue;
    const words = run.slice(0, run[0] === 'migrate' ? 2 : 1);
    const { stdout } = await nodrift([...words, '--help'], { cwd });
    expect(stdout, command).toContain(`Usage: nodrift ${words.join(' ')} `);
    for (const option of run.filter((word) => word.startsWith('--')))
      expect(stdout, command).toContain(option);
    checked.push(command);
  }
  expect(checked.length).toBeGreaterThan(5);
});

test('docs/cli.md has a section for each command, to which its help leads', async () => {
  const { root: cwd } = project();
  const { stdout } = await nodrift(['--help'], { cwd });
  const section = /^Commands:\n(.*?)\n\n/ms.exec(stdout)?.[1] ?? '';
  const commands = Array.from(section.matchAll(/^ {2}([a-z]+)/gm), ([, name = '']) => name);
  expect(commands.length).toBeGreaterThan(8);
  const sections = anchorsOf(readPage('docs/cli.md'));
  expect(commands.filter((name) => name !== 'help' && !sections.includes(name))).toEqual([]);
  for (const name of commands.slice(0, 2))
    expect((await nodrift([name, '--help'], { cwd })).stdout).toContain(`docs/cli.md#${name}`);
});

test('the YAML of the pages can be read, and calls commands that there are', async () => {
  const recipes = blocks.filter(({ language }) => language === 'yaml');
  expect(recipes.length).toBeGreaterThan(1);
  const { root: cwd } = project();
  for (const { text } of recipes) {
    const called = [
      ...JSON.stringify(parse(text)).matchAll(/npx nodrift ((?:migrate )?[a-z]+)([^|>]*?)(?=["|>])/g),
    ];
    expect(called.length, text).toBeGreaterThan(0);
    for (const [, words = '', rest = ''] of called) {
      const { exitCode, stdout } = await nodrift([...words.split(' '), '--help'], { cwd });
      expect({ exitCode, stdout }, words).toMatchObject({ exitCode: 0 });
      for (const option of rest.match(/--[a-z-]+/g) ?? []) expect(stdout, text).toContain(option);
    }
  }
});

test('the messages that docs/troubleshooting.md explains are those of nodrift', () => {
  const sources = globSync('src/**/*.ts', { cwd: root }).map((path) =>
    readFileSync(join(root, path), 'utf8'),
  );
  const source = sources.join('\n');
  const page = readPage('docs/troubleshooting.md');
  const section = page.slice(page.indexOf('## Error messages'), page.indexOf('## Errors at run time'));
  const messages = Array.from(section.matchAll(/^\| (`.+?`) \|/gm), ([, message = '']) => message);
  // PostgreSQL's own are tested where it says them.
  const ours = messages.filter((message) => !/data type of parameter|is not available/.test(message));
  expect(ours.length).toBeGreaterThan(8);
  const missing = ours
    .flatMap((message) => message.replaceAll(/`|:one/g, '…').split(/…|, or |"/))
    .map((fragment) => fragment.trim())
    .filter((fragment) => fragment.length > 9 && !source.includes(fragment));
  expect(missing).toEqual([]);
});
