/**
 * `npm run bench:runtime`: nodrift-runtime beside its peers, over one local server, in one process, one
 * connection each. Their results are compared before anything is measured. ROUNDS (default 15) says how
 * often; CASES and PEERS choose by a part of the name. At last the runtime's size and how long its import takes.
 */
import { isDeepStrictEqual } from 'node:util';
import { startDatabase } from './database.ts';
import { type Case, type Measured, measure } from './measure.ts';
import { printPackage } from './package.ts';
import type { NewCar, Peer, Row } from './peer.ts';
import { drizzlePeer } from './peers/drizzle.ts';
import { kyselyPeer } from './peers/kysely.ts';
import { nodriftPeer } from './peers/nodrift.ts';
import { pgPeer, pgPipelinePeer } from './peers/pg.ts';
import { pgtypedPeer } from './peers/pgtyped.ts';
import { postgresJsPeer } from './peers/postgres-js.ts';
import { slonikPeer } from './peers/slonik.ts';

const rounds = Number(process.env.ROUNDS ?? 15);
const id = (i: number): string => `car-${String(1 + ((i * 7919) % 10_000)).padStart(6, '0')}`;
const newCar = (i: number): NewCar => ({
  id: `new-${i}`,
  make: `make ${i % 9}`,
  year: 2000 + (i % 25),
  price: `${i}.50`,
});
const thousand = Array.from({ length: 1000 }, (_, i) => newCar(i));

const cases: readonly Case[] = [
  { name: 'single-row lookup', operations: 300, prepare: (peer) => (i) => peer.lookup(id(i)) },
  { name: 'join with aggregates', operations: 150, prepare: (peer) => (i) => peer.report(id(i)) },
  { name: 'read 100 rows', operations: 60, prepare: (peer) => () => peer.read(100) },
  { name: 'read 10 000 rows', operations: 1, prepare: (peer) => () => peer.read(10_000) },
  { name: 'single insert', operations: 200, prepare: (peer) => (i) => peer.insert(newCar(i)) },
  { name: 'insert 1000 rows', operations: 3, prepare: (peer) => () => peer.insertMany(thousand) },
  {
    name: '10 lookups in sequence',
    operations: 30,
    prepare: (peer) => async (i) => {
      for (let k = 0; k < 10; k++) {
        await peer.lookup(id(10 * i + k));
      }
    },
  },
  {
    name: '10 lookups together',
    operations: 30,
    prepare: ({ together }) =>
      together === undefined ? null : (i) => together(Array.from({ length: 10 }, (_, k) => id(10 * i + k))),
  },
];

/** The same value for whatever type a library has for it: numbers of text, milliseconds of dates. */
function canonical(row: Row | null): unknown {
  return row === null
    ? null
    : Object.fromEntries(
        Object.entries(row).map(([key, value]) => {
          if (['sold_at', 'last_payment'].includes(key) && value !== null) {
            return [key, new Date(value as Date | string | number).getTime()];
          }
          const isNumeric = ['price', 'mileage', 'lowest', 'paid', 'plans', 'year'].includes(key);
          return [key, isNumeric && value !== null ? Number(value) : value];
        }),
      );
}

async function assertEqual(peers: readonly Peer[]): Promise<void> {
  const answers = async (peer: Peer) => [
    canonical(await peer.lookup(id(1))),
    canonical(await peer.lookup('no such car')),
    (await peer.read(100)).map(canonical),
    canonical(await peer.report(id(2))),
    (await peer.together?.([id(3), id(4)]))?.map(canonical) ?? [
      canonical(await peer.lookup(id(3))),
      canonical(await peer.lookup(id(4))),
    ],
  ];
  const [first, ...others] = peers;
  if (first === undefined) {
    return;
  }
  const expected = await answers(first);
  for (const peer of others) {
    const found = await answers(peer);
    found.forEach((answer, i) => {
      if (!isDeepStrictEqual(answer, expected[i])) {
        console.error(first.name, expected[i], peer.name, answer);
        throw new Error(`${peer.name} and ${first.name} differ in answer ${i}`);
      }
    });
  }
}

function print(name: string, measured: ReadonlyMap<Peer, Measured>): void {
  const own = [...measured].find(([peer]) => peer.name === 'nodrift')?.[1];
  console.log(`\n${name}`);
  console.log('                          µs each   × nodrift   CPU µs   × nodrift   KiB allocated');
  for (const [peer, { wallMicros, cpuMicros, allocatedBytes }] of [...measured].sort(
    (a, b) => a[1].wallMicros - b[1].wallMicros,
  )) {
    const cells = [
      wallMicros.toFixed(1).padStart(10),
      (own === undefined ? '' : (wallMicros / own.wallMicros).toFixed(2)).padStart(11),
      cpuMicros.toFixed(1).padStart(9),
      (own === undefined ? '' : (cpuMicros / own.cpuMicros).toFixed(2)).padStart(11),
      (allocatedBytes === null ? '' : (allocatedBytes / 1024).toFixed(1)).padStart(15),
    ];
    console.log(`  ${peer.name.padEnd(21)}${cells.join(' ')}`);
  }
}

const chosen = (variable: string | undefined, name: string) =>
  variable === undefined || variable.split(',').some((part) => name.includes(part));

const database = await startDatabase();
try {
  const all = await Promise.all([
    nodriftPeer(database.url),
    pgPeer(database.url, true),
    pgPeer(database.url, false),
    pgPipelinePeer(database.url),
    pgtypedPeer(database.url),
    postgresJsPeer(database.url),
    kyselyPeer(database.url),
    drizzlePeer(database.url),
    slonikPeer(database.url),
  ]);
  const peers = all.filter((peer) => chosen(process.env.PEERS, peer.name));
  await assertEqual(peers);
  console.log(`Results are equal. ${rounds} rounds, Node ${process.version}.`);
  for (const each of cases) {
    if (chosen(process.env.CASES, each.name)) {
      print(each.name, await measure(each, peers, rounds));
    }
  }
  if (chosen(process.env.CASES, 'package')) {
    await printPackage();
  }
  await Promise.all(all.map((peer) => peer.close()));
} finally {
  database.stop();
}
process.exit(0);
