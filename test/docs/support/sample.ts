import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { type Project, project } from '../../cli/support/cli.ts';
import { postgresUrl } from '../../support/postgres.ts';
import { root } from './blocks.ts';

/** The sample project with other queries than its own, on a server, which is quicker. */
export function sampleWith(queries: Readonly<Record<string, string>>): Project {
  const copy = project(queries);
  cpSync(join(root, 'migrations'), join(copy.root, 'migrations'), { recursive: true });
  const transforms = [{ mode: 'sql', include: '**/*.sql' }];
  const types = { numeric: 'decimal.js#Decimal' };
  copy.put(
    'pgtyped.config.json',
    JSON.stringify({
      transforms,
      srcDir: './queries',
      camelCaseColumnNames: true,
      nodrift: { database: 'server', types },
    }),
  );
  copy.put('.env', `DATABASE_URL=${postgresUrl(18)}\n`);
  return copy;
}
