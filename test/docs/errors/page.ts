import { Client } from 'pg';
import pico from 'picocolors';
import { renderDiagnostic } from '../../../src/cli/print-diagnostics.ts';
import { type ErrorCode, errorTitles } from '../../../src/error-codes.ts';
import { nodrift, project } from '../../cli/support/cli.ts';
import { createDatabase } from '../../support/postgres.ts';
import { healthy, type MadeExample, madeExamples, type ProjectExample, projectExamples } from './projects.ts';
import { type QueryExample, queryExamples } from './queries.ts';

const head = `# Error codes

<!-- WRITE_DOCS=1 npx vitest run --mode rest test/docs/errors writes this page from what the examples print. -->

Each error and warning of the commands has a code, such as \`ND3001\`, which keeps its meaning in all versions. Below is
an example of each with its message and a way to fix it. The examples were run; where one needs a server that no test
has, the message alone is shown. The tables that they use are:

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
  const messages = await brokenQueries();
  for (const example of queryExamples) entries.set(example.code, ofQuery(example, messages));
  for (const example of madeExamples) entries.set(example.code, await ofMade(example));
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

async function ofProject({
  code,
  command,
  files = {},
  shown = [],
  words,
  server,
  before,
  finds,
  mend,
}: ProjectExample): Promise<string> {
  const all = Object.entries({ ...healthy, ...files }).filter(([, text]) => text !== null);
  const own = project(Object.fromEntries(all) as Record<string, string>);
  const { root } = own;
  const database = server ? await createDatabase(18) : null;
  const { url = '' } = database ?? {};
  const env: Record<string, string> = server ? { DATABASE_URL: url } : {};
  const run = (text: string) => nodrift(text.replace('URL', url).split(' '), { cwd: root, env });
  try {
    const query = async (sql: string) => {
      const client = new Client({ connectionString: url });
      await client.connect();
      await client.query(sql).finally(() => client.end());
    };
    await before?.({ ...own, run, query, env });
    const { stdout, stderr } = await run(command);
    const message = `${stderr}\n\n${stdout}`
      .split('\n\n')
      .find((one) => (finds ?? new RegExp(`(?:error|warning) ${code}: |title=${code}`)).test(one))
      ?.replaceAll(root, '/home/me/app')
      .replaceAll(/127\.0\.0\.1:\d{4,}\/test_\w+/g, 'localhost:5432/app')
      .replaceAll(/reader_\d+/g, 'reader')
      .trim();
    if (message === undefined) throw new Error(`nodrift ${command}: not ${code}, but\n${stderr}\n${stdout}`);
    const input = shown.map(
      (path) => `\`${path}\`:\n\n${fenced(languageOf(path), files[path] ?? healthy[path] ?? '')}`,
    );
    const said = words === undefined ? [] : [words];
    return [...said, ...input, fenced('text', `$ nodrift ${command}\n${message}\n`), mend].join('\n\n');
  } finally {
    await database?.drop();
  }
}

async function ofMade({ code, words, severity, found, mend }: MadeExample): Promise<string> {
  const diagnostic = await found();
  if (diagnostic?.code !== code) throw new Error(`not ${code}, but ${diagnostic?.code}`);
  const options = { colors: pico.createColors(false), root: '/', cwd: '/', ...(severity && { severity }) };
  return [words, fenced('text', `${renderDiagnostic(diagnostic, options)}\n`), mend].join('\n\n');
}

function languageOf(path: string): string {
  const extension = path.slice(path.lastIndexOf('.') + 1);
  return extension === 'sql' ? 'sql' : 'text';
}

function fenced(language: string, text: string): string {
  return `<!-- error: of an example -->\n\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}
