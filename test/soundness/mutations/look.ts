import { readFileSync } from 'node:fs';
import { deserialize } from 'node:v8';
import { readQuery } from '../../../src/analysis/tree/read.ts';
import { contradiction } from '../contradiction.ts';
import { declare } from '../declared.ts';
import type { Seen } from '../random.ts';
import type { Recording } from './record.ts';

/** Prints where a recording contradicts the rules beside this file, or nothing. Its argument: the recording. */
const recordings: readonly Recording[] = deserialize(readFileSync(process.argv[2] ?? ''));
const found = recordings.flatMap(({ major, corpus, random }) => {
  const inCorpus = corpus.filter(contradicts).length;
  const number = random.findIndex(contradicts);
  return [
    ...(inCorpus > 0 ? [`${inCorpus} of the corpus on ${major}`] : []),
    ...(number >= 0 ? [`random query ${number + 1} on ${major}`] : []),
  ];
});
console.log(found.join(', '));

function contradicts({ tree, catalog, runs }: Seen): boolean {
  const declared = declare(readQuery(tree), catalog, runs[0]?.values.length ?? 0);
  return runs.some((run) => contradiction(declared, run) !== null);
}
