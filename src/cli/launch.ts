#!/usr/bin/env node
/*
 * What npm's `nodrift` starts: the bundle of main.ts beside it. A run of nodrift is short, and compiling its code
 * would be a good part of it, so what V8 made of the code is kept from one run to the next.
 */
import module from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { cacheFolder } from '../project/cache-folder.ts';
import { runCompiled } from './run-compiled.ts';

const bundle = fileURLToPath(new URL('./bundle.cjs', import.meta.url));
const folder = cacheFolder(process.env);
const command = process.argv[2] ?? '';

// From Node 22.1 on Node does it itself.
if ('enableCompileCache' in module && typeof module.enableCompileCache === 'function') {
  if (folder !== null) module.enableCompileCache(join(folder, 'compiled'));
  module.createRequire(import.meta.url)(bundle);
} else {
  // A run is over before code that V8 optimises pays: in Node 20, without Maglev, half of the CPU time went there.
  if (process.versions.v8.startsWith('11.3.')) setFlagsFromString('--interrupt-budget=500000');
  // Each command needs another part of the code. Any other word is not a command.
  const variant = /^[a-z]{1,20}$/.test(command) ? command : null;
  runCompiled(bundle, folder === null || variant === null ? null : join(folder, 'compiled'), variant ?? '');
}
