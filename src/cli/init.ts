import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { diagnostic, diagnosticAt, Failure } from '../diagnostic.ts';
import { configsIn, foldersFrom } from '../project/find-config.ts';
import { cliCommand } from './command.ts';
import {
  configText,
  generatedFiles,
  int8Text,
  migrationText,
  outsideText,
  queriesText,
  scripts,
  workflowText,
} from './init-files.ts';
import { findPackageManager, type PackageManager } from './package-manager.ts';
import { type CliContext, colorsFor } from './terminal.ts';

export const initCommand = cliCommand({
  name: 'init',
  description: 'add a small working project to the npm package in this folder; overwrites nothing',
  examples: [['init', 'in the folder of package.json']],
  failing: null,
  run: (_args, _options, io) => runInit(io),
});

/**
 * `nodrift init`: writes a small working project into the npm package in the working directory, and says what
 * it wrote and what it left alone. Nothing that exists is changed, except scripts added to package.json.
 * Throws Failure (2) without a readable package.json.
 */
async function runInit(io: CliContext): Promise<number> {
  const manifest = readManifest(io.cwd);
  const colors = colorsFor(io.stdout, io.env);
  const say = (done: boolean, path: string, why = '') =>
    io.stdout.write(
      `${done ? colors.green('written   ') : colors.dim('left alone')}  ${path}${why === '' ? '' : `  ${colors.dim(why)}`}\n`,
    );
  const write = (path: string, text: string) => {
    const target = join(io.cwd, path);
    if (existsSync(target)) return say(false, path, 'it exists');
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text, { flag: 'wx' });
    return say(true, path);
  };

  const [existing] = configsIn(io.cwd);
  const configured = existing !== undefined;
  if (configured) say(false, basename(existing), 'it exists');
  else write('pgtyped.config.json', configText);
  // A project that is configured already may keep its migrations and queries anywhere.
  if (!configured) {
    if (holds(io.cwd, 'migrations')) say(false, 'migrations/', 'it has files');
    else write(`migrations/${Date.now()}_create-notes.sql`, migrationText);
    if (holds(io.cwd, 'queries')) say(false, 'queries/', 'it has files');
    else write('queries/notes.sql', queriesText);
    for (const [path, lines] of Object.entries(generatedFiles)) {
      const missing = missingLines(join(io.cwd, path), lines);
      if (missing === null) write(path, `${lines.join('\n')}\n`);
      else say(false, path, missing.length === 0 ? 'it has the lines' : `add to it: ${missing.join(', ')}`);
    }
  }
  const { top, inside } = repositoryOf(io.cwd);
  const { manager, lockFolder } = findPackageManager(inside);
  const workflow = workflowOf(io.cwd, top, lockFolder ?? top, manager);
  write(workflow.path, workflow.text);
  addScripts(io.cwd, manifest, say);

  const depends = (name: string) => dependencyOf(manifest.json, name) !== undefined;
  const missing = [
    ...(depends('nodrift-runtime') ? [] : ['nodrift-runtime']),
    ...(['pg', '@electric-sql/pglite', 'postgres'].some(depends) ? [] : ['pg']),
  ];
  const steps = [
    ...(missing.length > 0 ? [`${manager.add} ${missing.join(' ')}`] : []),
    ...(depends('nodrift') ? [] : [`${manager.addDev} nodrift`]),
    `${manager.run} nodrift generate`,
  ];
  if (!configured) io.stdout.write(`\n${int8Text}`);
  const outside = ['nodrift', 'nodrift-runtime'].filter((name) =>
    isFileOutside(dependencyOf(manifest.json, name), io.cwd, top),
  );
  if (outside.length > 0) io.stdout.write(`\n${outsideText(outside)}`);
  io.stdout.write(`\nNext: ${steps.map((step) => colors.bold(step)).join(', then ')}\n`);
  return 0;
}

/** The top of the repository that a folder is in, or the folder itself, and the folders from it up to the top. */
function repositoryOf(folder: string): { readonly top: string; readonly inside: readonly string[] } {
  const above = foldersFrom(resolve(folder));
  const top = above.find((one) => existsSync(join(one, '.git'))) ?? resolve(folder);
  return { top, inside: above.slice(0, above.indexOf(top) + 1) };
}

/**
 * The workflow that checks the package, and its path relative to the package's folder. GitHub reads workflows at the top
 * of a repository only, so a package below it has its workflow there, under a name of its own.
 */
function workflowOf(
  folder: string,
  top: string,
  lockFolder: string,
  manager: PackageManager,
): { readonly path: string; readonly text: string } {
  const fromTop = (path: string) => relative(top, path).replaceAll('\\', '/');
  const own = fromTop(folder);
  const name = ['nodrift', ...own.split('/').filter((part) => part !== '')].join('-');
  const path = join(relative(folder, top), '.github', 'workflows', `${name}.yml`).replaceAll('\\', '/');
  return { path, text: workflowText(own, fromTop(lockFolder), manager) };
}

/** Whether a dependency is a file or folder that a checkout of the repository does not have. */
function isFileOutside(version: unknown, folder: string, top: string): boolean {
  if (typeof version !== 'string' || !/^(?:file:|link:|portal:|\.{0,2}\/)/.test(version)) return false;
  return relative(top, resolve(folder, version.replace(/^\w+:/, ''))).startsWith('..');
}

interface Manifest {
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

function readManifest(folder: string): Manifest {
  const path = join(folder, 'package.json');
  if (!existsSync(path)) {
    const message = 'There is no package.json in this folder.';
    throw new Failure(2, [
      diagnostic({
        code: 'ND1021',
        message,
        hint: 'Run `npm init -y` first, or go to the folder of your package.',
      }),
    ]);
  }
  const text = readFileSync(path, 'utf8');
  const json = parse(text);
  if (isObject(json) && (json.scripts === undefined || isObject(json.scripts))) return { text, json };
  const message = 'package.json must be a JSON object, and so must its "scripts".';
  throw new Failure(2, [
    diagnosticAt('package.json', text, 0, {
      code: 'ND1021',
      message,
      hint: 'Correct it and run `nodrift init` again.',
    }),
  ]);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function addScripts(
  folder: string,
  manifest: Manifest,
  say: (done: boolean, path: string, why?: string) => void,
) {
  const present = isObject(manifest.json.scripts) ? manifest.json.scripts : {};
  const added = Object.entries(scripts).filter(([name]) => !Object.hasOwn(present, name));
  if (added.length === 0) return say(false, 'package.json', 'it has the scripts');
  const indent = /^[ \t]+/m.exec(manifest.text)?.[0] ?? '  ';
  const json = { ...manifest.json, scripts: { ...present, ...Object.fromEntries(added) } };
  const end = manifest.text.endsWith('\n') ? '\n' : '';
  const text = `${JSON.stringify(json, null, indent)}${end}`;
  const lines = manifest.text.includes('\r\n') ? text.replaceAll('\n', '\r\n') : text;
  writeFileSync(join(folder, 'package.json'), lines);
  return say(true, 'package.json', `scripts ${added.map(([name]) => name).join(', ')}`);
}

/** Which lines a file lacks; null if there is no such file. */
function missingLines(path: string, lines: readonly string[]): readonly string[] | null {
  if (!existsSync(path)) return null;
  const present = new Set(readFileSync(path, 'utf8').split(/\r?\n/));
  return lines.filter((line) => !present.has(line));
}

function holds(folder: string, path: string): boolean {
  const target = join(folder, path);
  return existsSync(target) && readdirSync(target).length > 0;
}

function dependencyOf(json: Readonly<Record<string, unknown>>, name: string): unknown {
  const lists = ['dependencies', 'devDependencies', 'peerDependencies'].map((key) => json[key]);
  return lists.filter(isObject).find((list) => Object.hasOwn(list, name))?.[name];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
