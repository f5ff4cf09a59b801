// Where there is no navigator (Node 20), pg makes a fetch Response to find out whether it runs on Cloudflare, and
// with it loads all of fetch: 40 ms. This is what Node 21 and later say there.
if (!('navigator' in globalThis)) {
  const navigator = { userAgent: `Node.js/${process.versions.node.split('.')[0]}` };
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
}

const interruption = new AbortController();
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
// Only the first one is handled: the second ends the process at once, even one that computes, as it does by default.
const interrupt = (signal: NodeJS.Signals) => {
  for (const one of signals) process.off(one, interrupt);
  interruption.abort(new Error(`interrupted by ${signal}`, { cause: signal }));
};
for (const signal of signals) process.on(signal, interrupt);
// Whoever reads our output may stop reading: `nodrift inspect | head`. A scratch database may be there at that time.
let isRead = true;
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    isRead = false;
    interruption.abort(new Error('the output is no longer read', { cause: 'SIGPIPE' }));
  });
}

main();

async function main(): Promise<void> {
  const { run } = await import('./run.ts');
  const exitCode = await run(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    signal: interruption.signal,
  });
  // Otherwise the process ends by itself when everything is written and closed.
  if (interruption.signal.aborted) process.exit(isRead ? exitCode : 0);
  process.exitCode = exitCode;
}
