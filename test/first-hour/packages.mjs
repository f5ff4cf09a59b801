import { readFileSync } from 'node:fs';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

/** What a tarball has wrong, as @arethetypeswrong/core and publint see it: a line each. */
export async function packageProblems(tarball) {
  const data = readFileSync(tarball);
  const { problems = [] } = await checkPackage(createPackageFromTarballData(data));
  const { messages, pkg } = await publint({
    pack: { tarball: data.buffer.slice(data.byteOffset, data.byteOffset + data.length) },
  });
  return [
    ...problems.map((problem) => `${tarball}: ${JSON.stringify(problem)}`),
    ...messages.map((message) => `${tarball}: ${formatMessage(message, pkg)}`),
  ];
}
