import { readFileSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Document, LineCounter, YAMLMap } from 'yaml';
import { UsageError } from '../emu/errors.js';
import { yaml } from './libraries.js';
import { Mistakes } from './mistakes.js';
import type { Where } from './model.js';

/** A description as it was written, before anybody looked at its shape. */
export interface Source {
  readonly raw: unknown;
  readonly where: Where;
  /** Where its relative paths begin. */
  readonly folder: string;
}

/** A file that describes a machine has a few KiB; one that expands without end is refused. */
const MAX_BYTES = 4 << 20;
const MAX_ALIASES = 100;
/** Collections in each other. */
const MAX_DEPTH = 64;

/** Reads a YAML or JSON file (JSON is YAML). @throws UsageError, with line and column */
export function loadYaml(path: string): Source {
  return parseYaml(readText(path), basename(path), dirname(path));
}

function readText(path: string): string {
  const remedy = 'correct the path';
  try {
    const stats = statSync(path);
    if (!stats.isFile()) throw new UsageError({ what: 'the machine file is not a regular file', where: path, remedy });
    if (stats.size > MAX_BYTES) {
      throw new UsageError({
        what: `the machine file has ${stats.size} bytes, more than ${MAX_BYTES}`,
        where: path,
        remedy,
      });
    }
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const what = code === 'ENOENT' ? 'the machine file does not exist' : 'the machine file cannot be read';
    throw new UsageError({ what, where: `${path} (${code})`, remedy }, { cause: error });
  }
}

/** @param name for messages: `machine.yaml:12:9` */
export function parseYaml(text: string, name: string, folder: string): Source {
  const { parseDocument, LineCounter } = yaml();
  const lines = new LineCounter();
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const mistakes = new Mistakes();
  checkDepth(text, name);
  // Not what the library would print by itself: a key that is no text is refused with its line, like any that is unknown.
  const options = { prettyErrors: false, version: '1.2', uniqueKeys: false, logLevel: 'error' } as const;
  const document = parseDocument(text, { lineCounter: lines, ...options });
  for (const error of document.errors) mistakes.add(at(error.pos[0]), error.message.split('\n')[0]!);
  checkKeys(document, (offset) => mistakes.add(at(offset), 'map keys must be unique'));
  mistakes.check();
  let raw: unknown;
  try {
    raw = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    const what = String((error as Error).message);
    throw new UsageError({ what, where: at(aliasIn(document, what)), remedy: 'write it out without aliases' });
  }
  const keys: KeyIndex = new WeakMap();
  return { raw, where: (...path) => positionOf(document, lines, path, name, keys), folder };
}

/** Where the alias is that a message of the library ends with, or else the first one. */
function aliasIn(document: Document, message: string): number {
  const { visit } = yaml();
  let found: number | undefined;
  visit(document, {
    Alias: (_, { source, range }) => {
      found ??= range?.[0];
      if (!message.endsWith(`: ${source}`)) return undefined;
      found = range?.[0];
      return visit.BREAK;
    },
  });
  return found ?? 0;
}

/** Keys that are there twice. The parser's own check compares each with each. */
function checkKeys(document: Document, twice: (offset: number) => void): void {
  const { visit, isScalar } = yaml();
  visit(document, {
    Map: (_, { items }) => {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) twice(key.range?.[0] ?? 0);
        seen.add(key.value);
      }
    },
  });
}

/** The parser calls itself for each collection in another one. */
function checkDepth(text: string, name: string): void {
  let depth = 0;
  let found = /^(?: *(?:- ){64}| {512})/m.exec(text)?.index;
  for (let i = 0; i < text.length && found === undefined; i++) {
    const letter = text[i];
    if (letter === '[' || letter === '{') found = ++depth > MAX_DEPTH ? i : undefined;
    else if (letter === ']' || letter === '}') depth--;
  }
  if (found === undefined) return;
  // The parser, which knows lines, has not begun.
  const before = text.slice(0, found).split('\n');
  throw new UsageError({
    what: `collections lie in each other more than ${MAX_DEPTH} deep`,
    where: `${name}:${before.length}:${before.at(-1)!.length + 1}`,
    remedy: 'write it flatter',
  });
}

/** Of collections that were asked: their keys by name. */
type KeyIndex = WeakMap<YAMLMap, ReadonlyMap<string, unknown>>;

/** The node of a key; the first of its name, as the parser gives its value. */
function keyOf(map: YAMLMap, name: string, index: KeyIndex): unknown {
  const { isScalar } = yaml();
  let keys = index.get(map);
  if (keys === undefined) {
    keys = new Map(map.items.map(({ key }) => [String(isScalar(key) ? key.value : key), key] as const).reverse());
    index.set(map, keys);
  }
  return keys.get(name);
}

/** Line and column of the value at a path, or of the innermost one around it that is there. */
function positionOf(
  document: Document,
  lines: LineCounter,
  path: readonly (string | number)[],
  name: string,
  index: KeyIndex,
): string {
  const { isMap, isNode } = yaml();
  for (let length = path.length; length >= 0; length--) {
    const [parent, last] = [document.getIn(path.slice(0, Math.max(0, length - 1)), true), path[length - 1]];
    let node: unknown = length === 0 ? document.contents : undefined;
    if (length > 0 && isMap(parent)) node = keyOf(parent, String(last), index);
    else if (length > 0) node = document.getIn(path.slice(0, length), true);
    if (!isNode(node) || !node.range) continue;
    const { line, col } = lines.linePos(node.range[0]);
    return `${name}:${line}:${col}`;
  }
  // A file without anything in it.
  return `${name}:1:1`;
}
