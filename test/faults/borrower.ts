/** A process that writes until it is killed: five transactions at a time. Reports each id that is done. */
import { transaction } from '../../src/runtime/index.ts';
import { openPool } from './fault.ts';
import { add, echo } from './loads.ts';

const [url = '', firstId = '0'] = process.argv.slice(2);
const pool = openPool(url);
let next = Number(firstId);
const last = next + 9_999;

async function work(): Promise<void> {
  while (next <= last) {
    const id = next;
    next += 1;
    await transaction(pool, {}, async (tx) => {
      await add(tx, { id });
      await echo(tx, { id });
    });
    process.send?.(id);
  }
}
await Promise.all([work(), work(), work(), work(), work()]);
