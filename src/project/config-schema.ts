import * as v from 'valibot';
import { migrationFormats, schemaForms } from './config.ts';

const described = <const T extends v.GenericSchema>(schema: T, description: string) =>
  v.pipe(schema, v.description(description));

const Transform = v.strictObject({
  mode: described(v.literal('sql'), 'Queries in .sql files.'),
  include: described(v.string(), 'A glob for the .sql files, matched at any depth below srcDir.'),
  emitTemplate: v.optional(
    described(
      v.string(),
      'Where the generated module goes: {{dir}}, {{name}}, {{base}}, {{ext}}, {{root}} and {{dir_base}} are parts of the .sql file’s path.',
    ),
  ),
  emitFileName: v.optional(
    described(v.string(), 'Deprecated in PgTyped, which ignores it: use emitTemplate.'),
  ),
});

/** PgTyped's blocks for queries in TypeScript files, which nodrift refuses where they find any. */
const TypeScriptTransform = v.strictObject({
  mode: described(
    v.picklist(['ts', 'ts-implicit']),
    'Queries in TypeScript files, which nodrift does not read: accepted if there are none.',
  ),
  include: v.string(),
  emitTemplate: v.optional(v.string()),
  emitFileName: v.optional(v.string()),
  functionName: v.optional(v.string()),
});

const TypeOverride = v.union([
  v.string(),
  v.strictObject({ parameter: v.optional(v.string()), return: v.optional(v.string()) }),
]);

const Tls = v.strictObject({
  rejectUnauthorized: v.optional(v.boolean()),
  servername: v.optional(v.string()),
  ca: v.optional(v.string()),
  cert: v.optional(v.string()),
  key: v.optional(v.string()),
  passphrase: v.optional(v.string()),
});

const Server = v.strictObject({
  host: v.optional(v.string()),
  port: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65535))),
  user: v.optional(v.string()),
  password: v.optional(v.string()),
  dbName: v.optional(v.string()),
  ssl: v.optional(v.union([v.boolean(), Tls])),
});

const Database = v.union([
  v.picklist(['embedded', 'server', 'container']),
  v.strictObject({ kind: v.literal('container'), image: v.optional(v.string()) }),
]);

const Migrations = v.union([
  v.string(),
  v.strictObject({
    dir: v.string(),
    format: v.optional(v.picklist(migrationFormats)),
  }),
]);

const Nodrift = v.strictObject({
  database: v.optional(
    described(
      Database,
      'Where queries are analysed: PGlite in this process (default), a scratch database on the server, or a container.',
    ),
  ),
  migrations: v.optional(
    described(
      Migrations,
      'The folder of migrations, and their tool; "plain" is .sql files run in the order of their names. Default: ./migrations, of node-pg-migrate',
    ),
  ),
  schema: v.optional(
    described(
      v.union([v.string(), v.array(v.string())]),
      'A .sql file instead of migrations, also as pg_dump writes it; or a list of files and globs, run in this order.',
    ),
  ),
  searchPath: v.optional(
    described(v.array(v.string()), 'The schemas that unqualified names are looked up in.'),
  ),
  extensions: v.optional(
    described(v.array(v.string()), 'Extensions to load besides those that migrations create.'),
  ),
  types: v.optional(
    described(
      v.record(v.string(), v.string()),
      'TypeScript types by Postgres type or by column, such as "numeric": "decimal.js#Decimal".',
    ),
  ),
  runtime: v.optional(
    described(v.picklist(['nodrift', '@pgtyped/runtime']), 'What generated modules import.'),
  ),
  verify: v.optional(
    v.strictObject({
      ignore: v.optional(
        described(
          v.array(v.string()),
          'Objects of the live database that are skipped, by name, with * for any text: "audit", "public.legacy_*", "index public.*_tmp".',
        ),
      ),
      roles: v.optional(
        described(
          v.array(v.string()),
          'Roles whose privileges are compared with the grants of the migrations; "public" is PUBLIC.',
        ),
      ),
    }),
  ),
  large: v.optional(
    described(
      v.array(v.string()),
      'Large tables, such as "orders" and "app.jobs": impact fails if a migration reads all their rows while queries wait.',
    ),
  ),
  scopes: v.optional(
    described(
      v.record(
        v.string(),
        v.strictObject({
          parameter: described(v.string(), 'The parameter of queries that is the owner, such as "userId".'),
          tables: described(
            v.record(v.string(), v.union([v.string(), v.strictObject({ through: v.string() })])),
            'By table: its owner column, or { "through": table } if a foreign key to that table says whose its rows are.',
          ),
          setting: v.optional(
            described(v.string(), 'A session setting that holds the owner, such as "app.user_id".'),
          ),
          functions: v.optional(
            v.strictObject({
              owner: v.optional(
                described(v.array(v.string()), 'Functions without arguments that return the owner.'),
              ),
              safe: v.optional(
                described(v.array(v.string()), 'Functions that show nothing of other owners’ rows.'),
              ),
            }),
          ),
        }),
      ),
      'Tables whose rows have an owner: each query must be proven to keep to one owner.',
    ),
  ),
  distribution: v.optional(
    described(
      v.record(v.string(), v.string()),
      'By table that is distributed over shards: its distribution column. `inspect` prints which shards each query uses.',
    ),
  ),
  routing: v.optional(
    described(
      v.literal('single-shard'),
      'Makes a query that is not proven to use one shard an error, unless its header has @scatter.',
    ),
  ),
  validators: v.optional(
    described(
      v.picklist(schemaForms),
      'Write schemas of the rows that tables take: for Zod 4, for Valibot 1, or as Standard Schemas without a library.',
    ),
  ),
  factories: v.optional(
    described(
      v.boolean(),
      'Write schema.factories.ts: functions that make rows for tests, typed by the tables.',
    ),
  ),
  sharedTypes: v.optional(
    described(
      v.string(),
      'The module for types that several files share. Default: schema.types.ts in srcDir',
    ),
  ),
  importExtension: v.optional(
    described(
      v.picklist(['js', 'ts']),
      'How generated modules name each other in imports: "ts" where they run without a compiler. Default: "js"',
    ),
  ),
  outside: v.optional(
    described(v.boolean(), 'Let modules be written outside of the configuration’s folder and srcDir.'),
  ),
});

/** A configuration: PgTyped's keys as its configuration reader takes them, and `nodrift`. */
export const ConfigSchema = v.strictObject({
  $schema: v.optional(v.string()),
  transforms: v.pipe(
    v.array(v.variant('mode', [Transform, TypeScriptTransform])),
    v.minLength(1, 'at least one transform is needed'),
  ),
  srcDir: described(v.string(), 'The folder that queries are looked for in.'),
  failOnError: v.optional(v.boolean()),
  camelCaseColumnNames: v.optional(v.boolean()),
  hungarianNotation: v.optional(described(v.boolean(), 'Prefix interfaces with I.')),
  nonEmptyArrayParams: v.optional(v.boolean()),
  maxWorkerThreads: v.optional(described(v.number(), 'Accepted for PgTyped; nodrift needs no threads.')),
  dbUrl: v.optional(
    described(v.string(), 'The server’s URL; PGURI and DATABASE_URL in the environment take precedence.'),
  ),
  db: v.optional(Server),
  typesOverrides: v.optional(v.record(v.string(), TypeOverride)),
  nodrift: v.optional(Nodrift),
});

export type ConfigFile = v.InferOutput<typeof ConfigSchema>;

/** What `nodrift.config.ts` exports by default: every key may be omitted. */
export type NodriftConfig = Partial<v.InferInput<typeof ConfigSchema>>;
