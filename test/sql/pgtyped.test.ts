import { readdirSync, readFileSync } from 'node:fs';
import { parseSQLFile, type SQLQueryAST } from '@pgtyped/parser';
import { describe, expect, it } from 'vitest';
import { parameterUses } from '../../src/sql/postgres-text.ts';
import type { Statement } from '../../src/sql/statement.ts';
import { statements, written } from './support/read.ts';

const corpus = new URL('corpus/', import.meta.url);

function files(folder: string): readonly (readonly [name: string, text: string])[] {
  const url = new URL(`${folder}/`, corpus);
  return readdirSync(url).map((name) => [name, readFileSync(new URL(name, url), 'utf8')]);
}

/** What both readers say of a query, in one shape; places are UTF-16 offsets of the file. */
interface Common {
  readonly name: string;
  readonly params: readonly {
    readonly name: string;
    readonly transform: string;
    readonly fields: readonly { readonly name: string; readonly required: boolean }[];
    readonly required: boolean;
    readonly uses: readonly string[];
  }[];
}

const TRANSFORMS = {
  scalar: 'scalar',
  list: 'array_spread',
  object: 'pick_tuple',
  objects: 'pick_array_spread',
};

function ofOurs(text: string, statement: Statement): Common {
  const uses = parameterUses(statement);
  return {
    name: statement.name,
    params: statement.params.map((param, index) => ({
      name: param.name,
      transform: TRANSFORMS[param.kind],
      fields:
        'fields' in param
          ? param.fields.map(({ name, required }) => ({ name, required: required === true }))
          : [],
      // PgTyped notes a mark of an object and makes nothing of it; our Param does not hold it.
      required: 'required' in param && param.required === true,
      uses: uses
        .filter((use) => use.param === index)
        .map(({ start, end }) => `${start + 1}-${end} ${text.slice(start + 1, end)}`),
    })),
  };
}

function ofPgtyped(text: string, query: SQLQueryAST): Common {
  const utf16 = utf16Offsets(text);
  const params = query.params
    .map((param) => ({
      name: param.name,
      transform: String(param.transform.type),
      fields: 'keys' in param.transform ? param.transform.keys : [],
      required: !('keys' in param.transform) && param.required === true,
      first: param.codeRefs.used[0]?.a ?? 0,
      uses: param.codeRefs.used.map(({ a, b }) => {
        const [start = 0, end = 0] = [utf16[a], utf16[b + 1]];
        return `${start}-${end} ${text.slice(start, end)}`;
      }),
    }))
    .sort((one, other) => one.first - other.first);
  return { name: query.name, params: params.map(({ first, ...rest }) => rest) };
}

/** PgTyped counts in characters: the UTF-16 offset of each, and of the end. */
function utf16Offsets(text: string): readonly number[] {
  const offsets = [0];
  for (const character of text) offsets.push((offsets.at(-1) ?? 0) + character.length);
  return offsets;
}

describe('where PgTyped accepts a file, we read the same', () => {
  const both = files('both');

  it('over at least 60 queries', () => {
    expect(both.flatMap(([, text]) => statements(text)).length).toBeGreaterThanOrEqual(60);
  });

  describe.each([
    ['as it is', (text: string) => text],
    ['with CRLF', (text: string) => text.replaceAll('\n', '\r\n')],
  ])('%s', (_, change) => {
    it.each(both)('%s', (_name, original) => {
      const text = change(original);
      const theirs = parseSQLFile(text);
      expect(theirs.events).toEqual([]);
      const ours = statements(text);
      expect(ours.map((one) => ofOurs(text, one))).toEqual(theirs.queries.map((one) => ofPgtyped(text, one)));
    });

    it.each(both)('%s: the same statements', (_name, original) => {
      const text = change(original);
      const theirs = parseSQLFile(text).queries.map(({ statement }) => bare(statement.body));
      expect(statements(text).map((one) => bare(one.body))).toEqual(theirs);
    });
  });
});

/** Without comments: PgTyped blanks block comments out, and keeps `--` comments before the first word. */
function bare(body: string): string {
  return body
    .replace(/\/\*[\s\S]*?\*\/|--.*$/gm, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

describe('what only we accept', () => {
  const wider = files('wider');

  it.each(wider)('%s', (_name, text) => {
    for (const one of statements(text)) {
      const expected = /^params: (.*)$/m.exec(one.documentation)?.[1] ?? '';
      expect(`${one.name}: ${one.params.map(written).join(' ')}`).toBe(`${one.name}: ${expected}`);
    }
  });

  it.each(wider)('%s: PgTyped refuses it or reads it differently', (_name, text) => {
    const { queries, events } = parseSQLFile(text);
    const same =
      JSON.stringify(queries.map((one) => ofPgtyped(text, one))) ===
      JSON.stringify(statements(text).map((one) => ofOurs(text, one)));
    expect(events.length > 0 || !same).toBe(true);
  });
});
