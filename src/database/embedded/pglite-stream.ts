import { Duplex } from 'node:stream';
import type { PGlite } from '@electric-sql/pglite';

const terminate = 'X'.charCodeAt(0);

/**
 * A socket's place for `new pg.Client({ stream: () => pgliteStream(pglite) })`: what the client writes
 * goes to PGlite's wire protocol in process, its answers come back as what the client reads.
 *
 * Everything written in one turn of the event loop is handed over in one call, so a pipeline of a
 * thousand messages costs one call instead of a thousand. The database outlives the stream.
 */
export function pgliteStream(pglite: PGlite): Duplex {
  let pending: Buffer[] = [];
  const flush = () => {
    const message = Buffer.concat(pending);
    pending = [];
    if (message[0] === terminate) return;
    // The filesystem is in memory: there is nothing to sync.
    const options = { syncToFs: false, onRawData: (data: Uint8Array) => stream.push(Buffer.from(data)) };
    pglite.execProtocolRawStream(message, options).catch((error: unknown) => {
      stream.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  };
  const stream = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      if (pending.push(chunk) === 1) setImmediate(flush);
      done();
    },
    final(done) {
      stream.push(null);
      done();
    },
  });
  // What pg expects of a net.Socket.
  const connect = () => {
    queueMicrotask(() => stream.emit('connect'));
    return stream;
  };
  return Object.assign(stream, { connect, setNoDelay: () => stream, ref: () => stream, unref: () => stream });
}
