import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './support/blocks.ts';
import { recording } from './support/recording.ts';

writeFileSync(join(root, 'docs/recording.svg'), recording());
