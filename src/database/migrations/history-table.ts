/** The table that node-pg-migrate keeps its history in, by its default. */
export const migrationsTable = 'pgmigrations';

/** Its qualified name. */
export const historyTable = `"public"."${migrationsTable}"`;

/** The column that nodrift adds: node-pg-migrate names the columns that it writes and reads. */
export const hashColumn = 'content_hash';

/** As node-pg-migrate does it (its source, src/runner.ts). */
export const createHistoryTable = `CREATE TABLE ${historyTable} (id SERIAL PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL);`;

/** Adds what nodrift keeps beside that. */
export const addHashColumn = `ALTER TABLE ${historyTable} ADD COLUMN ${hashColumn} text;`;

/** The key of node-pg-migrate's advisory lock (its source, src/runner.ts). */
export const migrationLockId = '7241865325823964';
