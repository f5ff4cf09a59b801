import { type ErrorCode, errorTitles } from '../../../src/error-codes.ts';
import { nodrift, project } from '../../cli/support/cli.ts';
import { healthy, inWords, type ProjectExample, projectExamples } from './projects.ts';
import { type QueryExample, queryExamples } from './queries.ts';

const head = `# Error codes

<!-- WRITE_DOCS=1 npx vitest run --mode rest test/docs/errors writes this page from what the examples print. -->

Each error and warning of the commands has a code, such as \`ND3001\`, which keeps its meaning in all versions. Below is
an example of each with its message and a way to fix it. The examples were run. The tables that they use are:

<!-- error: the tables -->
\`\`\`sql
CREATE TABLE cars (
  id int PRIMARY KEY,
  make text NOT NULL,
  price int,
  listed_at timestamptz NOT NULL DEFAULT now()
);
\`\`\`

Errors at run time are classes: see [Errors](runtime.md#errors).
`;

const groups: Readonly<Record<string, string>> = {
  1: 'The command line and the configuration',
  2: 'The text of query files',
  3: 'The analysis of queries',
  4: 'Migrations and schema files',
  5: 'Connections and databases',
  6: 'Generated files',
  7: 'Comparing with other commits and databases',
  9: 'nodrift itself',
};

/** Runs the examples and writes docs/errors.md from what is printed. */
export async function errorPage(): Promise<string> {
  const entries = new Map<ErrorCode, string>();
  for (const [code, words] of Object.entries(inWords)) {
    entries.set(code as ErrorCode, words.join('\n\n'));
  }
  const messages = await brokenQueries();
  for (const example of queryExamples) entries.set(example.code, ofQuery(example, messages));
  const failures: string[] = [];
  for (const example of projectExamples) {
    await ofProject(example).then(
      (entry) => entries.set(example.code, entry),
      (error: Error) => failures.push(error.message),
    );
  }
  if (failures.length > 0) throw new Error(failures.join('\n'));
  let page = head;
  let group = '';
  for (const code of Object.keys(errorTitles) as ErrorCode[]) {
    const own = groups[code.charAt(2)] ?? '';
    if (own !== group) page += `\n## ${own}\n`;
    group = own;
    page += `\n### ${code}\n\n**${errorTitles[code]}.**\n\n${entries.get(code) ?? ''}\n`;
  }
  return page;
}

/** Every example's message, by its code, all of them of one run. Mended, they are generated. */
async function brokenQueries(): Promise<ReadonlyMap<string, string>> {
  const files = (side: 'wrong' | 'right') =>
    Object.fromEntries(queryExamples.map((example) => [`queries/${example.code}.sql`, example[side]]));
  const { root } = project({ ...healthy, ...files('right') });
  const mended = await nodrift(['generate'], { cwd: root });
  if (mended.exitCode !== 0) throw new Error(mended.stderr);
  const broken = project({ ...healthy, ...files('wrong') });
  const { stderr } = await nodrift(['generate'], { cwd: broken.root });
  const messages = stderr.split('\n\n').map((message) => message.trim());
  return new Map(
    queryExamples.map(({ code }) => {
      const own = messages.find(
        (message) => message.startsWith(`queries/${code}.sql:`) && message.includes(` ${code}: `),
      );
      if (own === undefined) throw new Error(`no message has the code ${code}:\n${stderr}`);
      return [code, own.replace(`queries/${code}.sql`, 'queries/cars.sql')];
    }),
  );
}

function ofQuery({ code, wrong, right, words }: QueryExample, messages: ReadonlyMap<string, string>): string {
  const before = words?.[0] ?? fenced('sql', String(wrong));
  const after = words?.[1] ?? `Fixed:\n\n${fenced('sql', right)}`;
  return [before, fenced('text', `${messages.get(code)}\n`), after].join('\n\n');
}

async function ofProject({ code, command, files = {}, shown = [], mend }: ProjectExample): Promise<string> {
  const all = Object.entries({ ...healthy, ...files }).filter(([, text]) => text !== null);
  const { root } = project(Object.fromEntries(all) as Record<string, string>);
  const { stderr } = await nodrift(command.split(' '), { cwd: root });
  const message = stderr
    .split('\n\n')
    .find((one) => one.includes(`error ${code}: `))
    ?.replaceAll(root, '/home/me/app')
    .trim();
  if (message === undefined) throw new Error(`nodrift ${command}: not ${code}, but\n${stderr}`);
  const input = shown.map(
    (path) => `\`${path}\`:\n\n${fenced(languageOf(path), files[path] ?? healthy[path] ?? '')}`,
  );
  return [...input, fenced('text', `$ nodrift ${command}\n${message}\n`), mend].join('\n\n');
}

function languageOf(path: string): string {
  const extension = path.slice(path.lastIndexOf('.') + 1);
  return extension === 'sql' ? 'sql' : 'text';
}

function fenced(language: string, text: string): string {
  return `<!-- error: of an example -->\n\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}
