import type { PackageManager } from './package-manager.ts';

/** The text of `pgtyped.config.json` that `nodrift init` writes. */
export const configText = `{
  "transforms": [
    {
      "mode": "sql",
      "include": "**/*.sql",
      "emitTemplate": "{{dir}}/{{name}}.queries.ts"
    }
  ],
  "srcDir": "./queries",
  "camelCaseColumnNames": true,
  "nodrift": {
    "database": "embedded",
    "migrations": "./migrations",
    "types": { "int8": "number" }
  }
}
`;

/** Why the configuration has `types`. */
export const int8Text = `int8 columns are numbers: JSON has no bigint. A value beyond 2^53 throws a DecodeError; where you expect one, set
"int8" to "bigint" or "string" under "types" in pgtyped.config.json.
`;

/** Why the workflow fails for packages that were installed from elsewhere on this machine. */
export function outsideText(names: readonly string[]): string {
  const [what, it, file] =
    names.length === 1
      ? ['A file outside of this repository provides', 'it', 'the file']
      : ['Files outside of this repository provide', 'them', 'the files'];
  return `${what} ${names.join(' and ')}.
The workflow cannot install ${it}: copy ${file} into the repository, and install ${it} from there.
`;
}

const generated = [
  '*.queries.ts',
  'schema.types.ts',
  'schema.tables.ts',
  'schema.factories.ts',
  '*.schemas.ts',
];

/** What GitHub and formatters are told of generated files, by the file's name. */
export const generatedFiles: Readonly<Record<string, readonly string[]>> = {
  '.gitattributes': generated.map((name) => `${name} linguist-generated`),
  '.prettierignore': generated,
};

export const migrationText = `-- Up Migration

CREATE TABLE notes (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  title text NOT NULL CHECK (title <> ''),
  body text,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- Down Migration

DROP TABLE notes;
`;

export const queriesText = `/*
  @name FindNotes :many
  Notes whose title contains a text, latest first.
*/
SELECT id, title, body, created_at
FROM notes
WHERE title ILIKE '%' || :text || '%'
ORDER BY created_at DESC, id DESC;

/*
  @name AddNote :one
  Adds a note and returns its id.
*/
INSERT INTO notes (title, body) VALUES (:title, :body) RETURNING id;
`;

/**
 * A GitHub Actions workflow: no database service, the embedded one is enough.
 * @param folder of the package, relative to the repository's; '' if they are the same
 * @param lockFolder of the lock file, likewise
 */
export function workflowText(folder: string, lockFolder: string, manager: PackageManager): string {
  // A JSON string is a YAML string as well.
  const defaults = `
    defaults:
      run:
        working-directory: ${JSON.stringify(folder)}`;
  const lock = `
          cache-dependency-path: ${JSON.stringify(`${lockFolder}/${manager.lockFile}`)}`;
  const cache = `
          cache: ${manager.cache}${lockFolder === '' ? '' : lock}`;
  return `# Fails when the generated query modules do not fit the queries and the migrations.
name: ${folder === '' ? 'nodrift' : JSON.stringify(`nodrift ${folder}`)}
on:
  push:
    branches: [main]
  pull_request:
jobs:
  check:
    runs-on: ubuntu-latest${folder === '' ? '' : defaults}
    steps:
      - uses: actions/checkout@v4${manager.setUp === null ? '' : `\n      - ${manager.setUp}`}
      - uses: actions/setup-node@v4
        with:
          node-version: 22${manager.cache === null ? '' : cache}
      - run: ${manager.install}
      - run: ${manager.run} nodrift check
`;
}

/** What `init` adds under "scripts" in package.json. */
export const scripts: Readonly<Record<string, string>> = {
  'queries:generate': 'nodrift generate',
  'queries:check': 'nodrift check',
};
