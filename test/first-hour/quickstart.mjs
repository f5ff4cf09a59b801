import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { run, writeFiles } from './shell.mjs';

const mostBytes = 300_000;

/** What the README and docs/quickstart.md have the reader type, from an empty folder to the first typed row. */
export function quickstart(work, repository, tarballs) {
  /** Does what a page says, and returns the folder. */
  const follow = async (name) => {
    const page = readFileSync(join(repository, name), 'utf8');
    const shown = (block) =>
      page.match(new RegExp(`<!-- quickstart: ${block} -->\\n\`\`\`\\w+\\n([^]*?)\`\`\``))?.[1];
    const commands = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text = '']) =>
      text.replace(
        /\.\.\/nodrift\/([\w.-]+\.tgz)/g,
        (_, tarball) => tarballs.find((path) => path.endsWith(tarball)) ?? tarball,
      ),
    );
    const folder = join(work, name.replaceAll(/\W/g, '-'));
    const files = { 'main.ts': shown('main.ts'), 'tsconfig.json': shown('tsconfig.json') };
    writeFiles(folder, Object.fromEntries(Object.entries(files).filter(([, text]) => text !== undefined)));
    const printed = shown('output of main.ts') ?? `${page.match(/npx tsx main\.ts +# (.*)/)?.[1]}\n`;
    const start = performance.now();
    const outputs = [];
    for (const command of commands) {
      const output = await run(folder, 'sh', ['-ec', command], {
        env: { npm_config_prefer_offline: 'true' },
      });
      outputs.push(output);
      if (output !== printed) continue;
      console.log(`         ${((performance.now() - start) / 1000).toFixed(1)} s to the first row`);
    }
    assert.ok(outputs.includes(printed), outputs.join('\n'));
    return folder;
  };
  return {
    'the README, from an empty folder to the first typed row': async () => {
      await follow('README.md');
    },
    'the quickstart, from an empty folder to production': async () => {
      const folder = await follow('docs/quickstart.md');
      const all = installed(folder).length;
      await run(folder, 'npm', ['prune', '--omit=dev', '--silent', '--offline']);
      const left = installed(folder);
      const bytes = sizeOf(join(folder, 'node_modules/nodrift-runtime'));
      console.log(
        `         in production ${left.length} packages of ${all}; nodrift-runtime has ${bytes} bytes`,
      );
      assert.deepEqual(left, ['node_modules/@electric-sql/pglite', 'node_modules/nodrift-runtime']);
      assert.ok(bytes < mostBytes);
      assert.equal(
        (await run(folder, process.execPath, ['-e', "require('nodrift-runtime').many"])).trim(),
        '',
      );
    },
  };
}

/** The packages of a project, by their folders, as npm has noted them. */
function installed(folder) {
  const { packages } = JSON.parse(readFileSync(join(folder, 'node_modules/.package-lock.json'), 'utf8'));
  return Object.keys(packages).sort();
}

function sizeOf(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => statSync(join(folder, name)))
    .reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0);
}
