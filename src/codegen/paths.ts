import path from 'node:path';

/**
 * How a module imports another one: `../shared.js`.
 * @param from absolute path of the importing file
 * @param to absolute path of the imported file; `.ts` becomes `.js`, as Node's resolution wants it
 */
export function importSpecifier(from: string, to: string): string {
  const relative = path.relative(path.dirname(from), to).split(path.sep).join('/');
  const compiled = relative.replace(/(?<!\.d)\.([cm]?)tsx?$/, '.$1js');
  return compiled.startsWith('.') ? compiled : `./${compiled}`;
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
