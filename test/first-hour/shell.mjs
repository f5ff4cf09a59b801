import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Runs a program and returns what it printed; another exit code than the expected one is an error with the output. */
export function run(cwd, command, args, { status = 0, env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      const output = Buffer.concat(chunks).toString();
      if (code === status) resolve(output);
      else reject(new Error(`${command} ${args.join(' ')}: exit code ${code} in ${cwd}\n${output}`));
    });
  });
}

/** Writes files, given by their paths below a folder. */
export function writeFiles(folder, files) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** Runs named steps, two at a time, and prints how each ended; returns how many passed, failed and were skipped. */
export async function runSteps(steps) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const waiting = [...steps];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [name, step] = next;
      const start = performance.now();
      try {
        const skipped = typeof step === 'string' ? step : await step();
        counts[typeof skipped === 'string' ? 'skipped' : 'passed']++;
        const seconds = ((performance.now() - start) / 1000).toFixed(1);
        console.log(
          typeof skipped === 'string' ? `skipped  ${name}: ${skipped}` : `ok       ${name}  ${seconds} s`,
        );
      } catch (error) {
        counts.failed++;
        console.log(`FAILED   ${name}\n${error instanceof Error ? error.message : error}`);
      }
    }
  };
  await Promise.all([worker(), worker()]);
  return counts;
}
