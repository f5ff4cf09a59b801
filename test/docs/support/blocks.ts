import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder, with a slash behind it. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A fenced block of a page. */
export interface Block {
  /** Relative to the repository. */
  readonly page: string;
  /** 1-based, of the first line inside. */
  readonly line: number;
  /** What is behind the opening fence, such as `ts`. */
  readonly language: string;
  /** The text of the comment directly above, such as `from queries/cars.sql`; '' if there is none. */
  readonly mark: string;
  readonly text: string;
}

/** The README, CONTRIBUTING.md and all pages of docs/. */
export const pages: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `docs/${name}`),
];

export function readPage(page: string): string {
  return readFileSync(join(root, page), 'utf8');
}

/** The fenced blocks of a page, in its order; those in lists without their indentation. */
export function blocksOf(page: string): readonly Block[] {
  const text = readPage(page);
  const fences = text.matchAll(/(?:^ *<!-- ([^\n]+) -->\n)?^( *)```([^\n]*)\n(.*?)^\2```$/gms);
  return Array.from(
    fences,
    ({ index, 0: whole, 1: mark = '', 2: indent = '', 3: language = '', 4: body = '' }) => ({
      page,
      line: text.slice(0, index + whole.indexOf('```')).split('\n').length + 1,
      language,
      mark,
      text: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  );
}

/** The parts of a block between lines that hold nothing but `…`, which represent what is omitted. */
export function piecesOf(block: Pick<Block, 'text'>): readonly string[] {
  return block.text.split(/^\s*(?:\/\/ )?…\n/m).filter((piece) => piece.trim() !== '');
}

/** `README.md:12`, for the names of tests. */
export function placeOf({ page, line }: Block): string {
  return `${page}:${line}`;
}
