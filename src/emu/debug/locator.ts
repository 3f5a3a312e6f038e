/** Turns addresses into words a person knows, and names into addresses. */

import { UsageError } from '../errors.js';
import { LineTable, type SourceLine } from './dwarf-line.js';
import { type ElfImage, hexAddress } from './elf-image.js';
import { type SymbolInfo, SymbolTable } from './symbols.js';

/** A place in the program, as far as the image tells. */
export interface Location {
  readonly pc: number;
  readonly symbol?: string;
  /** Bytes from the symbol's start. */
  readonly offset?: number;
  readonly line?: SourceLine;
}

/** `0x20000000` or `536870912`. */
const NUMBER = /^(0x[0-9a-f]+|\d+)$/i;

/** Looks places up in one image; without an image it knows addresses only. Nothing is read before the first question. */
export class Locator {
  readonly #image: ElfImage | undefined;
  readonly #symbols: SymbolTable | undefined;
  readonly #lines: LineTable | undefined;

  constructor(image?: ElfImage) {
    this.#image = image;
    this.#symbols = image && new SymbolTable(image);
    this.#lines = image && new LineTable(image);
  }

  /** Symbol and line of the instruction at `pc`; bit 0 (Thumb) does not matter. */
  locate(pc: number): Location {
    const even = pc - (pc % 2);
    const found = this.#symbols?.at(even);
    return { pc, symbol: found?.symbol.name, offset: found?.offset, line: this.#lines?.at(even) };
  }

  /** Every symbol by address; none without an image. */
  get symbols(): readonly SymbolInfo[] {
    return this.#symbols?.all ?? [];
  }
  /** The symbol of a name, undefined if there is none. */
  symbol(name: string): SymbolInfo | undefined {
    return this.#symbols?.find(name);
  }

  /** `0x08001a2c wait_for_pll+0x10 (clock.c:41)`, with what is unknown left out. */
  describe(pc: number): string {
    const { symbol, offset, line } = this.locate(pc);
    const name = symbol === undefined ? '' : ` ${symbol}${offset ? `+0x${offset.toString(16)}` : ''}`;
    return `${hexAddress(pc)}${name}${line ? ` (${line.file}:${line.line})` : ''}`;
  }

  /**
   * The address of a symbol, or of a number written as text.
   * @throws UsageError when there is no such symbol, with what may have been meant
   */
  address(nameOrAddress: string | number): number {
    const value =
      typeof nameOrAddress === 'string' && NUMBER.test(nameOrAddress) ? Number(nameOrAddress) : nameOrAddress;
    if (typeof value === 'string') return this.#addressOf(value);
    if (Number.isSafeInteger(value) && value >= 0) return value;
    const remedy = 'give a whole number from 0 up, or the name of a symbol';
    throw new UsageError({ what: `${value} is not an address`, remedy });
  }

  #addressOf(name: string): number {
    const symbol = this.#symbols?.find(name);
    if (symbol) return symbol.address;
    const what = `there is no symbol '${name}' in the firmware`;
    if (!this.#symbols || !this.#image) {
      throw new UsageError({ what, where: 'no ELF is loaded', remedy: 'give the address as a number' });
    }
    const where = `${this.#image.path}: .symtab`;
    if (this.#symbols.all.length === 0) {
      const remedy = 'the ELF is stripped: give the one the linker wrote, or the address as a number';
      throw new UsageError({ what, where, remedy });
    }
    const similar = this.#symbols.similar(name);
    const unused = 'check the spelling, and that the linker kept it (an unused function or variable is dropped)';
    throw new UsageError({ what, where, remedy: similar.length > 0 ? `did you mean ${similar.join(', ')}?` : unused });
  }
}
