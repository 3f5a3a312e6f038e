import { createRequire } from 'node:module';
import { UsageError } from '../../emu/errors.js';

/**
 * XML as far as SVD files have it. The parser (fast-xml-parser, loaded when the first file is read) expands no entities and follows no
 * document type; depth and size are bounded before it runs.
 */

/** Bytes. */
export const MAX_SVD = 32 * 1024 * 1024;
const MAX_DEPTH = 24;
const MAX_TAGS = 2_000_000;

type Node = string | { readonly [tag: string]: readonly Node[] | string };

interface Library {
  readonly XMLParser: {
    new (options: object): { parse(text: string): { readonly [tag: string]: readonly Node[] } };
    getMetaDataSymbol(): symbol;
  };
  readonly XMLValidator: {
    validate(
      text: string,
    ): true | { readonly err: { readonly msg: string; readonly line: number; readonly col?: number } };
  };
}

const load = createRequire(import.meta.url);
let library: Library | undefined;

/** Where an element is: line and column of its text. */
class XmlSource {
  readonly #path: string;
  readonly #text: string;
  #lineStarts: number[] | undefined;
  constructor(path: string, text: string) {
    this.#path = path;
    this.#text = text;
  }
  /** Where an element without children of its own begins, behind the start of the one that it is in. */
  leaf(tag: string, content: string, from: number): number {
    for (let at = this.#text.indexOf(`<${tag}`, from); at >= 0; at = this.#text.indexOf(`<${tag}`, at + 1)) {
      const begin = this.#text.indexOf('>', at) + 1;
      const end = this.#text.indexOf('<', begin);
      if (/[\s>]/.test(this.#text[at + tag.length + 1]!) && this.#text.slice(begin, end).trim() === content) return at;
    }
    return from;
  }
  where(offset: number | undefined): string {
    if (offset === undefined) return this.#path;
    this.#lineStarts ??= [0, ...[...this.#text.matchAll(/\n/g)].map(({ index }) => index + 1)];
    const starts = this.#lineStarts;
    let [low, high] = [0, starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= offset) low = middle + 1;
      else high = middle;
    }
    return `${this.#path}:${low}:${offset - starts[low - 1]! + 1}`;
  }
}

/** An element with its children by tag. Text is trimmed. */
export class XmlElement {
  readonly tag: string;
  readonly #node: Node;
  readonly #source: XmlSource;
  readonly #parent: XmlElement | undefined;

  constructor(tag: string, node: Node, source: XmlSource, parent?: XmlElement) {
    this.tag = tag;
    this.#node = node;
    this.#source = source;
    this.#parent = parent;
  }

  children(tag: string): readonly XmlElement[] {
    if (typeof this.#node === 'string' || !Object.hasOwn(this.#node, tag)) return [];
    const all = this.#node[tag]!;
    return typeof all === 'string' ? [] : all.map((one) => new XmlElement(tag, one, this.#source, this));
  }

  child(tag: string): XmlElement | undefined {
    return this.children(tag)[0];
  }

  /** The text of the first child of a tag; undefined where it is missing or empty. */
  text(tag: string): string | undefined {
    const text = this.child(tag)?.content;
    return text === '' ? undefined : text;
  }

  get content(): string {
    if (typeof this.#node === 'string') return this.#node;
    const text = this.#node['#text'];
    return typeof text === 'string' ? text : '';
  }

  attribute(name: string): string | undefined {
    if (typeof this.#node === 'string' || !Object.hasOwn(this.#node, `@${name}`)) return undefined;
    const value = this.#node[`@${name}`];
    return typeof value === 'string' ? value : undefined;
  }

  get where(): string {
    return this.#source.where(this.#offset);
  }

  get #offset(): number | undefined {
    const node = this.#node;
    if (typeof node === 'string') {
      const outer = this.#parent === undefined ? undefined : this.#parent.#offset;
      return outer === undefined ? undefined : this.#source.leaf(this.tag, node, outer);
    }
    const meta = (node as unknown as Record<symbol, { startIndex?: number } | undefined>)[
      library!.XMLParser.getMetaDataSymbol()
    ];
    return meta?.startIndex;
  }

  refuse(what: string, remedy?: string): never {
    throw new UsageError({ what, where: this.where, remedy });
  }
}

function refuse(
  what: string,
  where: string,
  remedy = 'give the .svd file of the chip as its vendor publishes it',
): never {
  throw new UsageError({ what, where, remedy });
}

/** Counts before anything is built: tags, and how deep they nest. */
function checkBounds(text: string, path: string): void {
  let [tags, depth] = [0, 0];
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
    const next = text.charCodeAt(at + 1);
    if (next === 0x21 || next === 0x3f) continue;
    if (next === 0x2f) depth--;
    else {
      depth++;
      const end = text.indexOf('>', at);
      if (end > 0 && text.charCodeAt(end - 1) === 0x2f) depth--;
    }
    if (++tags > MAX_TAGS) refuse(`the file has more than ${MAX_TAGS} tags`, path);
    if (depth > MAX_DEPTH) refuse(`elements are nested deeper than ${MAX_DEPTH}`, path);
  }
}

function decoded(bytes: Uint8Array, path: string): string {
  if (bytes.length > MAX_SVD) refuse(`the file has ${bytes.length} bytes, more than ${MAX_SVD}`, path);
  const text = new TextDecoder('utf-8').decode(bytes);
  if (/<!DOCTYPE/i.test(text))
    refuse('the file has a document type (<!DOCTYPE), which no SVD file needs', path, 'remove it');
  checkBounds(text, path);
  return text;
}

const SKIPPED = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
] as const;

/** Of a file that was cut short: the element that does not end. */
function checkEnd(text: string, path: string): void {
  const open: { readonly tag: string; readonly at: number }[] = [];
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
    const skipped = SKIPPED.find(([begin]) => text.startsWith(begin, at));
    const end = text.indexOf(skipped?.[1] ?? '>', at);
    if (end < 0) break;
    const [, close, tag] = /^<(\/?)([A-Za-z][\w:.-]*)/.exec(text.slice(at, at + 80)) ?? [];
    if (close === '/' && open.pop()?.tag !== tag) return;
    if (close === '' && text[end - 1] !== '/') open.push({ tag: tag!, at });
    if (skipped) at = end;
  }
  const last = open.findLast(({ tag }) => tag !== 'name') ?? open.at(-1);
  if (last === undefined) return;
  const [, name] = /^<[^>]*>\s*<name>([^<]{1,60})<\/name>/.exec(text.slice(last.at, last.at + 1000)) ?? [];
  const before = text.slice(0, last.at).split('\n');
  const where = `${path}:${before.length}:${before.at(-1)!.length + 1}`;
  refuse(
    `the file ends inside <${last.tag}>${name === undefined ? '' : ` '${name.trim()}'`}`,
    where,
    'it was cut short: get it again',
  );
}

/** The root element of a well-formed file. @throws UsageError with line and column */
export function parseXml(bytes: Uint8Array, path: string): XmlElement {
  library ??= load('fast-xml-parser') as Library;
  const text = decoded(bytes, path);
  const parser = new library.XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    parseTagValue: false,
    parseAttributeValue: false,
    processEntities: false,
    ignoreDeclaration: true,
    ignorePiTags: true,
    captureMetaData: true,
    maxNestedTags: MAX_DEPTH + 1,
    isArray: (_tag: string, _path: unknown, _isLeaf: boolean, isAttribute: boolean) => !isAttribute,
  });
  try {
    const valid = library.XMLValidator.validate(text);
    if (valid !== true) {
      checkEnd(text, path);
      const { msg, line, col } = valid.err;
      refuse(`the file is no well-formed XML: ${msg.replace(/\.$/, '')}`, `${path}:${line}${col ? `:${col}` : ''}`);
    }
    const [root, ...others] = Object.entries(parser.parse(text)).filter(([tag]) => tag !== '#text');
    const [node, ...more] = root?.[1] ?? [];
    if (!root || node === undefined || more.length > 0 || others.length > 0)
      refuse('the file has no single root element', path);
    return new XmlElement(root[0], node, new XmlSource(path, text));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const why = error instanceof Error ? error.message.slice(0, 200) : String(error);
    return refuse(`the file cannot be read as XML: ${why}`, path);
  }
}
