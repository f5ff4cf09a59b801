import { propertyKey, stringLiteral } from '../codegen/literal.ts';
import type { SchemaForm } from '../project/config.ts';
import type { NodeCheck, SchemaNode } from './schema-node.ts';

/** The text of a schema in one of the forms, over several lines where it is an object. */
export function printNode(node: SchemaNode, form: SchemaForm, indent = ''): string {
  if (node.kind === 'integer' && form === 'standard') {
    const test = `Number.isInteger(value) && value >= ${node.min} && value <= ${node.max}`;
    const message = `must be an integer from ${node.min} to ${node.max}`;
    const own: NodeCheck = { name: 'value', test, message };
    return printNode({ kind: 'number', checks: [own, ...(node.checks ?? [])] }, form, indent);
  }
  const kind = printKind(node, form, indent);
  const checks = node.checks ?? [];
  if (checks.length === 0) return kind;
  if (form === 'zod')
    return `${kind}${checks.map((one) => `.refine(${zodCheck(one, node.kind === 'custom')})`).join('')}`;
  if (form === 'valibot') return `v.pipe(${[kind, ...checks.map(valibotCheck)].join(', ')})`;
  const list = checks.map(({ message, field, ...check }) => {
    const parts = [predicate(check, true), stringLiteral(message), ...(field ? [stringLiteral(field)] : [])];
    return `[${parts.join(', ')}]`;
  });
  return `${kind.slice(0, -2)}, checks: [${list.join(', ')}] }`;
}

/** @param isCustom whether a check that is a type guard would make another type of it */
function zodCheck({ message, field, ...check }: NodeCheck, isCustom: boolean): string {
  const text = stringLiteral(message);
  const options = field === undefined ? text : `{ message: ${text}, path: [${stringLiteral(field)}] }`;
  return `${isCustom ? `(${check.name}): boolean => ${check.test}` : predicate(check)}, ${options}`;
}

function valibotCheck({ message, field, ...check }: NodeCheck): string {
  const text = `v.check(${predicate(check)}, ${stringLiteral(message)})`;
  return field === undefined ? text : `v.forward(${text}, [${stringLiteral(field)}])`;
}

/** @param typed whether nothing else tells the type of its parameter */
function predicate({ test, name }: Pick<NodeCheck, 'test' | 'name'>, typed = false): string {
  return typed ? `(${name}: any) => ${test}` : `(${name}) => ${test}`;
}

function printKind(node: SchemaNode, form: SchemaForm, indent: string): string {
  const print = (one: SchemaNode) => printNode(one, form, indent);
  const call = (name: string, args = '') => (form === 'zod' ? `z.${name}(${args})` : `v.${name}(${args})`);
  const isPlain = form === 'standard';
  switch (node.kind) {
    case 'string':
    case 'number':
    case 'bigint':
    case 'boolean':
      return isPlain ? `{ type: '${node.kind}' }` : call(node.kind);
    case 'integer': {
      const [min, max] = [String(node.min), String(node.max)];
      if (form === 'zod') return `z.int().min(${min}).max(${max})`;
      return `v.pipe(v.number(), v.integer(), v.minValue(${min}), v.maxValue(${max}))`;
    }
    case 'date':
      return isPlain ? `{ class: () => Date }` : call('date');
    case 'null':
      return isPlain ? `{ values: [null] }` : call('null');
    case 'never':
      return isPlain ? `{ values: [] }` : call('never');
    case 'custom':
      return isPlain
        ? `{ type: 'unknown' }`
        : `${form === 'zod' ? 'z' : 'v'}.custom<${node.type}>(() => true)`;
    case 'values': {
      const list = `[${node.values.join(', ')}]`;
      if (isPlain) return `{ values: ${list} }`;
      return form === 'zod' ? `z.literal(${list})` : `v.picklist(${list})`;
    }
    case 'anyOf': {
      if (isPlain) return `{ anyOf: [${node.members.map(print).join(', ')}] }`;
      const others = node.members.filter(({ kind }) => kind !== 'null');
      const [only] = others;
      const one = only !== undefined && others.length === 1 ? print(only) : null;
      const whole = one ?? call('union', `[${others.map(print).join(', ')}]`);
      if (others.length === node.members.length) return whole;
      return form === 'zod' ? `${whole}.nullable()` : `v.nullable(${whole})`;
    }
    case 'array': {
      const element = print(node.element);
      const isNonEmpty = node.nonEmpty === true;
      if (isPlain) return `{ items: ${element}${isNonEmpty ? ', min: 1' : ''} }`;
      if (form === 'zod') {
        const array = isNonEmpty ? `z.tuple([${element}], ${element})` : `z.array(${element})`;
        return node.readonly ? `${array}.readonly()` : array;
      }
      const array = isNonEmpty ? `v.pipe(v.array(${element}), v.minLength(1))` : `v.array(${element})`;
      // Its own schema of a readonly array takes none.
      return node.readonly ? `(${array} as unknown as v.GenericSchema<${node.type}>)` : array;
    }
    case 'tuple': {
      const list = `[${node.elements.map(print).join(', ')}]`;
      return isPlain ? `{ tuple: ${list} }` : call('tuple', list);
    }
    case 'record': {
      const value = print(node.value);
      return isPlain ? `{ record: ${value} }` : call('record', `${call('string')}, ${value}`);
    }
    case 'object': {
      const inner = `${indent}  `;
      const fields = node.fields.map(({ name, node: field, optional }) => {
        const text = printNode(field, form, inner);
        const how = optional === 'exact' ? 'exactOptional' : 'optional';
        const whole = !optional || isPlain ? text : form === 'zod' ? `${text}.${how}()` : `v.${how}(${text})`;
        return `${inner}${propertyKey(name)}: ${whole},\n`;
      });
      const object = `{\n${fields.join('')}${indent}}`;
      if (!isPlain) return call('object', object);
      const optional = node.fields.filter((field) => field.optional).map(({ name }) => stringLiteral(name));
      const rest = optional.length === 0 ? '' : `, optional: [${optional.join(', ')}]`;
      return `{ object: ${object}${rest} }`;
    }
  }
}
