import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { nodrift, project } from './support/cli.ts';

const manifest = '{\n\t"name": "app",\n\t"scripts": {\n\t\t"test": "vitest"\n\t}\n}\n';

const stable = (text: string) => text.replace(/\d{13}/g, '<time>');

describe('init', () => {
  test('writes a project', async () => {
    const { root, text } = project({ 'package.json': manifest });
    const run = await nodrift(['init'], { cwd: root });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(stable(run.stdout)).toMatchSnapshot();
    expect(text('package.json')).toBe(
      '{\n\t"name": "app",\n\t"scripts": {\n\t\t"test": "vitest",\n\t\t"queries:generate": "nodrift generate",\n' +
        '\t\t"queries:check": "nodrift check"\n\t}\n}\n',
    );
  });

  test('overwrites nothing and lists the files that it kept', async () => {
    const files = {
      'package.json':
        '{"scripts":{"queries:generate":"mine","queries:check":"mine"},"dependencies":{"nodrift-runtime":"1","pg":"8"},"devDependencies":{"nodrift":"1"}}',
      'pgtyped.config.json': 'mine',
      '.github/workflows/nodrift.yml': 'mine',
    };
    const { root, text } = project(files);
    const run = await nodrift(['init'], { cwd: root });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.stdout).toMatchSnapshot();
    for (const [path, content] of Object.entries(files)) expect(text(path)).toBe(content);
    expect(readdirSync(root).sort()).toEqual(['.github', 'package.json', 'pgtyped.config.json']);
  });

  test('has a package below the top of its repository checked from there', async () => {
    const { root, text } = project({
      '.git/HEAD': '',
      'package-lock.json': '{}',
      'packages/app/package.json': '{}',
      'packages/own lock/package.json': '{}',
      'packages/own lock/package-lock.json': '{}',
    });
    const run = await nodrift(['init'], { cwd: join(root, 'packages/app') });
    expect(run.stdout).toContain('written     ../../.github/workflows/nodrift-packages-app.yml\n');
    const workflow = text('.github/workflows/nodrift-packages-app.yml');
    expect(workflow).toMatchSnapshot();
    expect(await nodrift(['init'], { cwd: join(root, 'packages/own lock') })).toMatchObject({ exitCode: 0 });
    const other = parse(text('.github/workflows/nodrift-packages-own lock.yml'));
    expect(other.jobs.check.defaults.run['working-directory']).toBe('packages/own lock');
    expect(other.jobs.check.steps[1].with['cache-dependency-path']).toBe(
      'packages/own lock/package-lock.json',
    );
    expect(readdirSync(join(root, 'packages/app'))).not.toContain('.github');
  });

  test.each([
    ['pnpm-lock.yaml', 'pnpm', 'pnpm install --frozen-lockfile', 'pnpm exec nodrift check'],
    ['yarn.lock', 'yarn', 'yarn install --frozen-lockfile', 'yarn nodrift check'],
    ['bun.lock', undefined, 'bun install --frozen-lockfile', 'bunx nodrift check'],
  ])('uses the package manager of %s', async (lockFile, cache, install, check) => {
    const { root, text } = project({
      '.git/HEAD': '',
      [lockFile]: '',
      'app/package.json': '{"dependencies":{"pg":"8"}}',
    });
    const { stdout } = await nodrift(['init'], { cwd: join(root, 'app') });
    expect(stdout).toContain(`then ${check.replace('check', 'generate')}\n`);
    expect(stdout).not.toMatch(/\bnpm /);
    const { steps } = parse(text('.github/workflows/nodrift-app.yml')).jobs.check;
    expect(steps.at(2).with).toEqual({ 'node-version': 22, ...(cache && { cache }) });
    expect(steps.slice(3)).toEqual([{ run: install }, { run: check }]);
  });

  test('names packages that the workflow cannot install', async () => {
    const files = (path: string) => ({
      '.git/HEAD': '',
      'app/package.json': JSON.stringify({ dependencies: { nodrift: `file:${path}`, pg: '8' } }),
    });
    const outside = project(files('../../nodrift.tgz'));
    const { stdout } = await nodrift(['init'], { cwd: join(outside.root, 'app') });
    expect(stdout).toContain(
      'A file outside of this repository provides nodrift.\nThe workflow cannot install it',
    );
    const inside = project(files('../vendor/nodrift.tgz'));
    const run = await nodrift(['init'], { cwd: join(inside.root, 'app') });
    expect(run.stdout).not.toContain('outside of this repository');
  });

  test('keeps the line endings of package.json', async () => {
    const { root, text } = project({ 'package.json': '{\r\n  "name": "app"\r\n}\r\n' });
    expect(await nodrift(['init'], { cwd: root })).toMatchObject({ exitCode: 0 });
    expect(text('package.json')).toMatch(/^\{\r\n {2}"name": "app",\r\n {2}"scripts": \{\r\n/);
    expect(text('package.json').replaceAll('\r\n', '')).not.toContain('\n');
  });

  test('leaves folders that hold something alone', async () => {
    const { root } = project({ 'package.json': '{}', 'migrations/1_x.sql': '', 'queries/x.sql': '' });
    const run = await nodrift(['init'], { cwd: root });
    expect(run.stdout).toMatch(/left alone {2}migrations\/ .*\nleft alone {2}queries\/ /);
    expect(readdirSync(join(root, 'migrations'))).toEqual(['1_x.sql']);
    expect(readdirSync(join(root, 'queries'))).toEqual(['x.sql']);
  });

  test('proposes the lines that files for git and Prettier lack', async () => {
    const files = {
      'package.json': '{}',
      '.gitattributes': '* text=auto\r\n*.queries.ts linguist-generated\r\n',
      '.prettierignore':
        'dist\n*.queries.ts\nschema.types.ts\nschema.tables.ts\nschema.factories.ts\n*.schemas.ts\n',
    };
    const { root, text } = project(files);
    const { stdout } = await nodrift(['init'], { cwd: root });
    expect(stdout).toContain(
      'left alone  .gitattributes  add to it: schema.types.ts linguist-generated, schema.tables.ts linguist-generated, schema.factories.ts linguist-generated, *.schemas.ts linguist-generated\n' +
        'left alone  .prettierignore  it has the lines\n',
    );
    expect(text('.gitattributes')).toBe(files['.gitattributes']);
    expect(text('.prettierignore')).toBe(files['.prettierignore']);
  });

  test.each(['@electric-sql/pglite', 'postgres'])('asks for no other driver beside %s', async (driver) => {
    const { root } = project({ 'package.json': JSON.stringify({ dependencies: { [driver]: '1' } }) });
    const { stdout } = await nodrift(['init'], { cwd: root });
    expect(stdout).toContain(
      'Next: npm install nodrift-runtime, then npm install --save-dev nodrift, then npx nodrift generate\n',
    );
  });

  test('needs a package.json', async () => {
    expect(await nodrift(['init'], { cwd: project().root })).toEqual({
      exitCode: 2,
      stdout: '',
      stderr:
        'error ND1021: There is no package.json in this folder.\n' +
        '  hint: Run `npm init -y` first, or go to the folder of your package.\n',
    });
  });

  test.each(['{', '[]', '{"scripts": []}'])('refuses the package.json %s', async (content) => {
    const { root } = project({ 'package.json': content });
    const { exitCode, stderr } = await nodrift(['init'], { cwd: root });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('package.json:1:1: error ND1021: package.json must be a JSON object');
    expect(readdirSync(root)).toEqual(['package.json']);
  });
});
