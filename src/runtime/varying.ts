import type { ParamDefinition, QueryDefinition } from './definition.ts';
import { EmptyUpdateError } from './errors.ts';
import { property } from './property.ts';
import { type BoundStatement, statementOf } from './statement.ts';
import { statementName } from './statement-name.ts';
import { displayText } from './statement-text.ts';

/** A text, a parameter's index, or a part that depends on what parameters are. */
export type VaryingPiece = string | number | VaryingCondition | VaryingList;

/** What is sent if all that it needs holds. */
export interface VaryingCondition {
  /**
   * Indexes into the query's parameters that must be given, or an index with the states of which it must be in one: 0, it is
   * not given; 1, it is none of the constants; 2 and more, it is that constant; the last, it is unknown what it is.
   */
  readonly needs: readonly (number | readonly number[])[];
  readonly text: readonly VaryingPiece[];
  /** What is sent if it does not hold; absent: `TRUE`. */
  readonly otherwise?: readonly VaryingPiece[];
}

/** Items with commas between them: those that are not empty. */
export interface VaryingList {
  /** What is sent before the first one, if there is one. */
  readonly before?: string;
  readonly items: readonly (readonly VaryingPiece[])[];
  /** The statement is not sent without any of them. */
  readonly required?: true;
}

/** A parameter whose value decides on the text. */
export interface TestedParameter {
  /** The index into the query's parameters. */
  readonly param: number;
  /** The constants that it is compared with, as its codec encodes them. */
  readonly constants: readonly string[];
  /** What else it can be, so that PostgreSQL finds it unequal to all of them; absent: any text. */
  readonly others?: 'integer' | 'array' | 'uuid' | readonly string[];
}

/** What can be omitted, with parameters as indexes into the query's parameters. */
export interface VaryingParts {
  /** By null or undefined. */
  readonly guarded?: readonly number[];
  /** By undefined alone. */
  readonly optional?: readonly number[];
  readonly tested?: readonly TestedParameter[];
  /** The statement, cut at what varies. */
  readonly text: readonly VaryingPiece[];
}

/** A text that can be sent, and the parameters with which it is. */
export interface VaryingText {
  /** The names of those parameters that are given, among those that the text depends on. */
  readonly given: readonly string[];
  /** Which constants they are, by name; absent: no text depends on constants. */
  readonly constants?: Readonly<Record<string, string>>;
  readonly sql: string;
}

/** Turns parameters into statements of different texts. */
export interface VaryingStatement {
  (params: unknown): BoundStatement;
  /**
   * All texts, one for each combination of what parameters are with which something is sent. Lists have one element.
   */
  readonly texts: () => Iterable<VaryingText>;
}

/** How many texts of one query have a name under which they are kept prepared. */
const MAX_NAMED = 64;

const WITHOUT = ' TRUE ';

/** A parameter that the text depends on. */
interface Choice {
  readonly index: number;
  readonly name: string;
  /** How many states there are. */
  readonly count: number;
  readonly constants: readonly string[];
  stateOf(value: unknown): number;
}

/** Texts that no other text is equal to; of integers those that are in the type's range for sure. */
const PLAIN = { integer: /^(?:0|-?[1-9]\d{0,8})$/, uuid: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/ };

/**
 * The statement of a query whose parts depend on parameters. Its text is put together from constant pieces;
 * no value gets into it.
 */
export function varying(parts: VaryingParts): (definition: QueryDefinition) => VaryingStatement {
  return (definition) => {
    const { name, params } = definition;
    const choices = choicesOf(parts, params);
    const made = new Map<number, (params: unknown) => BoundStatement>();

    /** A number for what all of them are. */
    function maskOf(values: unknown): number {
      let mask = 0;
      let unit = 1;
      for (const { name: key, count, stateOf } of choices) {
        mask += stateOf(property(values, key)) * unit;
        unit *= count;
      }
      return mask;
    }

    function statesOf(mask: number): readonly number[] {
      let left = mask;
      return choices.map(({ count }) => {
        const state = left % count;
        left = Math.floor(left / count);
        return state;
      });
    }

    function givenIn(states: readonly number[]): readonly string[] {
      return choices.filter((_, i) => states[i] !== 0).map((choice) => choice.name);
    }

    /** The query as it is with these states; null: nothing is left that it would assign. */
    function definitionFor(states: readonly number[]): QueryDefinition | null {
      let isEmpty = false;
      const stateOf = new Map(choices.map(({ index }, i) => [index, states[i]]));
      const holds = (need: number | readonly number[]): boolean =>
        typeof need === 'number'
          ? stateOf.get(need) !== 0
          : need.indexOf(stateOf.get(need[0] as number) as number, 1) > 0;
      const flat = (pieces: readonly VaryingPiece[]): (string | number)[] =>
        pieces.flatMap((piece) => {
          if (typeof piece !== 'object') {
            return [piece];
          }
          if ('needs' in piece) {
            return flat(piece.needs.every(holds) ? piece.text : (piece.otherwise ?? [WITHOUT]));
          }
          const items = piece.items.map(flat).filter(({ length }) => length > 0);
          isEmpty ||= piece.required === true && items.length === 0;
          return items.flatMap((item, i) => [i === 0 ? (piece.before ?? '') : ', ', ...item]);
        });
      const all = flat(parts.text);
      if (isEmpty) {
        return null;
      }
      const used = params.map((_, index) => index).filter((index) => all.includes(index));
      const own = {
        ...definition,
        params: used.map((index) => params[index] as ParamDefinition),
        sql: all.map((part) => (typeof part === 'number' ? used.indexOf(part) : part)),
      };
      return own.params.some((param) => 'list' in param || 'rows' in param)
        ? own
        : { ...own, sql: displayText(own) };
    }

    function makerFor(mask: number): (params: unknown) => BoundStatement {
      const states = statesOf(mask);
      const own = definitionFor(states);
      if (own === null) {
        throw new EmptyUpdateError(definition);
      }
      const make = statementOf(own);
      const given = givenIn(states);
      const isNamed = made.size < MAX_NAMED;
      const names = new Map<string, string>();
      return (values) => {
        const statement = make(values);
        let kept = names.get(statement.text);
        if (isNamed && kept === undefined) {
          kept = statementName(`${name.slice(0, 40)}_${mask.toString(16)}`, statement.text);
          if (names.size < MAX_NAMED) {
            names.set(statement.text, kept);
          }
        }
        return { ...statement, origin: definition, name: kept, given };
      };
    }

    const statement = (values: unknown): BoundStatement => {
      if (Object(values) !== values) {
        throw new TypeError(`${name}: params must be an object`);
      }
      const mask = maskOf(values);
      let make = made.get(mask);
      if (make === undefined) {
        make = makerFor(mask);
        if (made.size < MAX_NAMED) {
          made.set(mask, make);
        }
      }
      return make(values);
    };
    return Object.assign(statement, {
      *texts(): Iterable<VaryingText> {
        const total = choices.reduce((product, { count }) => product * count, 1);
        for (let mask = 0; mask < total; mask++) {
          const states = statesOf(mask);
          const constants = choices.flatMap(({ name: key, constants: all }, i) => {
            const constant = all[(states[i] as number) - 2];
            return constant === undefined ? [] : [[key, constant]];
          });
          const own = definitionFor(states);
          if (own === null) {
            continue;
          }
          yield {
            given: givenIn(states),
            ...(parts.tested && { constants: Object.fromEntries(constants) as Record<string, string> }),
            sql: displayText(own),
          };
        }
      },
    });
  };
}

function choicesOf(
  { guarded = [], optional = [], tested = [] }: VaryingParts,
  params: readonly ParamDefinition[],
): readonly Choice[] {
  const indexes = new Set([...guarded, ...optional, ...tested.map(({ param }) => param)]);
  return [...indexes].map((index) => {
    const param = params[index] as ParamDefinition;
    const test = tested.find((one) => one.param === index);
    const constants = test?.constants ?? [];
    const unknown = constants.length + 2;
    const isNullGiven = optional.includes(index) && !guarded.includes(index);
    return {
      index,
      name: param.name,
      count: test === undefined ? 2 : unknown + 1,
      constants,
      stateOf: (value) => {
        if (value === undefined || (value === null && !isNullGiven)) {
          return 0;
        }
        if (test === undefined) {
          return 1;
        }
        return value === null ? unknown : (constantOf(value, param, test) ?? unknown);
      },
    };
  });
}

/** The state of a value that is compared with constants; undefined: it is not known what PostgreSQL makes of it. */
function constantOf(
  value: unknown,
  param: ParamDefinition,
  { constants, others }: TestedParameter,
): number | undefined {
  if (others === 'array') {
    const isPlain = Array.isArray(value) && !Array.isArray(value[0]);
    return isPlain ? (value.length === 0 ? 2 : 1) : undefined;
  }
  let text: unknown;
  try {
    text = 'codec' in param && param.codec.encode(value as never);
  } catch {
    // Said where it is bound: all of the statement is sent then.
  }
  if (typeof text !== 'string') {
    return undefined;
  }
  const found = constants.indexOf(text);
  if (found !== -1) {
    return found + 2;
  }
  const isOther =
    others === undefined
      ? !text.includes('\0') && (text as { isWellFormed?(): boolean }).isWellFormed?.() !== false
      : typeof others === 'string'
        ? PLAIN[others].test(text)
        : others.includes(text);
  return isOther ? 1 : undefined;
}
