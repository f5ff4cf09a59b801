/**
 * `npm run bench:scaling`: what the analysis of one statement costs as it grows, in each of the dimensions of
 * `families.ts`, on a local server. Prints a table and writes it and the curves beside this file.
 */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { startNativeServer } from '../../test/support/native-server.ts';
import { baseSchema, families } from './families.ts';
import { type Cost, costOf } from './measure.ts';

const introduction = `# What a statement's analysis costs as it grows

\`npm run bench:scaling\` writes this page. A step is one visit of a node by a rule; the server's work and loading the catalogs
are left out. \`test/analysis/scaling.long.test.ts\` holds each ratio to 4.4, which is quadratic. CPU is that of the first analysis
of the process, on a shared machine, and no test depends on it.

![Steps over n, both axes logarithmic](curves.svg)
`;

const here = dirname(fileURLToPath(import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'nodrift-bench-'));
// Root's server runs as another user, who must get in.
chmodSync(scratch, 0o755);
const server = startNativeServer(18, scratch, 'bench');
try {
  const client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query(baseSchema);
  const measured: { readonly name: string; readonly costs: readonly Cost[] }[] = [];
  for (const family of families) {
    const costs: Cost[] = [];
    for (const n of family.sizes) costs.push(await costOf(client, family, n));
    measured.push({ name: family.name, costs });
  }
  await client.end();
  const table = tableOf(measured);
  console.log(table);
  writeFileSync(join(here, 'README.md'), `${introduction}\n${table}\n`);
  writeFileSync(join(here, 'curves.svg'), curvesOf(measured));
} finally {
  server.stop();
  rmSync(scratch, { recursive: true, force: true });
}

type Measured = readonly { readonly name: string; readonly costs: readonly Cost[] }[];

function tableOf(measured: Measured): string {
  const rows = measured.map(({ name, costs }) => {
    const ratios = costs.slice(1).map(({ steps }, i) => (steps / (costs[i]?.steps ?? 1)).toFixed(1));
    const cells = [
      name,
      costs.map(({ n }) => n).join(' / '),
      costs.map(({ steps }) => steps).join(' / '),
      ratios.join(' / '),
      costs.map(({ cpu }) => cpu.toFixed(0)).join(' / '),
    ];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return ['| dimension | n | steps | ratios | CPU, ms |', '| --- | --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}

/** Steps over n, each curve from its own first point, both axes logarithmic: a straight line of slope 1 is linear. */
function curvesOf(measured: Measured): string {
  const size = 480;
  const x = (n: number) => 40 + (Math.log2(n) / 2) * (size - 60);
  const y = (ratio: number) => size - 30 - (Math.log2(ratio) / 4.3) * (size - 60);
  const line = (points: readonly (readonly [number, number])[], style: string) =>
    `<polyline fill="none" ${style} points="${points.map(([n, ratio]) => `${x(n).toFixed(1)},${y(ratio).toFixed(1)}`).join(' ')}"/>`;
  const curves = measured.map(({ costs }) => {
    const [first] = costs;
    const points = costs.map(({ n, steps }) => [n / (first?.n ?? 1), steps / (first?.steps ?? 1)] as const);
    return line(points, 'stroke="#3367d6" stroke-opacity="0.45"');
  });
  const guide = (power: number, label: string) =>
    `${line(
      [
        [1, 1],
        [4, 4 ** power],
      ],
      'stroke="#888" stroke-dasharray="4 4"',
    )}<text x="${x(4) - 60}" y="${y(4 ** power) - 6}" font-size="12" fill="#555">${label}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" font-family="sans-serif">
<title>Steps of the analysis over n</title>
<rect width="${size}" height="${size}" fill="white"/>
${guide(1, 'n')}
${guide(2, 'n²')}
${curves.join('\n')}
<text x="40" y="20" font-size="13">Steps of the analysis, from n to 4n, ${measured.length} dimensions</text>
<text x="${size - 40}" y="${size - 8}" font-size="12">4n</text><text x="36" y="${size - 8}" font-size="12">n</text>
</svg>
`;
}
