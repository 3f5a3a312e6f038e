/** The names an image gives to addresses: `.symtab`, gABI chapter 4 "Symbol Table". */

import { closest } from '../spelling.js';
import type { ElfImage, ElfSection } from './elf-image.js';

/** A function, a variable or a label. */
export interface SymbolInfo {
  readonly name: string;
  /** Without the Thumb bit. */
  readonly address: number;
  /** In bytes; 0 where the image does not say. */
  readonly size: number;
  readonly kind: 'function' | 'object' | 'other';
  readonly global: boolean;
}

const STT_OBJECT = 1;
const STT_FUNC = 2;
const STT_SECTION = 3;
const STT_FILE = 4;
const STT_TLS = 6;
const STT_GNU_IFUNC = 10;
const SHN_UNDEF = 0;
const SHN_LORESERVE = 0xff00;
const STB_GLOBAL = 1;
const STB_WEAK = 2;

/**
 * Names that mark code and data for disassemblers (Arm ELF ABI "Mapping symbols", RISC-V psABI likewise) and
 * assembler-local labels.
 */
const MAPPING = { arm: /^\$[atd](\.|$)/, riscv: /^\$[xd](\.|rv|$)/ } as const;

/** A symbol with what decides between several at one place. */
interface Candidate extends SymbolInfo {
  /** 0 global, 1 weak, 2 local. */
  readonly binding: 0 | 1 | 2;
  /** Where its section ends; undefined for absolute symbols, which are numbers rather than places. */
  readonly sectionEnd: number | undefined;
}

function fields(view: DataView, at: number, width: 32 | 64) {
  const name = view.getUint32(at, true);
  if (width === 64) {
    const value = Number(view.getBigUint64(at + 8, true));
    const size = Number(view.getBigUint64(at + 16, true));
    return { name, value, size, info: view.getUint8(at + 4), section: view.getUint16(at + 6, true) };
  }
  const value = view.getUint32(at + 4, true);
  const size = view.getUint32(at + 8, true);
  return { name, value, size, info: view.getUint8(at + 12), section: view.getUint16(at + 14, true) };
}

/** C++ names can be long; a damaged name table must not make every name as long as the table. */
const MAX_NAME = 4096;

function text(names: Uint8Array, offset: number): string {
  const bytes = names.subarray(offset, offset + MAX_NAME);
  const end = bytes.indexOf(0);
  return Buffer.from(bytes.subarray(0, end < 0 ? bytes.length : end)).toString('utf8');
}

function kindOf(type: number): SymbolInfo['kind'] {
  if (type === STT_FUNC || type === STT_GNU_IFUNC) return 'function';
  return type === STT_OBJECT ? 'object' : 'other';
}

function readSymbol(image: ElfImage, view: DataView, at: number, names: Uint8Array): Candidate | undefined {
  const { name: offset, value, size, info, section } = fields(view, at, image.class);
  const type = info & 15;
  if (section === SHN_UNDEF || type === STT_SECTION || type === STT_FILE || type === STT_TLS) return undefined;
  if (offset === 0 || offset >= names.length) return undefined;
  const name = text(names, offset);
  if (name === '' || name.startsWith('.L') || MAPPING[image.machine].test(name)) return undefined;
  const kind = kindOf(type);
  const bind = info >>> 4;
  const home = section < SHN_LORESERVE ? image.sections[section] : undefined;
  return {
    name,
    address: image.machine === 'arm' && kind === 'function' && value % 2 === 1 ? value - 1 : value,
    size,
    kind,
    global: bind === STB_GLOBAL || bind === STB_WEAK,
    binding: bind === STB_GLOBAL ? 0 : bind === STB_WEAK ? 1 : 2,
    sectionEnd: home ? home.address + home.size : undefined,
  };
}

function readTable(image: ElfImage, table: ElfSection): Candidate[] {
  const bytes = table.data;
  const names = image.sections[table.link]?.data ?? new Uint8Array();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entry = image.class === 64 ? 24 : 16;
  const found: Candidate[] = [];
  for (let at = 0; at + entry <= bytes.length; at += entry) {
    const symbol = readSymbol(image, view, at, names);
    if (symbol) found.push(symbol);
  }
  return found.sort((a, b) => a.address - b.address || a.binding - b.binding);
}

const KIND_ORDER = { function: 0, object: 1, other: 2 } as const;

/**
 * Which of the symbols at one address names it best: functions, then variables, then labels; of these global, weak,
 * local. But where several weak names share local code, they are aliases (unused interrupt handlers) of what was
 * written there, and that is meant.
 */
function best(at: readonly Candidate[]): Candidate {
  const weak = at.filter((one) => one.binding === 1);
  const written = at.find((one) => one.binding === 2 && one.kind !== 'object');
  if (weak.length > 1 && written && !at.some((one) => one.binding === 0)) return written;
  const rank = (one: Candidate) => 3 * KIND_ORDER[one.kind] + one.binding;
  return at.reduce((a, b) => (rank(b) < rank(a) || (rank(b) === rank(a) && b.size > a.size) ? b : a));
}

/** A stretch of addresses that one symbol names. */
interface Place {
  readonly symbol: SymbolInfo;
  readonly end: number;
}

/**
 * Sizeless symbols reach to the next symbol or the end of their section, whichever comes first; a sizeless label inside
 * a function that has a size is a jump target of that function, and names nothing.
 */
function places(sorted: readonly Candidate[]): Place[] {
  const located = sorted.filter((one) => one.sectionEnd !== undefined && one.address < one.sectionEnd);
  const found: Place[] = [];
  let functionEnd = 0;
  for (let i = 0; i < located.length; ) {
    const { address } = located[i]!;
    let next = i + 1;
    while (next < located.length && located[next]!.address === address) next++;
    const symbol = best(located.slice(i, next));
    i = next;
    if (symbol.kind === 'other' && symbol.size === 0 && address < functionEnd) continue;
    const follower = located[next]?.address ?? Number.POSITIVE_INFINITY;
    const end = symbol.size > 0 ? address + symbol.size : Math.min(follower, symbol.sectionEnd!);
    if (symbol.kind === 'function') functionEnd = Math.max(functionEnd, end);
    found.push({ symbol, end });
  }
  return found;
}

/** How many symbols one inside another are looked through for the one that holds an address. */
const MAX_NESTING = 16;

/**
 * The symbols of an image, read at the first question. C++ names stay as the linker has them (mangled). Stripped images
 * have none.
 */
export class SymbolTable {
  readonly #image: ElfImage;
  #all: readonly Candidate[] | undefined;
  #byName: Map<string, Candidate> | undefined;
  #places: readonly Place[] | undefined;

  constructor(image: ElfImage) {
    this.#image = image;
  }

  /** Every symbol by address; mapping symbols, file names and assembler-local labels are left out. */
  get all(): readonly SymbolInfo[] {
    return this.#symbols();
  }

  #symbols(): readonly Candidate[] {
    const table = this.#image.sections.find((one) => one.type === 'symtab');
    this.#all ??= table ? readTable(this.#image, table) : [];
    return this.#all;
  }

  /** The symbol of that name: the global one, else the weak one, else the first by address of several local ones. */
  find(name: string): SymbolInfo | undefined {
    if (!this.#byName) {
      this.#byName = new Map();
      for (const one of this.#symbols()) {
        const known = this.#byName.get(one.name);
        if (!known || one.binding < known.binding) this.#byName.set(one.name, one);
      }
    }
    return this.#byName.get(name);
  }

  /** The symbol that `address` lies in, and how many bytes into it. */
  at(address: number): { symbol: SymbolInfo; offset: number } | undefined {
    this.#places ??= places(this.#symbols());
    let low = 0;
    let high = this.#places.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#places[middle]!.symbol.address <= address) low = middle + 1;
      else high = middle;
    }
    // Behind a symbol that ended (a second entry point), the function around it may go on.
    for (let i = low - 1; i >= Math.max(0, low - MAX_NESTING); i--) {
      const { symbol, end } = this.#places[i]!;
      if (address < end) return { symbol, offset: address - symbol.address };
    }
    return undefined;
  }

  /** Up to three names that `name` may be a misspelling of, closest first. */
  similar(name: string): string[] {
    return closest(
      name,
      this.#symbols().map((one) => one.name),
    );
  }
}
