import {
  type FieldRun,
  isPassed,
  learnField,
  newShape,
  type FieldEnd as Position,
  plainValue,
  type Run,
  runFrom,
  scalarValue,
} from './field-runs.ts';
import type { Expr, Node, QueryNode } from './nodes.ts';
import { keepOrder, type Order } from './order.ts';

/**
 * Reads Postgres's node text (src/backend/nodes/outfuncs.c), as `debug_print_parse` and
 * `pg_rewrite.ev_action` show it, into plain objects: `{VAR :varno 1}` is `{ tag: 'VAR', varno: 1 }`.
 * `<>` is null, `(i 1 2)`, `(o 1 2)` and `(b 1 2)` are arrays of numbers, a constant's bytes are a number array.
 * Tags of PostgreSQL 14 and 15 that differ from the later ones are given the later name.
 */
export function readNodes(text: string): unknown {
  return readAll(text, null);
}

function readAll(text: string, places: Reader['places'], complete = false): unknown {
  const reader: Reader = { text, at: 0, places, complete, order: { nodes: [], ends: [] } };
  skipSpace(reader);
  const value = readValue(reader);
  skipSpace(reader);
  if (reader.at !== reader.text.length) throw unexpected(reader);
  return value;
}

/** Reads the DETAIL of a "parse tree" notice. */
export function readQuery(text: string): QueryNode {
  return asQuery(readNodes(text));
}

/** What is omitted of nodes and only asked for where stars are expanded. */
export type NodePositions = ReadonlyMap<object, NodePosition>;

export interface NodePosition {
  /** The byte of the statement that it begins at; -1: unknown. */
  readonly location?: number;
  /** The names of what is in FROM. */
  readonly eref?: { readonly aliasname: string; readonly colnames: readonly string[] | null };
  /** How the statement names a Var, which for the columns of joins is not what it is (primnodes.h). */
  readonly varnosyn?: number;
  readonly varattnosyn?: number;
}

/** The same with what is omitted of its nodes. */
export function readQueryAndPlaces(text: string): {
  readonly query: QueryNode;
  readonly places: NodePositions;
} {
  const places = new Map<object, Record<string, unknown>>();
  return { query: asQuery(readAll(text, places)), places };
}

/** The same with everything that the server shows of its nodes, in fields of theirs. */
export function readCompleteQuery(text: string): QueryNode {
  return asQuery(readAll(text, null, true));
}

function asQuery(node: unknown): QueryNode {
  if (!isNode(node) || node.tag !== 'QUERY') throw new Error('The node text is not a query');
  return node;
}

/**
 * Whether the DETAIL of a "parse tree" notice is of a utility statement. What such a tree holds is as the grammar made it,
 * in forms that differ from those of analysed nodes (PostgreSQL 14 and 15 even leave parentheses unescaped): it is not to
 * be read.
 */
export function isUtility(text: string): boolean {
  return /^\{QUERY(?:\s+:\w+\s+\w+)*?\s+:utilityStmt\s+(?!<>)/.test(text);
}

/** Reads `pg_rewrite.ev_action` or another list of queries. */
export function readQueries(text: string): readonly QueryNode[] {
  const nodes = readNodes(text);
  if (!Array.isArray(nodes)) throw new Error('The node text is not a list');
  return nodes.filter((node): node is QueryNode => isNode(node) && node.tag === 'QUERY');
}

/** Reads one expression, as `pg_constraint.conbin` shows it. */
export function readExpr(text: string): Expr {
  const node = readNodes(text);
  if (!isNode(node)) throw new Error('The node text is not an expression');
  return node as Expr;
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'tag' in value;
}

interface Reader {
  readonly text: string;
  at: number;
  /** Where to keep places; null if they are not needed. */
  readonly places: Map<object, Record<string, unknown>> | null;
  /** Whether nothing is omitted. */
  readonly complete: boolean;
  readonly order: Order;
}

const SPACE = 32;
const NEWLINE = 10;
const QUOTE = 34;
const OPEN = 40;
const CLOSE = 41;
const COLON = 58;
const LESS = 60;
const OPEN_BYTES = 91;
const BACKSLASH = 92;
const OPEN_NODE = 123;
const CLOSE_NODE = 125;

// PostgreSQL 16 began to generate outfuncs.c and named these after their structs.
const LATER_TAG: Readonly<Record<string, string>> = {
  RTE: 'RANGETBLENTRY',
  CASE: 'CASEEXPR',
  COLLATE: 'COLLATEEXPR',
  WHEN: 'CASEWHEN',
  ARRAY: 'ARRAYEXPR',
  ROW: 'ROWEXPR',
  ROWCOMPARE: 'ROWCOMPAREEXPR',
  COALESCE: 'COALESCEEXPR',
  MINMAX: 'MINMAXEXPR',
};

// See NodePosition.
const PLACES = ['location', 'eref', 'varnosyn', 'varattnosyn'];

// Where names and layout don't matter to any other question that we ask; leaving them out is half of the time.
const LEFT_OUT = new Set([
  ...PLACES,
  'rteperminfos',
  'varcollid',
  'opcollid',
  'funccollid',
  'constcollid',
  'resultcollid',
  'paramcollid',
  'stmt_location',
  'stmt_len',
  'selectedCols',
  'insertedCols',
  'updatedCols',
  'extraUpdatedCols',
]);

const LEFT_OUT_BESIDE_PLACES = new Set([...LEFT_OUT].filter((field) => !PLACES.includes(field)));

function shapeOf(written: string, { places, complete }: Reader): FieldRun {
  const shapes = complete ? completeShapes : places === null ? briefShapes : placedShapes;
  let shape = shapes.get(written);
  if (shape === undefined) {
    const tag = LATER_TAG[written] ?? written;
    if (complete) shape = newShape(tag, NOTHING);
    else if (places === null) shape = newShape(tag, LEFT_OUT);
    else shape = newShape(tag, LEFT_OUT_BESIDE_PLACES, new Set(PLACES));
    shapes.set(written, shape);
  }
  return shape;
}

const NOTHING: ReadonlySet<string> = new Set();
const completeShapes = new Map<string, FieldRun>();

const briefShapes = new Map<string, FieldRun>();
const placedShapes = new Map<string, FieldRun>();
const noShape = newShape('', new Set());
const noNode = {};

/** A node or a list whose end has not been read yet. */
interface Open {
  /** Where the next value goes: a node's field, or the end of a list. */
  readonly node: Record<string, unknown>;
  readonly list: unknown[] | null;
  readonly shape: FieldRun;
  /** Of a node: where it is in the order. */
  readonly index: number;
  /** Behind the last field. */
  position: Position;
}

/** Reads a value with a stack of its own: trees are as deep as a statement's operators are many. */
function readValue(reader: Reader): unknown {
  const opened: Open[] = [];
  for (;;) {
    let value: unknown;
    const begun = begin(reader);
    if (begun === null) value = readScalar(reader);
    else {
      opened.push(begun);
      if (hasMore(reader, begun)) continue;
      opened.pop();
      value = ended(reader, begun);
    }
    for (;;) {
      const around = opened.at(-1);
      if (around === undefined) return value;
      if (around.list === null) around.node[around.position.field] = value;
      else around.list.push(value);
      if (hasMore(reader, around)) break;
      opened.pop();
      value = ended(reader, around);
    }
  }
}

/** The beginning of a node or list; null before anything else. */
function begin(reader: Reader): Open | null {
  const { text } = reader;
  const code = text.charCodeAt(reader.at);
  if (code === OPEN_NODE) {
    reader.at++;
    const shape = shapeOf(readToken(reader), reader);
    shape.seen++;
    const node = { tag: shape.tag };
    const index = reader.order.nodes.push(node as Node) - 1;
    return { node, list: null, shape, index, position: shape.start };
  }
  if (code !== OPEN) return null;
  reader.at++;
  const kind = text.charCodeAt(reader.at);
  const after = text.charCodeAt(reader.at + 1);
  // (i ...) integers, (o ...) OIDs, (b ...) bitmapset, (x ...) transaction ids
  const ofNumbers =
    (kind === 105 || kind === 111 || kind === 98 || kind === 120) && (isSpace(after) || after === CLOSE);
  if (ofNumbers) reader.at++;
  return { node: noNode, list: [], shape: noShape, index: -1, position: noShape.start };
}

/** The node or list, which nothing more belongs to. */
function ended({ order }: Reader, { node, list, index }: Open): unknown {
  if (list !== null) return list;
  order.ends[index] = order.nodes.length;
  if (node.tag === 'QUERY') keepOrder(node as unknown as QueryNode, order, index);
  return node;
}

/** Goes to the next value of a node or list; false behind its end. */
function hasMore(reader: Reader, open: Open): boolean {
  const { text } = reader;
  if (open.list !== null) {
    skipSpace(reader);
    if (text.charCodeAt(reader.at) !== CLOSE) {
      if (reader.at >= text.length) throw unexpected(reader);
      return true;
    }
    reader.at++;
    return false;
  }
  const { shape, node } = open;
  for (;;) {
    const run = runFrom(shape, open.position);
    if (run !== null && readRun(reader, node, run)) {
      open.position = run.end;
      if (run.then === 'value') return true;
      if (run.then === 'nothing') return false;
    }
    skipSpace(reader);
    const code = text.charCodeAt(reader.at);
    if (code === CLOSE_NODE) {
      reader.at++;
      return false;
    }
    if (code !== COLON) {
      // A name longer than a line is broken in two: no name is considered, so its rest is skipped. So is a value
      // that has no name, as in nodes that the grammar makes.
      const start = reader.at;
      skipValue(reader);
      if (reader.at === start) throw unexpected(reader);
      continue;
    }
    reader.at++;
    const field = readToken(reader);
    skipSpace(reader);
    open.position = learnField(shape, open.position, field, text, reader.at);
    if (!isPassed(shape, field)) return true;
    const start = reader.at;
    skipValue(reader);
    if (shape.aside?.has(field)) keepPosition(reader, node, field, readNodes(text.slice(start, reader.at)));
    else if (!shape.leftOut.has(field)) readLater(node, field, text.slice(start, reader.at), reader);
  }
}

/** Reads several fields at once; false where the text is not of that form: nothing is read then. */
function readRun(reader: Reader, node: Record<string, unknown>, { pattern, fields, aside }: Run): boolean {
  pattern.lastIndex = reader.at;
  const values = pattern.exec(reader.text);
  if (values === null) return false;
  reader.at = pattern.lastIndex;
  // By hand: V8 has compiled nothing yet of what runs for a tenth of a second.
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i] ?? '';
    const value = plainValue(values[i + 1] ?? '');
    if (aside?.has(field)) keepPosition(reader, node, field, value);
    else node[field] = value;
  }
  return true;
}

function keepPosition({ places }: Reader, node: object, field: string, value: unknown): void {
  const known = places?.get(node);
  if (known === undefined) places?.set(node, { [field]: value });
  else known[field] = value;
}

/** Has a field read when it is first asked for. */
function readLater(node: object, field: string, text: string, { places, complete }: Reader): void {
  const keep = (value: unknown) =>
    Object.defineProperty(node, field, { value, enumerable: true, configurable: true });
  const get = () => {
    const value = readAll(text, places, complete);
    keep(value);
    return value;
  };
  if (text === '<>') keep(null);
  else Object.defineProperty(node, field, { get, enumerable: true, configurable: true });
}

/** Reads a value that is neither a node nor a list. */
function readScalar(reader: Reader): unknown {
  const { text } = reader;
  const code = text.charCodeAt(reader.at);
  if (code === QUOTE) return readQuoted(reader);
  if (code === LESS) {
    reader.at += 2;
    return null;
  }
  // outToken puts a backslash before a string that could be taken for something else.
  if (code === BACKSLASH) return readToken(reader);
  const value = scalarValue(readToken(reader));
  if (typeof value !== 'number') return value;
  skipSpace(reader);
  return text.charCodeAt(reader.at) === OPEN_BYTES ? readBytes(reader) : value;
}

/** `[ 1 0 -1 ]`: bytes as signed decimals. */
function readBytes(reader: Reader): number[] {
  const { text } = reader;
  const end = text.indexOf(']', reader.at);
  const bytes: number[] = [];
  let value = 0;
  let negative = false;
  let inside = false;
  for (let i = reader.at + 1; i <= end; i++) {
    const code = text.charCodeAt(i);
    if (code >= 48 && code <= 57) {
      value = value * 10 + code - 48;
      inside = true;
    } else if (code === 45) {
      negative = true;
    } else if (inside) {
      bytes.push((negative ? -value : value) & 255);
      value = 0;
      negative = false;
      inside = false;
    }
  }
  reader.at = end + 1;
  return bytes;
}

// A token like any other, in quotes: outToken escapes what ends a token, but a quote only where it begins one.
function readQuoted(reader: Reader): string {
  return readToken(reader).slice(1, -1);
}

function readToken(reader: Reader): string {
  const { text } = reader;
  const start = reader.at;
  let escaped = false;
  for (;;) {
    const code = text.charCodeAt(reader.at);
    if (code === BACKSLASH) {
      escaped = true;
      reader.at += 2;
      continue;
    }
    if (isSpace(code) || code === CLOSE || code === CLOSE_NODE || code === OPEN || code === OPEN_NODE) break;
    if (Number.isNaN(code)) break;
    reader.at++;
  }
  if (reader.at === start) throw unexpected(reader);
  const raw = text.slice(start, reader.at);
  return escaped ? unescaped(raw) : raw;
}

// format_node_dump (src/backend/nodes/print.c) breaks lines at spaces, escaped ones too.
function unescaped(raw: string): string {
  return raw.replaceAll(/\\([\s\S])/g, (_, char: string) => (char === '\n' ? ' ' : char));
}

// What V8 makes of a pattern is machine code from its second use on, in a loop much later: a run is often over before.
const BETWEEN = /[^(){}\\]*(?:\\[\s\S][^(){}\\]*)*/.source;
const INNER = `[({]${BETWEEN}[)}]`;
const OUTER = `[({]${BETWEEN}(?:${INNER}${BETWEEN})*[)}]`;
const SHALLOW = new RegExp(`[({]${BETWEEN}(?:${OUTER}${BETWEEN})*[)}]|[^\\s(){}\\\\]+(?=[\\s)}])`, 'y');

function skipValue(reader: Reader): void {
  const { text } = reader;
  SHALLOW.lastIndex = reader.at;
  if (SHALLOW.test(text)) {
    reader.at = SHALLOW.lastIndex;
    return;
  }
  let depth = 0;
  for (; ; reader.at++) {
    switch (text.charCodeAt(reader.at)) {
      case BACKSLASH:
        reader.at++;
        break;
      case OPEN:
      case OPEN_NODE:
        depth++;
        break;
      case CLOSE:
      case CLOSE_NODE:
        if (depth === 0) return;
        if (--depth === 0) {
          reader.at++;
          return;
        }
        break;
      case SPACE:
      case NEWLINE:
        if (depth === 0) return;
    }
    if (reader.at >= text.length) throw unexpected(reader);
  }
}

function skipSpace(reader: Reader): void {
  const { text } = reader;
  while (isSpace(text.charCodeAt(reader.at))) reader.at++;
}

function isSpace(code: number): boolean {
  return code === SPACE || code === NEWLINE;
}

function unexpected(reader: Reader): Error {
  return new Error(
    `Postgres's node text is not as expected at offset ${reader.at}: ${reader.text.slice(reader.at, reader.at + 40)}`,
  );
}
