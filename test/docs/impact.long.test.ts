import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nodrift, type Project, project } from '../cli/support/cli.ts';
import { commitAll } from '../cli/support/git.ts';
import { blocksOf, pages, root } from './support/blocks.ts';

const blocks = pages.flatMap((page) => blocksOf(page));

function textOf(mark: string): string {
  const found = blocks.find((block) => block.mark === mark);
  if (found === undefined) throw new Error(`no block is marked "${mark}"`);
  return found.text;
}

/** The sample project in a repository, its branch called main, with one more migration that is not committed. */
function sampleAfter(migration: string): Project {
  const copy = project();
  for (const path of ['pgtyped.config.json', 'migrations', 'queries']) {
    cpSync(join(root, path), join(copy.root, path), { recursive: true });
  }
  commitAll(copy.root);
  copy.put('migrations/1790000000000_change.sql', `-- Up Migration\n${textOf(migration)}`);
  return copy;
}

describe('what is shown of impact', () => {
  test('a rename, with the queries changed, breaks the deployed ones and fits in no order', async () => {
    const copy = sampleAfter('migration that renames');
    const path = 'queries/financing.sql';
    copy.put(path, readFileSync(join(root, path), 'utf8').replaceAll('down_payment_share', 'down_payment'));
    const run = await nodrift(['impact', '--since', 'main'], { cwd: copy.root });
    expect(run).toEqual({ exitCode: 1, stderr: '', stdout: textOf('impact of the migration that renames') });
  });

  test('a required column breaks INSERTs that PostgreSQL accepts', async () => {
    const copy = sampleAfter('migration that requires');
    const run = await nodrift(['impact', '--since', 'main'], { cwd: copy.root });
    expect(run).toEqual({ exitCode: 1, stderr: '', stdout: textOf('impact of the migration that requires') });
  });

  test('a lock is held while a later statement of the migration builds an index', async () => {
    const copy = sampleAfter('migration that locks');
    const run = await nodrift(['impact', '--since', 'main'], { cwd: copy.root });
    expect(run).toEqual({ exitCode: 0, stderr: '', stdout: textOf('impact of the migration that locks') });
  });
});
