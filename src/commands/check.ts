import type { Printed } from '../codegen/print.ts';
import { type Diagnostic, exitCodeOf, Failure } from '../diagnostic.ts';
import { createPause } from '../event-loop.ts';
import { withCheckCache } from '../output/check-cache.ts';
import { compareOutputs } from '../output/compare.ts';
import type { Output } from '../output/output.ts';
import { withinProject } from '../output/outside.ts';
import type { Config } from '../project/config.ts';
import { type Analysed, type FlowOptions, withAnalysed } from './pipeline.ts';

/** How the generated files are. */
export interface Checked {
  readonly analysed: Analysed;
  /** One for each module in the order of the files, then the shared types, then what is orphaned. */
  readonly outputs: readonly Output[];
}

/**
 * Analyses the queries and compares what would be generated with what is on the disk; writes nothing but, if all is
 * well, a record of that in the user's cache.
 * With `options.files` only their modules, and the shared types, are considered.
 * Throws Failure: 1 with everything that is wrong with the queries or the migrations, 2 configuration, 3 database,
 * 70 an internal error in a query, among what else is wrong.
 */
export async function check(config: Config, options: FlowOptions = {}): Promise<Checked> {
  return withCheckCache(config, options, async (remember) => {
    const checked = await compare(config, options);
    if (checked.outputs.every(({ state }) => state === 'unchanged')) await remember(checked);
    return checked;
  });
}

/** What `check` does, without the record. */
export async function compare(config: Config, options: FlowOptions): Promise<Checked> {
  const printing = import('../codegen/print.ts');
  return withAnalysed(config, options, async (analysed) => {
    options.progress?.('comparing');
    const { printStepwise } = await printing;
    const printed = await print(printStepwise({ config, files: analysed.files }), options.signal);
    const diagnostics = [
      ...analysed.diagnostics,
      ...printed.diagnostics.map((found) => withExcerpt(found, analysed)),
    ];
    if (diagnostics.length > 0) throw new Failure(exitCodeOf(diagnostics), diagnostics, remarkOn(analysed));
    const { selected } = analysed;
    const outputs = withinProject(config, await compareOutputs(config, printed.modules));
    return {
      analysed,
      outputs: selected === null ? outputs : outputs.filter((one) => concerns(selected, one)),
    };
  });
}

/** Prints file by file; in between, signals are heard. */
async function print(printing: Generator<void, Printed>, signal?: AbortSignal): Promise<Printed> {
  const pause = createPause(signal);
  for (;;) {
    const { done, value } = printing.next();
    if (done) return value;
    await pause();
  }
}

/** What is missing of the schema may be why its queries are refused. */
function remarkOn({ config, notes }: Analysed): string | null {
  const footnotes = [neverTyped(config) ?? [], notes.map((note) => `note: ${note}`)].flat();
  return footnotes.length === 0 ? null : footnotes.join('\n');
}

/** PgTyped goes on by default: it types a broken query `never`, and leaves the module of a broken file as it was. */
function neverTyped({ dropIn, failOnError }: Config): string | null {
  if (!dropIn || failOnError) return null;
  return (
    'Nothing was written. nodrift ignores "failOnError" and always fails. For these queries PgTyped ' +
    'would write the type `never`, or keep old modules, and exit with 0. Fix or remove them.'
  );
}

/** The shared types hold what any file needs, so they belong to every selection. */
function concerns(selected: ReadonlySet<string>, { source, state }: Output): boolean {
  if (state === 'orphaned') return false;
  return source === null || selected.has(source);
}

/** Adds the line that a diagnostic names, where the room that found it had no text at hand. */
export function withExcerpt(found: Diagnostic, { texts }: Pick<Analysed, 'texts'>): Diagnostic {
  if (found.excerpt !== null || found.file === null || found.line === null) return found;
  const excerpt = texts.get(found.file)?.split(/\r\n|\n|\r/)[found.line - 1];
  return excerpt === undefined ? found : { ...found, excerpt };
}
