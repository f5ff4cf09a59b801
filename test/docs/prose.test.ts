import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { root } from './support/blocks.ts';

/** Words and phrases for which there is a plainer one. */
const inText: Readonly<Record<string, RegExp>> = {
  'must, instead of "has to"': /\b(?:has|have|had) to (?!be sure)[a-z]|\b(?:is|are) to be\b/,
  'except, instead of "but for"': /\bbut for\b/,
  'otherwise, instead of "or else"': /\bor else\b/,
  'is, or represents, instead of "stands"': /\b(?:stands|stood)\b(?! (?:still|alone))/,
  'omitted or skipped, instead of "left out"': /\b(?:left|leaves?|leaving) out\b/,
  'checked or analysed, instead of "looked at"': /\b(?:looked|looks?) (?:at|into)\b/,
  'migration history, instead of "books"': /\bthe books\b/,
  'down migration, instead of "way back"': /\bways? (?:up|down|back)\b/,
  'assert, instead of "vouch"': /\bvouch/,
  'you, another process, or the passive': /(?<!\buser )\b(?:some|any|no|every)(?:body|one)\b/i,
  'silently, instead of "without a word"': /\bwithout a word\b/,
};
/** What users read says who does something, in short sentences. */
const forUsers: Readonly<Record<string, RegExp>> = {
  ...inText,
  'the noun again, instead of "that of"': /\b(?:that|those) of\b/,
  'takes precedence, instead of "goes before"': /\bgoes before\b/,
  'keep in, instead of "belong into"': /\bbelongs? into\b/,
};

interface Text {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

const paths = (...globs: readonly string[]) =>
  globSync(globs, { cwd: root, ignore: ['**/node_modules/**', '**/*.queries.ts'] }).sort();
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** The sentences of a page: neither code, nor quotations of messages in code spans. */
function prose(file: string): Text[] {
  const blank = (text: string) => text.replaceAll(/[^\n]/g, ' ');
  const text = read(file)
    .replaceAll(/^ *```.*?^ *```$/gms, blank)
    .replaceAll(/^ {4}.*$/gm, blank)
    .replaceAll(/`[^`]*`/g, blank);
  return text.split('\n').map((line, i) => ({ file, line: i + 1, text: line }));
}

/** The strings of several words, or the comments, of a source file; none where no pattern matches the file. */
function texts(file: string, wanted: 'strings' | 'comments', patterns: readonly RegExp[]): Text[] {
  const source = read(file);
  const found: Text[] = [];
  // Parsing all files takes seconds.
  if (!patterns.some((pattern) => pattern.test(source))) return found;
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const add = (start: number, text: string) => {
    found.push({ file, line: tree.getLineAndCharacterOfPosition(start).line + 1, text });
  };
  const visit = (node: ts.Node): void => {
    if (wanted === 'strings') {
      const isText =
        ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
      if (isText && /[a-z] [a-z]/.test(node.text)) add(node.getStart(), node.text);
    } else {
      for (const { pos, end } of ts.getLeadingCommentRanges(source, node.getFullStart()) ?? []) {
        add(pos, source.slice(pos, end).replaceAll(/`[^`]*`|"[^"]*"/g, ''));
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function offences(all: readonly Text[], patterns: Readonly<Record<string, RegExp>>): string[] {
  const found = all.flatMap(({ file, line, text }) =>
    Object.entries(patterns).flatMap(([say, pattern]) => {
      const match = pattern.exec(text);
      return match === null ? [] : [`${file}:${line}: "${match[0]}": say ${say}`];
    }),
  );
  return [...new Set(found)];
}

const pages = paths('README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/*.md', 'examples/**/README.md');

test('the pages say things plainly', () => {
  expect(offences(pages.flatMap(prose), forUsers)).toEqual([]);
});

test('lines of the pages have at most 120 columns', () => {
  const long = pages.flatMap((file) => {
    const lines = prose(file).filter(({ text }) => !/^\||\]\(https?:/.test(text));
    return lines.filter(({ text }) => text.trimEnd().length > 120).map(({ line }) => `${file}:${line}`);
  });
  expect(long).toEqual([]);
});

test('code spans end on their line: the site could read the rest of one as HTML', () => {
  const broken = pages.flatMap((file) => {
    const text = read(file).replaceAll(/^ *```.*?^ *```$/gms, (block) => block.replaceAll(/[^\n]/g, ' '));
    const odd = (line: string) => line.split('`').length % 2 === 0;
    return text.split('\n').flatMap((line, i) => (odd(line) ? [`${file}:${i + 1}`] : []));
  });
  expect(broken).toEqual([]);
});

test('messages say things plainly', () => {
  const files = paths('src/**/*.ts');
  expect(files.length).toBeGreaterThan(300);
  const sources = files.flatMap((file) => texts(file, 'strings', Object.values(forUsers)));
  expect(texts('src/error-codes.ts', 'strings', [/./]).length).toBeGreaterThan(50);
  const ours = sources.filter(({ text }) => !/\b(?:SELECT|FROM|WHERE|CASE)\b/.test(text));
  expect(offences(ours, forUsers)).toEqual([]);
});

test('comments use the terms of the field', () => {
  const files = paths('src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts', 'examples/**/*.ts');
  expect(files.length).toBeGreaterThan(600);
  const comments = files.flatMap((file) => texts(file, 'comments', Object.values(inText)));
  expect(texts('test/docs/prose.test.ts', 'comments', [/./]).length).toBeGreaterThan(3);
  expect(offences(comments, inText)).toEqual([]);
});
