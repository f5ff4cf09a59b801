/**
 * What results in binary format would save. pg reads every value as UTF-8 text first
 * (pg-protocol's parser), so this speaks the protocol itself: the same statement with its result in text and
 * in binary, decoded to the same values. ROUNDS (default 15) says how often; bench/README.md says how to run it.
 */
import { connect, type Socket } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { array, bytea, float8, int4, int8, timestamptz } from '../../src/runtime/index.ts';
import { startDatabase } from './database.ts';

const rounds = Number(process.env.ROUNDS ?? 15);

interface Case {
  readonly name: string;
  readonly sql: string;
  readonly text: (value: string) => unknown;
  readonly binary: (value: Buffer) => unknown;
}

// Microseconds since 2000-01-01 (PostgreSQL documentation, 8.5; timestamptz_send in timestamp.c).
const EPOCH_MILLIS = 946_684_800_000;
const rows = 'FROM generate_series(1, 2000) AS i';

const cases: readonly Case[] = [
  {
    name: 'int4, 2000 rows',
    sql: `SELECT i * 1000 ${rows}`,
    text: int4.decode,
    binary: (value) => value.readInt32BE(),
  },
  {
    name: 'int8, 2000 rows',
    sql: `SELECT i * 1000000000000 ${rows}`,
    text: int8.decode,
    binary: (value) => value.readBigInt64BE(),
  },
  {
    name: 'float8, 2000 rows',
    sql: `SELECT i / 7.0::float8 ${rows}`,
    text: float8.decode,
    binary: (value) => value.readDoubleBE(),
  },
  {
    name: 'timestamptz, 2000 rows',
    sql: `SELECT timestamptz '2024-01-01 00:00:00.123+00' + i * interval '1 minute' ${rows}`,
    text: timestamptz.decode,
    binary: (value) => new Date(EPOCH_MILLIS + Number(value.readBigInt64BE() / 1000n)),
  },
  {
    name: 'float8[] of 1536, 20 rows',
    sql: 'SELECT (SELECT array_agg(j / 7.0::float8) FROM generate_series(1, 1536) AS j) FROM generate_series(1, 20)',
    text: array(float8).decode,
    binary: floats,
  },
  {
    name: 'bytea of 100 bytes, 2000 rows',
    sql: `SELECT decode(repeat('00ff7fab10', 20), 'hex') ${rows}`,
    text: bytea.decode,
    binary: (value) => new Uint8Array(value),
  },
  {
    name: 'bytea of 1 MB',
    sql: `SELECT decode(repeat('00ff7fab10', 200000), 'hex')`,
    text: bytea.decode,
    binary: (value) => new Uint8Array(value),
  },
];

/** A header of 20 bytes, then a length and eight bytes for each element (array_send in arrayfuncs.c). */
function floats(value: Buffer): number[] {
  const result: number[] = [];
  for (let at = 24; at < value.length; at += 12) {
    result.push(value.readDoubleBE(at));
  }
  return result;
}

/** Sends a message and hands over what comes up to ReadyForQuery. */
function exchange(socket: Socket, message: Buffer): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const take = (chunk: Buffer) => {
      chunks.push(chunk);
      // ReadyForQuery: Z, its length 5, and a status.
      if (chunk.length >= 6 && chunk.readUInt32BE(chunk.length - 5) === 5 && chunk.at(-6) === 0x5a) {
        socket.off('data', take);
        resolve(Buffer.concat(chunks));
      }
    };
    socket.on('data', take);

    socket.write(message);
  });
}

function message(type: string, ...parts: readonly (string | number | Buffer)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'object' ? part : encoded(part))));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
}

/** A text with its terminator, or a number of two bytes. */
function encoded(part: string | number): Buffer {
  if (typeof part === 'string') {
    return Buffer.from(`${part}\0`);
  }
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(part);
  return bytes;
}

/** The values of the only column. */
function valuesOf(answer: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < answer.length; at += 1 + answer.readUInt32BE(at + 1)) {
    if (answer[at] === 0x44) {
      found.push(answer.subarray(at + 11, at + 11 + answer.readUInt32BE(at + 7)));
    }
  }
  return found;
}

const execute = (format: 0 | 1) =>
  Buffer.concat([message('B', '', 's', 0, 0, 1, format), message('E', '', Buffer.alloc(4)), message('S')]);

async function main(url: URL): Promise<void> {
  const socket = connect(Number(url.port), url.hostname).setNoDelay();
  const startup = message('', Buffer.from([0, 3, 0, 0]), 'user', 'postgres', 'TimeZone', 'UTC', '');
  await exchange(socket, startup);
  console.log(`                                     text µs  binary µs   text/binary   text KiB  binary KiB`);
  for (const { name, sql, text, binary } of cases) {
    await exchange(socket, Buffer.concat([message('P', 's', sql, 0), message('S')]));
    const formats = [
      { request: execute(0), decode: (value: Buffer) => text(value.toString()), times: [] as number[] },
      { request: execute(1), decode: binary, times: [] as number[] },
    ] as const;
    const answers = [];
    for (const { request, decode } of formats) {
      const answer = await exchange(socket, request);
      answers.push({ values: valuesOf(answer).map(decode), kib: answer.length / 1024 });
    }
    if (!isDeepStrictEqual(answers[0]?.values, answers[1]?.values)) {
      throw new Error(`${name}: text and binary differ`);
    }
    for (let round = 0; round < rounds; round++) {
      for (const { request, decode, times } of formats) {
        const start = performance.now();
        for (let i = 0; i < 10; i++) {
          valuesOf(await exchange(socket, request)).map(decode);
        }
        times.push((performance.now() - start) * 100);
      }
    }
    await exchange(socket, Buffer.concat([message('C', Buffer.from('S'), 's'), message('S')]));
    const [inText, inBinary] = formats.map(({ times }) => times.sort((a, b) => a - b)[rounds >> 1] ?? 0);
    console.log(
      `  ${name.padEnd(32)}${inText?.toFixed(0).padStart(10)}${inBinary?.toFixed(0).padStart(11)}` +
        `${((inText ?? 0) / (inBinary ?? 1)).toFixed(2).padStart(14)}${answers.map(({ kib }) => kib.toFixed(0).padStart(11)).join('')}`,
    );
  }
  socket.destroy();
}

const database = await startDatabase();
try {
  await main(new URL(database.url));
} finally {
  database.stop();
}
