import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';

const folders: string[] = [];

afterEach(() => {
  vi.restoreAllMocks();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

async function orderOf(names: readonly string[]): Promise<readonly string[]> {
  // A module of its own: the one that other tests share may have made its collator.
  const path = `../../src/project/schema-files.ts?order=${folders.length}`;
  const { readSchemaFiles }: typeof import('../../src/project/schema-files.ts') = await import(path);
  const root = mkdtempSync(join(tmpdir(), 'nodrift-order-'));
  folders.push(root);
  for (const name of names) writeFileSync(join(root, name), 'SELECT 1;');
  const source = { kind: 'migrations', dir: root, format: 'plain' } as const;
  return readSchemaFiles({ root, source }).map(({ path }) => basename(path));
}

it('makes no collator where the numbers of the names decide', async () => {
  const collator = vi.spyOn(Intl, 'Collator');
  expect(await orderOf(['10_b.sql', '9_c.sql', '1700000000000_a.sql'])).toEqual([
    '9_c.sql',
    '10_b.sql',
    '1700000000000_a.sql',
  ]);
  expect(collator).not.toHaveBeenCalled();
});

it('orders names as the collator does', async () => {
  const { compare } = new Intl.Collator('en', { numeric: true });
  const names = [
    '2.sql',
    '10.sql',
    '1a2.sql',
    '1a10.sql',
    '1.2.sql',
    '5\u0663.sql',
    '83.sql',
    'é1.sql',
    'b.sql',
  ];
  expect(await orderOf(names)).toEqual(names.toSorted(compare));
});
