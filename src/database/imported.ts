/*
 * Packages that are loaded only where they are used. They are in a file of their own because the CLI's bundle may
 * run from kept compiled code (src/cli/run-compiled.ts), in which Node 20 cannot resolve `import()`: the build
 * leaves this file outside of it.
 */

/** Imports a module by its URL, or by its specifier as it is resolved from nodrift's own folder. */
export function importModule(specifier: string): Promise<unknown> {
  return import(/* @vite-ignore */ specifier);
}

export function nodePgMigrate(): Promise<typeof import('node-pg-migrate')> {
  return import('node-pg-migrate');
}

export function testcontainers(): Promise<typeof import('testcontainers')> {
  return import('testcontainers');
}
