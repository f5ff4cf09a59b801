import assert from 'node:assert/strict';
import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run, writeFiles } from './shell.mjs';

const layouts = {
  'Prettier as it is': [],
  'Prettier with all that it offers': [
    '--no-semi',
    '--use-tabs',
    '--print-width=60',
    '--quote-props=consistent',
    '--trailing-comma=none',
    '--object-wrap=collapse',
  ],
};

/** The steps with formatters and linters, over all that `init` writes and over the modules of this repository. */
export function formatters(work, repository) {
  const bin = (name) => join(work, 'node_modules/.bin', name);
  const nodrift = (cwd, args, options) => run(cwd, bin('nodrift'), args, options);
  const steps = {};

  steps['linters and formatters leave what init and generate write'] = async () => {
    const folder = join(work, 'linted');
    writeFiles(folder, {
      'package.json': '{ "name": "linted", "private": true, "type": "module" }\n',
      'tsconfig.json': `{
  "compilerOptions": { "module": "nodenext", "strict": true },
  "include": ["queries"]
}
`,
      'eslint.config.mjs': `import tseslint from "typescript-eslint";

export default tseslint.config(
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
      },
    },
  },
);
`,
    });
    await nodrift(folder, ['init']);
    await nodrift(folder, ['generate']);
    await run(folder, bin('prettier'), ['--check', '.']);
    await run(folder, bin('biome'), ['check', '--error-on-warnings', 'queries']);
    await run(folder, bin('eslint'), ['--max-warnings', '0', 'queries']);
    await nodrift(folder, ['check']);
  };

  for (const [name, options] of Object.entries(layouts)) {
    steps[`check calls a change of layout so: ${name}`] = async () => {
      const folder = join(work, name.replaceAll(' ', '-'));
      for (const path of ['migrations', 'queries', 'pgtyped.config.json']) {
        cpSync(join(repository, path), join(folder, path), { recursive: true });
      }
      writeFiles(folder, { 'package.json': '{}' });
      const modules = readdirSync(join(folder, 'queries'), { recursive: true }).filter((path) =>
        path.endsWith('.ts'),
      );
      await run(folder, bin('prettier'), [
        '--write',
        ...options,
        ...modules.map((path) => `queries/${path}`),
      ]);
      const output = await nodrift(folder, ['check'], { status: 1 });
      assert.equal(output.match(/stale; only its formatting differs\n/g)?.length, modules.length, output);
      assert.doesNotMatch(output, /^@@/m);
    };
  }
  return steps;
}
