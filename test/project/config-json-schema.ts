import { toJsonSchema } from '@valibot/to-json-schema';
import { ConfigSchema } from '../../src/project/config-schema.ts';

/** What editors check and complete `pgtyped.config.json` by: docs/config.schema.json. */
export function configJsonSchema(): object {
  return { title: 'pgtyped.config.json, with the key of nodrift', ...toJsonSchema(ConfigSchema) };
}
