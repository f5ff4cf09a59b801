import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

interface Locked {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

// `npm install` on one platform can omit the packages of the others, and `npm ci` then refuses the lock.
it('package-lock.json names the packages of every platform', () => {
  const text = readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8');
  const { packages }: { packages: Readonly<Record<string, Locked>> } = JSON.parse(text);
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies }]) =>
    Object.keys(optionalDependencies ?? {})
      .filter((name) => !placesOf(path, name).some((place) => place in packages))
      .map((name) => `${path}: ${name}`),
  );
  expect(missing).toEqual([]);
});

/** Where Node looks for a package from a folder of the lock, nearest first. */
function placesOf(path: string, name: string): readonly string[] {
  const parts = path.split('node_modules/').slice(1);
  return parts
    .map(
      (_, i) =>
        `${`node_modules/${parts.slice(0, parts.length - i).join('node_modules/')}`.replace(/\/$/, '')}/node_modules/${name}`,
    )
    .concat(`node_modules/${name}`);
}
