import { toJsonSchema } from '@valibot/to-json-schema';
import { ConfigSchema } from '../../src/project/config-schema.ts';

/**
 * What editors check and complete configurations by: docs/config.schema.json. No key is demanded, as those of
 * `nodrift.config.json` all have defaults.
 */
export function configJsonSchema(): object {
  const { required: _, ...schema } = toJsonSchema(ConfigSchema);
  return { title: 'nodrift.config.json, and pgtyped.config.json with the key of nodrift', ...schema };
}
