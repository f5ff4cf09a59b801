import { describe, expect, it } from 'vitest';
import { printModules } from '../../src/codegen/print.ts';
import { tsTypes } from '../../src/codegen/ts-types.ts';
import { array, base, config, value } from './support/build.ts';
import { parseModule } from './support/parse.ts';
import { sampleQueries } from './support/sample.ts';

describe('tsTypes', () => {
  it.each(['nodrift', '@pgtyped/runtime'] as const)(
    'calls results what the module calls them (%s)',
    (runtime) => {
      const known = config({
        runtime,
        ...(runtime === 'nodrift' ? { types: { numeric: 'decimal.js#Decimal' } } : {}),
      });
      const typeOf = tsTypes(known, sampleQueries);
      const { modules } = printModules({
        config: known,
        files: [{ file: 'a.sql', output: '/app/a.ts', queries: sampleQueries }],
      });
      const { interfaces } = parseModule(modules[0]?.text ?? '');
      const rows = [...interfaces].filter(([name]) => /(Row|Result)$/.test(name));
      const printed = rows.map(([, members]) => members.map((m) => m.type));
      const asked = sampleQueries
        .map((q) => q.columns.map((c) => typeOf(c.value, 'result', c.source)))
        .filter((types) => types.length > 0);
      expect(asked).toEqual(printed);
    },
  );

  it('calls parameters what they may be', () => {
    const typeOf = tsTypes(config(), []);
    expect(typeOf(value(array(base('int8')), true), 'parameter')).toBe(
      'readonly (bigint | number | null)[] | null',
    );
    expect(typeOf(value(array(base('int8')), true), 'result')).toBe('(bigint | null)[] | null');
  });
});
