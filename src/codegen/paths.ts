import path from 'node:path';

/**
 * How a module imports another one: `../shared.js`.
 * @param from absolute path of the importing file
 * @param to absolute path of the imported file
 * @param extension `js`: `.ts` becomes `.js`, as in Node's resolution of compiled files; `ts`: it stays, as Node's type
 * stripping wants it (https://nodejs.org/api/typescript.html)
 */
export function importSpecifier(from: string, to: string, extension: 'js' | 'ts' = 'js'): string {
  const relative = path.relative(path.dirname(from), to).split(path.sep).join('/');
  const named = extension === 'ts' ? relative : relative.replace(/(?<!\.d)\.([cm]?)tsx?$/, '.$1js');
  return named.startsWith('.') ? named : `./${named}`;
}

/**
 * A module as the configuration names it, as another file must import it: paths there are relative
 * to the configuration's folder, names of packages stay.
 */
export function rebasedSpecifier(specifier: string, root: string, from: string): string {
  if (!/^\.\.?\//.test(specifier)) return specifier;
  const relative = path.relative(path.dirname(from), path.resolve(root, specifier)).split(path.sep).join('/');
  return relative.startsWith('.') ? relative : `./${relative}`;
}
