/** What a value must be, before it is printed for one library or another. */
export type SchemaNode = NodeKind & { readonly checks?: readonly NodeCheck[] };

type NodeKind =
  | { readonly kind: 'string' | 'number' | 'bigint' | 'boolean' | 'date' | 'null' | 'never' }
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }
  /** A type of TypeScript for which no library has a schema: the checks say what it is. */
  | { readonly kind: 'custom'; readonly type: string }
  /** Literals of TypeScript. */
  | { readonly kind: 'values'; readonly values: readonly string[] }
  | { readonly kind: 'anyOf'; readonly members: readonly SchemaNode[] }
  | ArrayNode
  | { readonly kind: 'tuple'; readonly elements: readonly SchemaNode[] }
  | { readonly kind: 'record'; readonly value: SchemaNode }
  | { readonly kind: 'object'; readonly fields: readonly NodeField[] };

interface ArrayNode {
  readonly kind: 'array';
  readonly element: SchemaNode;
  /** In TypeScript; readonly arrays are of another type in the libraries. */
  readonly type: string;
  readonly readonly: boolean;
  /** Whether it has an element at least. */
  readonly nonEmpty?: boolean;
}

export interface NodeField {
  readonly name: string;
  readonly node: SchemaNode;
  /** `exact`: it may be missing, but not undefined. */
  readonly optional: boolean | 'exact';
}

export interface NodeCheck {
  /** An expression of JavaScript over `name` that is true for what passes. */
  readonly test: string;
  readonly name: 'value' | 'row';
  readonly message: string;
  /** The field that it is about. */
  readonly field?: string;
}
