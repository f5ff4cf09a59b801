import { camelCase as theirCamelCase } from 'camel-case';
import { pascalCase as theirPascalCase } from 'pascal-case';
import { describe, expect, it } from 'vitest';
import { camelCase, pascalCase, queryName, typeStem } from '../../src/codegen/names.ts';
import fc from '../support/fast-check.ts';

const identifier = fc.stringMatching(/^[A-Za-z_][A-Za-z_0-9]{0,12}$/);
const anything = fc.oneof(identifier, fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }));

describe('camelCase and pascalCase', () => {
  it('are those of the packages that PgTyped uses', () => {
    fc.assert(
      fc.property(anything, (text) => {
        expect(camelCase(text)).toBe(theirCamelCase(text));
        expect(pascalCase(text)).toBe(theirPascalCase(text));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['get_car', 'getCar', 'GetCar'],
    ['GetABTest', 'getAbTest', 'GetAbTest'],
    ['getURLs2Go', 'getUrLs2Go', 'GetUrLs2Go'],
    ['a_1_b', 'a_1B', 'A_1B'],
    ['', '', ''],
  ])('%s', (text, camel, pascal) => {
    expect(camelCase(text)).toBe(camel);
    expect(pascalCase(text)).toBe(pascal);
  });
});

describe('queryName', () => {
  it('keeps away from reserved words', () => {
    expect(queryName('Delete', 'nodrift')).toBe('delete_');
    expect(queryName('delete', '@pgtyped/runtime')).toBe('delete_');
    expect(queryName('deleteCar', 'nodrift')).toBe('deleteCar');
  });

  it("keeps away from CommonJS's names, except where PgTyped's projects can have them", () => {
    expect(queryName('require', 'nodrift')).toBe('require_');
    expect(queryName('require', '@pgtyped/runtime')).toBe('require');
  });

  it('is null where nothing is left of the name', () => {
    expect(queryName('_', 'nodrift')).toBeNull();
    expect(queryName('_1', 'nodrift')).toBeNull();
  });
});

describe('typeStem', () => {
  const ours = { runtime: 'nodrift', hungarianNotation: true } as const;
  const pgtyped = { runtime: '@pgtyped/runtime', hungarianNotation: true } as const;

  it("has PgTyped's I only for PgTyped's runtime", () => {
    expect(typeStem('get_car', ours)).toBe('GetCar');
    expect(typeStem('get_car', pgtyped)).toBe('IGetCar');
    expect(typeStem('get_car', { ...pgtyped, hungarianNotation: false })).toBe('GetCar');
  });

  it('is null where nothing is left of the name', () => {
    expect(typeStem('_', ours)).toBeNull();
  });
});
