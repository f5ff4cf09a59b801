import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The commands of a package manager, and what a GitHub workflow needs for it. */
export interface PackageManager {
  /** By its presence the package manager is recognised. */
  readonly lockFile: string;
  readonly add: string;
  readonly addDev: string;
  /** Before a command of an installed package. */
  readonly run: string;
  /** Installs what the lock file says, and fails if it does not fit package.json. */
  readonly install: string;
  /** What the workflow's steps begin with, before Node is set up. */
  readonly setUp: string | null;
  /** Its name for the cache of actions/setup-node; null: it has none. */
  readonly cache: string | null;
}

const npm: PackageManager = {
  lockFile: 'package-lock.json',
  add: 'npm install',
  addDev: 'npm install --save-dev',
  run: 'npx',
  install: 'npm ci',
  setUp: null,
  cache: 'npm',
};

const packageManagers: readonly PackageManager[] = [
  npm,
  {
    lockFile: 'pnpm-lock.yaml',
    add: 'pnpm add',
    addDev: 'pnpm add --save-dev',
    run: 'pnpm exec',
    install: 'pnpm install --frozen-lockfile',
    setUp: 'run: corepack enable',
    cache: 'pnpm',
  },
  {
    lockFile: 'yarn.lock',
    add: 'yarn add',
    addDev: 'yarn add --dev',
    run: 'yarn',
    // Yarn 1 has no --immutable; later versions still know this option.
    install: 'yarn install --frozen-lockfile',
    setUp: 'run: corepack enable',
    cache: 'yarn',
  },
  {
    lockFile: 'bun.lock',
    add: 'bun add',
    addDev: 'bun add --dev',
    run: 'bunx',
    install: 'bun install --frozen-lockfile',
    setUp: 'uses: oven-sh/setup-bun@v2',
    cache: null,
  },
];

/**
 * The package manager of a package, by the nearest lock file; npm if there is none.
 * @param folders the package's folder, and those above it in the repository
 */
export function findPackageManager(folders: readonly string[]): {
  readonly manager: PackageManager;
  /** The folder of the lock file; null without one. */
  readonly lockFolder: string | null;
} {
  for (const folder of folders) {
    const manager = packageManagers.find(({ lockFile }) => existsSync(join(folder, lockFile)));
    if (manager !== undefined) return { manager, lockFolder: folder };
  }
  return { manager: npm, lockFolder: null };
}
