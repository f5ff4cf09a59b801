import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { embeddedClient } from '../../support/analysed.ts';
import { majors } from '../../support/native-binaries.ts';
import { startNativeServer } from '../../support/native-server.ts';
import { aggregateOften } from './aggregate-calls.ts';
import { type Called, callOften, createExtensions, prepareCalls } from './calls.ts';
import { extensionsOf } from './extension-families.ts';
import type { AggregateRule, Rule } from './families.ts';
import { extensionTableText, tableText } from './print.ts';
import {
  aggregateCandidates,
  type Candidate,
  candidates,
  extensionAggregateCandidates,
  extensionCandidates,
} from './select.ts';

// `npm run generate:never-null`: asks a server of every major which functions the families speak for, calls each,
// and writes those that never returned NULL to src/analysis/never-null.

const found = new Map<number, Candidate<Rule>>();
const foundAggregates = new Map<number, Candidate<AggregateRule>>();
const refused = new Set<number>();
const foundInExtensions = new Map<string, Rule>();
const foundAggregatesInExtensions = new Map<string, AggregateRule>();
const refusedInExtensions = new Set<string>();

const runDir = mkdtempSync(join(tmpdir(), 'nodrift-never-null-'));
chmodSync(runDir, 0o711);
try {
  for (const major of majors) await ask(major);
  await askEmbedded();
} finally {
  rmSync(runDir, { recursive: true, force: true });
}
write(
  'table',
  'neverNull',
  'FunctionNullRule',
  'Built-in functions, by their OID in pg_proc.dat: when they are never NULL.',
  found,
);
write(
  'aggregates',
  'aggregates',
  'AggregateNullRule',
  'Built-in aggregates, by their OID in pg_proc.dat: when they are never NULL.',
  foundAggregates,
);

for (const key of refusedInExtensions) {
  foundInExtensions.delete(key);
  foundAggregatesInExtensions.delete(key);
}
writeFileSync(
  new URL('../../../src/analysis/never-null/extensions.ts', import.meta.url),
  extensionTableText(foundInExtensions, foundAggregatesInExtensions),
);
const inExtensions = foundInExtensions.size + foundAggregatesInExtensions.size;
console.log(`extensions: ${inExtensions} of ${inExtensions + refusedInExtensions.size}`);

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
    await askExtensions(client, `${major}`, extensionsOf('native'));
  } finally {
    await client.end();
    server.stop();
  }
}

async function askEmbedded(): Promise<void> {
  const names = extensionsOf('embedded');
  const { client, close } = await embeddedClient(names);
  try {
    await prepareCalls(client);
    await askExtensions(client, 'PGlite', names);
  } finally {
    await close();
  }
}

async function askExtensions(client: Client, server: string, names: readonly string[]): Promise<void> {
  await createExtensions(client, names);
  for (const one of await extensionCandidates(client))
    acceptInExtension(foundInExtensions, server, one, await callOften(client, one));
  for (const one of await extensionAggregateCandidates(client))
    acceptInExtension(foundAggregatesInExtensions, server, one, await aggregateOften(client, one));
}

async function accept(client: Client, major: number, candidate: Candidate<Rule>): Promise<void> {
  const { answered, nullFor } = await callOften(client, candidate);
  if (nullFor !== null) refuse(candidate.oid, `${major}: ${candidate.signature} is NULL: ${nullFor}`);
  else if (answered === 0) refuse(candidate.oid, `${major}: ${candidate.signature} never answered`);
  else keep(found, candidate, major);
}

function acceptInExtension<R>(
  into: Map<string, R>,
  server: string,
  candidate: Candidate<R>,
  { answered, nullFor }: Called,
): void {
  const key = candidate.key ?? '';
  if (answered > 0 && nullFor === null) {
    into.set(key, candidate.rule);
    return;
  }
  refusedInExtensions.add(key);
  console.log(`left out: ${server}: ${key} ${nullFor === null ? 'never answered' : `is NULL: ${nullFor}`}`);
}

/** An OID that means something else on another major is omitted; one that only got a further argument is not. */
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
  type: string,
  about: string,
  entries: ReadonlyMap<number, Candidate<string>>,
): void {
  const kept = [...entries.values()].filter(({ oid }) => !refused.has(oid)).sort((a, b) => a.oid - b.oid);
  const path = new URL(`../../../src/analysis/never-null/${file}.ts`, import.meta.url);
  writeFileSync(path, tableText(name, type, about, kept));
  console.log(`${file}: ${kept.length} of ${entries.size}`);
}
