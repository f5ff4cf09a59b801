import type { ParamDefinition, QueryDefinition } from './definition.ts';
import { EmptyUpdateError } from './errors.ts';
import { property } from './property.ts';
import { type BoundStatement, statementOf } from './statement.ts';
import { statementName } from './statement-name.ts';
import { displayText } from './statement-text.ts';

/** A text, a parameter's index, or a part that depends on what is given. */
export type VaryingPiece = string | number | VaryingCondition | VaryingList;

/** What is sent if its parameters are given. */
export interface VaryingCondition {
  /** Indexes into the query's parameters. */
  readonly needs: readonly number[];
  readonly text: readonly VaryingPiece[];
  /** What is sent otherwise; absent: `TRUE`. */
  readonly otherwise?: readonly VaryingPiece[];
}

/** Items with commas between them: those that are not empty. */
export interface VaryingList {
  readonly items: readonly (readonly VaryingPiece[])[];
  /** The statement is not sent without any of them. */
  readonly required: true;
}

/** Which parameters can be omitted, as indexes into the query's parameters. */
export interface VaryingParts {
  /** By null or undefined. */
  readonly guarded?: readonly number[];
  /** By undefined alone. */
  readonly optional?: readonly number[];
  /** The statement, cut at what can be omitted. */
  readonly text: readonly VaryingPiece[];
}

/** A text that can be sent, and the parameters with which it is. */
export interface VaryingText {
  /** The names of those parameters that are given, among those that can be omitted. */
  readonly given: readonly string[];
  readonly sql: string;
}

/** Turns parameters into statements of different texts. */
export interface VaryingStatement {
  (params: unknown): BoundStatement;
  /**
   * All texts, one for each set of given parameters with which something is sent: `2 ** n` at most for n parameters.
   * Lists have one element.
   */
  readonly texts: () => Iterable<VaryingText>;
}

/** How many texts of one query have a name under which they are kept prepared. */
const MAX_NAMED = 64;

const WITHOUT = ' TRUE ';

/**
 * The statement of a query whose conditions and assignments are sent only with their parameters. Its text is put together from constant
 * pieces; no value gets into it.
 */
export function varying({
  guarded = [],
  optional = [],
  text,
}: VaryingParts): (definition: QueryDefinition) => VaryingStatement {
  return (definition) => {
    const { name, params } = definition;
    const choices = [...guarded, ...optional];
    const nameOf = (index: number) => (params[index] as ParamDefinition).name;
    const made = new Map<number, (params: unknown) => BoundStatement>();

    /** One bit for each parameter that is given. */
    function maskOf(values: unknown): number {
      let mask = 0;
      for (const [i, index] of choices.entries()) {
        const value = property(values, nameOf(index));
        if (value !== undefined && (value !== null || i >= guarded.length)) {
          mask += 2 ** i;
        }
      }
      return mask;
    }

    /** The query as it is with these parameters; null: nothing is left that it would assign. */
    function definitionFor(mask: number): QueryDefinition | null {
      const without = new Set(choices.filter((_, i) => Math.floor(mask / 2 ** i) % 2 === 0));
      let isEmpty = false;
      const flat = (pieces: readonly VaryingPiece[]): (string | number)[] =>
        pieces.flatMap((piece) => {
          if (typeof piece !== 'object') {
            return [piece];
          }
          if ('needs' in piece) {
            const isSent = !piece.needs.some((index) => without.has(index));
            return flat(isSent ? piece.text : (piece.otherwise ?? [WITHOUT]));
          }
          const items = piece.items.map(flat).filter(({ length }) => length > 0);
          isEmpty ||= items.length === 0;
          return items.flatMap((item, i) => (i === 0 ? item : [', ', ...item]));
        });
      const parts = flat(text);
      if (isEmpty) {
        return null;
      }
      const used = params.map((_, index) => index).filter((index) => parts.includes(index));
      const own = {
        ...definition,
        params: used.map((index) => params[index] as ParamDefinition),
        sql: parts.map((part) => (typeof part === 'number' ? used.indexOf(part) : part)),
      };
      return own.params.some((param) => 'list' in param || 'rows' in param)
        ? own
        : { ...own, sql: displayText(own) };
    }

    function makerFor(mask: number): (params: unknown) => BoundStatement {
      const own = definitionFor(mask);
      if (own === null) {
        throw new EmptyUpdateError(definition);
      }
      const make = statementOf(own);
      const given = choices.filter((_, i) => Math.floor(mask / 2 ** i) % 2 === 1).map(nameOf);
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
        for (let mask = 0; mask < 2 ** choices.length; mask++) {
          const given = choices.filter((_, i) => Math.floor(mask / 2 ** i) % 2 === 1).map(nameOf);
          const own = definitionFor(mask);
          if (own !== null) {
            yield { given, sql: displayText(own) };
          }
        }
      },
    });
  };
}
