import { readStatements } from '../../../src/sql/read.ts';
import type { Param, Slot, Statement } from '../../../src/sql/statement.ts';

/** Reads a text without a fault and gives its statements. */
export function statements(text: string): readonly Statement[] {
  const { statements, diagnostics } = readStatements('queries/test.sql', text);
  if (diagnostics.length > 0) {
    throw new Error(
      diagnostics.map(({ line, column, message }) => `${line}:${column} ${message}`).join('\n'),
    );
  }
  return statements;
}

/** Reads a text without a fault that holds one statement. */
export function statement(text: string): Statement {
  const [first, ...others] = statements(text);
  if (first === undefined || others.length > 0) throw new Error(`Not one statement: ${text}`);
  return first;
}

/** The statement of a body under a header `@name Q`. */
export function body(sql: string, annotations = ''): Statement {
  return statement(`/* @name Q ${annotations} */\n${sql};`);
}

/** What is wrong with a text, as `line:column message | hint`. */
export function faults(text: string): readonly string[] {
  return readStatements('queries/test.sql', text).diagnostics.map(
    ({ line, column, message, hint }) => `${line}:${column} ${message} | ${hint}`,
  );
}

/** `id`, `id!`, `ids(...)`, `row(a, b!)`, `rows((a?, b)...)`. */
export function written(param: Param): string {
  switch (param.kind) {
    case 'scalar':
      return slot(param);
    case 'list':
      return `${slot(param)}(...)`;
    case 'object':
      return `${param.name}(${param.fields.map(slot).join(', ')})`;
    case 'objects':
      return `${param.name}((${param.fields.map(slot).join(', ')})...)`;
  }
}

function slot({ name, required }: Slot): string {
  return name + (required === null ? '' : required ? '!' : '?');
}
