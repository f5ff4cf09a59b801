// Shows what a breaking change looks like: renames a column in a copy of this project, then runs `nodrift check` there.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('.', import.meta.url));
const copy = mkdtempSync(join(tmpdir(), 'notes-api-'));
try {
  for (const name of ['package.json', 'pgtyped.config.json', 'migrations', 'queries']) {
    cpSync(join(project, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(project, 'node_modules'), join(copy, 'node_modules'), 'junction');
  writeFileSync(
    join(copy, 'migrations', '3_rename-title.sql'),
    '-- Up Migration\nALTER TABLE notes RENAME COLUMN title TO heading;\n' +
      '-- Down Migration\nALTER TABLE notes RENAME COLUMN heading TO title;\n',
  );
  const { status } = spawnSync('npx nodrift check', { cwd: copy, shell: true, stdio: 'inherit' });
  console.log(`nodrift check exits with ${status}.`);
  process.exitCode = status === 1 ? 0 : 1;
} finally {
  rmSync(copy, { recursive: true, force: true });
}
