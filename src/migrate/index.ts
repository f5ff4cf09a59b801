export { MigrationError } from 'nodrift-runtime';
export { type MigrationOptions, migrate } from './apply-pending.ts';
export type { MigrationTexts } from './migration-texts.ts';
