import type { Diagnostic } from '../diagnostic.ts';
import type { DistributionConfig, ScopeConfig } from '../scope-config.ts';

/** What the configuration says, validated, defaults filled in, paths absolute. */
export interface Config {
  /** Absolute path of the configuration file. */
  readonly path: string;
  /** The file's text, as it was read; of a TypeScript module what it exports, as JSON. */
  readonly text: string;
  /** Absolute path of its folder: every other path is relative to it. */
  readonly root: string;
  readonly srcDir: string;
  readonly transforms: readonly SqlTransform[];
  /** PgTyped's transforms for TypeScript files, whose queries are refused; absent if there are none. */
  readonly typeScript?: readonly TypeScriptTransform[];
  readonly camelCaseColumnNames: boolean;
  readonly hungarianNotation: boolean;
  readonly nonEmptyArrayParams: boolean;
  readonly failOnError: boolean;
  readonly typesOverrides: Readonly<Record<string, TypeOverride>>;
  readonly database: DatabaseConfig;
  /** The server that the file or the environment names, whatever queries are analysed on; absent if none. */
  readonly connection?: ConnectionConfig;
  readonly source: SchemaSource;
  readonly searchPath: readonly string[] | null;
  readonly extensions: readonly string[];
  /** Our own mapping: `"numeric": "decimal.js#Decimal"`, `"public.jobs.parameters": "./json.js#JobParameters"`. */
  readonly types: Readonly<Record<string, string>>;
  readonly runtime: 'nodrift' | '@pgtyped/runtime';
  /** What a comparison with a live database considers; absent: every object, and no role's privileges. */
  readonly verify?: VerifyConfig;
  /** Tables of which no migration may read all rows while queries wait; absent if none is named. */
  readonly large?: readonly string[];
  /** Whose rows are whose, by the scope's name; absent if no table has owners. */
  readonly scopes?: Readonly<Record<string, ScopeConfig>>;
  /** On which shards rows are; absent if no table is distributed. */
  readonly distribution?: DistributionConfig;
  /** Absolute path of the module that holds the types that several files share. */
  readonly sharedTypes: string;
  /** What schemas of the rows that tables take are written for; absent: none are. */
  readonly validators?: SchemaForm;
  /** Whether functions that make rows are written, for tests. */
  readonly factories?: true;
  /** How modules name each other in imports: as they are written, or, by default, by the compiled file. */
  readonly importExtension?: 'js' | 'ts';
  /** Whether modules may be written outside of the configuration's folder and `srcDir`. */
  readonly outside?: true;
  /** True where the file has no `nodrift` key: everything is as PgTyped would do it. */
  readonly dropIn: boolean;
  /** Keys that nothing reads; absent if there are none. */
  readonly warnings?: readonly Diagnostic[];
}

export interface VerifyConfig {
  /** Names of objects that are omitted, `*` for any text: `audit`, `public.legacy_*`, `index public.*_tmp`. */
  readonly ignore: readonly string[];
  /** The roles whose privileges are compared, `public` for PUBLIC. */
  readonly roles: readonly string[];
}

export interface SqlTransform {
  readonly mode: 'sql';
  /** A glob, relative to `srcDir`. */
  readonly include: string;
  /** PgTyped's template, for example `{{dir}}/{{name}}.queries.ts`. */
  readonly emitTemplate: string;
}

export interface TypeScriptTransform {
  readonly mode: 'ts' | 'ts-implicit';
  /** A glob, relative to `srcDir`. */
  readonly include: string;
  /** What PgTyped's queries are templates of, for example `sql`. */
  readonly tag: string;
}

/** PgTyped's `typesOverrides`, by type name; either side may be omitted. */
export interface TypeOverride {
  readonly parameter?: string;
  readonly return?: string;
}

export type DatabaseConfig =
  | { readonly kind: 'embedded' }
  | { readonly kind: 'server'; readonly connection: ConnectionConfig | null; readonly asIs: boolean }
  | { readonly kind: 'container'; readonly image: string };

/**
 * How to reach a server. The other fields overrule those parts of the connection string; what neither
 * says is pg's default. Never print it: it may hold a password.
 */
export interface ConnectionConfig {
  readonly connectionString?: string;
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  readonly ssl?: boolean | TlsOptions;
}

/** Of node's `tls.connect` what JSON can hold. */
export interface TlsOptions {
  readonly rejectUnauthorized?: boolean | undefined;
  readonly servername?: string | undefined;
  /** PEM texts. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly passphrase?: string | undefined;
}

export type SchemaSource =
  | { readonly kind: 'migrations'; readonly dir: string; readonly format: MigrationFormat }
  /** Absolute paths and globs, in the order in which they are run. */
  | { readonly kind: 'schema'; readonly files: readonly string[] }
  | { readonly kind: 'none' };

/** Libraries that schemas are written for; `standard`: none. */
export const schemaForms = ['zod', 'valibot', 'standard'] as const;

export type SchemaForm = (typeof schemaForms)[number];

export const migrationFormats = [
  'node-pg-migrate',
  'plain',
  'goose',
  'dbmate',
  'golang-migrate',
  'prisma',
  'sql-migrate',
  'tern',
] as const;

/** The tool whose files migrations are; `plain`: files that are run whole, in the order of their names. */
export type MigrationFormat = (typeof migrationFormats)[number];
