import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { majors } from '../../support/native-binaries.ts';
import { startNativeServer } from '../../support/native-server.ts';
import { aggregateOften } from './aggregate-calls.ts';
import { callOften, createExtensions, prepareCalls } from './calls.ts';
import type { AggregateRule, Rule } from './families.ts';
import { extensionTableText, tableText } from './print.ts';
import { aggregateCandidates, type Candidate, candidates, extensionCandidates } from './select.ts';

// `npm run generate:never-null`: asks a server of every major which functions the families speak for, calls each,
// and writes those that never returned NULL to src/analysis/never-null.

const found = new Map<number, Candidate<Rule>>();
const foundAggregates = new Map<number, Candidate<AggregateRule>>();
const refused = new Set<number>();
const foundInExtensions = new Map<string, Rule>();
const refusedInExtensions = new Set<string>();

const runDir = mkdtempSync(join(tmpdir(), 'nodrift-never-null-'));
chmodSync(runDir, 0o711);
try {
  for (const major of majors) await ask(major);
} finally {
  rmSync(runDir, { recursive: true, force: true });
}
write(
  'table',
  'neverNull',
  'Built-in functions, by their OID in pg_proc.dat: when they are never NULL.',
  found,
);
write(
  'aggregates',
  'aggregates',
  'Built-in aggregates, by their OID in pg_proc.dat: when they are never NULL.',
  foundAggregates,
);

for (const key of refusedInExtensions) foundInExtensions.delete(key);
writeFileSync(
  new URL('../../../src/analysis/never-null/extensions.ts', import.meta.url),
  extensionTableText(foundInExtensions),
);
console.log(`extensions: ${foundInExtensions.size} of ${foundInExtensions.size + refusedInExtensions.size}`);

async function ask(major: (typeof majors)[number]): Promise<void> {
  const server = startNativeServer(major, runDir, `server-${major}`);
  const client = new Client({ connectionString: server.url });
  await client.connect();
  try {
    await prepareCalls(client);
    for (const candidate of await candidates(client)) await accept(client, major, candidate);
    for (const candidate of await aggregateCandidates(client)) {
      const { answered, nullFor } = await aggregateOften(client, candidate);
      if (answered === 0 || nullFor !== null)
        refuse(candidate.oid, `${major}: ${candidate.signature}: ${nullFor}`);
      else keep(foundAggregates, candidate, major);
    }
    await createExtensions(client);
    for (const candidate of await extensionCandidates(client))
      await acceptInExtension(client, major, candidate);
  } finally {
    await client.end();
    server.stop();
  }
}

async function accept(client: Client, major: number, candidate: Candidate<Rule>): Promise<void> {
  const { answered, nullFor } = await callOften(client, candidate);
  if (nullFor !== null) refuse(candidate.oid, `${major}: ${candidate.signature} is NULL: ${nullFor}`);
  else if (answered === 0) refuse(candidate.oid, `${major}: ${candidate.signature} never answered`);
  else keep(found, candidate, major);
}

async function acceptInExtension(client: Client, major: number, candidate: Candidate<Rule>): Promise<void> {
  const { answered, nullFor } = await callOften(client, candidate);
  const key = candidate.key ?? '';
  if (answered > 0 && nullFor === null) {
    foundInExtensions.set(key, candidate.rule);
    return;
  }
  refusedInExtensions.add(key);
  console.log(`left out: ${major}: ${key} ${nullFor === null ? 'never answered' : `is NULL: ${nullFor}`}`);
}

/** An OID that means something else on another major is left out; one that only got a further argument is not. */
function keep<R>(into: Map<number, Candidate<R>>, candidate: Candidate<R>, major: number): void {
  const other = into.get(candidate.oid);
  if (other !== undefined && !candidate.signature.startsWith(other.signature.slice(0, -1))) {
    refuse(candidate.oid, `${major}: ${other.signature} has become ${candidate.signature}`);
  } else into.set(candidate.oid, candidate);
}

function refuse(oid: number, why: string): void {
  if (!refused.has(oid)) console.log(`left out: ${why}`);
  refused.add(oid);
}

function write(
  file: string,
  name: string,
  about: string,
  entries: ReadonlyMap<number, Candidate<string>>,
): void {
  const kept = [...entries.values()].filter(({ oid }) => !refused.has(oid)).sort((a, b) => a.oid - b.oid);
  const path = new URL(`../../../src/analysis/never-null/${file}.ts`, import.meta.url);
  writeFileSync(path, tableText(name, about, kept));
  console.log(`${file}: ${kept.length} of ${entries.size}`);
}
