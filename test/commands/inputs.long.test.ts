import fs, { mkdtempSync, readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { beforeAll, expect, inject, test, vi } from 'vitest';
import { generate } from '../../src/commands/generate.ts';
import { loadConfig } from '../../src/project/load-config.ts';
import { nodrift } from '../cli/support/cli.ts';
import { makeProject } from '../support/project.ts';

const files = {
  'nodrift.config.json': '{}',
  'migrations/1_jobs.sql': 'CREATE TABLE jobs (id int PRIMARY KEY, note text);',
  'migrations/2_state.sql': 'ALTER TABLE jobs ADD state text NOT NULL;',
  'queries/a.sql': '/* @name GetState :maybe */\nSELECT state FROM jobs WHERE id = :id;\n',
  'queries/deep/b.sql': '/* @name AllNotes :many */\nSELECT note FROM jobs;\n',
};

/** Counts how often each file of a project is read while some work is done. */
async function readsDuring(root: string, work: () => Promise<unknown>): Promise<Record<string, number>> {
  const reads: Record<string, number> = {};
  // Node's readFileSync calls openSync.
  let inside = false;
  const count = (path: unknown) => {
    if (inside) return;
    const file = String(path);
    if (!file.startsWith(root)) return;
    const name = file.slice(root.length + 1).replaceAll('\\', '/');
    reads[name] = (reads[name] ?? 0) + 1;
  };
  const spies = [
    ...(['readFileSync', 'readFile', 'openSync', 'open', 'createReadStream'] as const).map((name) => {
      const original = fs[name] as (...args: unknown[]) => unknown;
      return vi.spyOn(fs, name as 'readFileSync').mockImplementation((...args: unknown[]) => {
        count(args[0]);
        inside = true;
        try {
          return original(...args) as string;
        } finally {
          inside = false;
        }
      });
    }),
    ...(['readFile', 'open'] as const).map((name) => {
      const original = fs.promises[name] as (...args: unknown[]) => unknown;
      return vi.spyOn(fs.promises, name as 'readFile').mockImplementation(async (...args: unknown[]) => {
        count(args[0]);
        return (await original(...args)) as string;
      });
    }),
  ];
  syncBuiltinESMExports();
  try {
    await work();
  } finally {
    for (const spy of spies) spy.mockRestore();
    syncBuiltinESMExports();
  }
  return reads;
}

/** Of this file alone. */
let env: Readonly<Record<string, string>>;
beforeAll(() => {
  env = { XDG_CACHE_HOME: mkdtempSync(join(inject('runDir'), 'inputs-')) };
});

test.each(['generate', 'check', 'check --full', 'inspect'])(
  'nodrift %s reads each input file once',
  async (command) => {
    using project = makeProject(files);
    const run = (args: readonly string[]) => nodrift(args, { cwd: project.root, env });
    expect(await run(['generate'])).toMatchObject({ exitCode: 0 });
    const reads = await readsDuring(project.root, async () => {
      expect(await run(command.split(' '))).toMatchObject({ exitCode: 0 });
    });
    const once = Object.fromEntries(Object.keys(files).map((file) => [file, 1]));
    expect(reads).toMatchObject(once);
  },
);

test.each(['opening the database', 'analysing 2 of 2 queries', 'comparing'])(
  'generate does not see half of an edit that is made while it says "%s"',
  async (moment) => {
    using project = makeProject(files);
    const config = () => loadConfig(project.path('nodrift.config.json'), env);
    await generate(config(), { env });
    const modules = ['queries/a.queries.ts', 'queries/deep/b.queries.ts'];
    const texts = () => modules.map((file) => readFileSync(project.path(file), 'utf8'));
    const before = texts();

    const seen = new Set<string>();
    const progress = (stage: string) => {
      if (stage !== moment || seen.has(stage)) return;
      seen.add(stage);
      project.write({
        'migrations/2_state.sql': 'ALTER TABLE jobs ADD state int, ALTER note SET NOT NULL;',
        'queries/a.sql': '/* @name GetState :maybe */\nSELECT state, id FROM jobs WHERE id = :id;\n',
      });
    };
    await generate(config(), { env, progress });
    expect([...seen]).toEqual([moment]);
    expect(texts()).toEqual(before);
    expect(await nodrift(['check'], { cwd: project.root, env })).toMatchObject({ exitCode: 1 });

    await generate(config(), { env });
    expect(texts()).not.toEqual(before);
  },
);
