import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const docs = join(import.meta.dirname, '../../docs');
const pages = readdirSync(docs).flatMap((name) => /^(?!README)(.+)\.md$/.exec(name)?.[1] ?? []);

it.each([
  ['docs/README.md', 'README.md', /\]\(([a-z]+)\.md\)/g],
  ['the sidebar of the site', '.vitepress/config.ts', /page\((?:'[^']*'|"[^"]*"), '([a-z]+)'\)/g],
])('%s lists every page', (_name, file, link) => {
  const listed = [...readFileSync(join(docs, file), 'utf8').matchAll(link)].map(([, page]) => page);
  expect(listed.sort()).toEqual(pages.sort());
});
