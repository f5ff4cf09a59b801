import { relative, resolve } from 'node:path';

interface Annotation {
  readonly level: 'error' | 'warning';
  /** Relative to the repository's folder; null: of the run as a whole. */
  readonly file: string | null;
  readonly line: number | null;
  readonly column?: number | null;
  readonly endLine?: number | null;
  readonly endColumn?: number | null;
  readonly title: string;
  readonly message: string;
}

/** A workflow command of GitHub Actions, as @actions/core writes it (actions/toolkit, packages/core/src/command.ts). */
export function workflowCommand({ level, title, message, endColumn, ...location }: Annotation): string {
  const { file, line, column, endLine } = location;
  // GitHub's last column is inclusive.
  const last = endColumn ? endColumn - 1 : null;
  const properties = Object.entries({ file, line, endLine, col: column, endColumn: last, title })
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${name}=${property(String(value))}`);
  return `::${level} ${properties.join(',')}::${data(message)}\n`;
}

/** Makes the paths of a project relative to the repository's folder, '/' separated. */
export function repositoryPaths(root: string, top: string): (path: string) => string {
  return (path) => relative(top, resolve(root, path)).replaceAll('\\', '/');
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
