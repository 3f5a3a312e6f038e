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

interface Program {
  readonly image: ElfImage;
  readonly symbols: SymbolTable;
  readonly lines: LineTable;
}

const holds = ({ segments }: ElfImage, address: number): boolean =>
  segments.some(({ virtualAddress: from, memorySize }) => address >= from && address < from + memorySize);

/** Looks places up in images; without any it knows addresses only. Nothing is read before the first question. */
export class Locator {
  readonly #programs: readonly Program[];

  /** Of a name that several images have, the first one's symbol is meant. */
  constructor(...images: readonly (ElfImage | undefined)[]) {
    this.#programs = images
      .filter((image) => image !== undefined)
      .map((image) => ({ image, symbols: new SymbolTable(image), lines: new LineTable(image) }));
  }

  /** Symbol and line of the instruction at `pc`; bit 0 (Thumb) does not matter. */
  locate(pc: number): Location {
    const even = pc - (pc % 2);
    const program = this.#programs.find(({ image }) => holds(image, even)) ?? this.#programs[0];
    const found = program?.symbols.at(even);
    return { pc, symbol: found?.symbol.name, offset: found?.offset, line: program?.lines.at(even) };
  }

  /** Every symbol by address; none without an image. */
  get symbols(): readonly SymbolInfo[] {
    const [first, ...others] = this.#programs;
    if (others.length === 0) return first?.symbols.all ?? [];
    return this.#programs.flatMap(({ symbols }) => symbols.all).sort((a, b) => a.address - b.address);
  }
  /** The symbol of a name, undefined if there is none. */
  symbol(name: string): SymbolInfo | undefined {
    for (const { symbols } of this.#programs) {
      const found = symbols.find(name);
      if (found) return found;
    }
    return undefined;
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
    const symbol = this.symbol(name);
    if (symbol) return symbol.address;
    const what = `there is no symbol '${name}' in the firmware`;
    const [program] = this.#programs;
    if (!program) {
      throw new UsageError({ what, where: 'no ELF is loaded', remedy: 'give the address as a number' });
    }
    const where = `${this.#programs.map(({ image }) => image.path).join(', ')}: .symtab`;
    if (this.symbols.length === 0) {
      const remedy = 'the ELF is stripped: give the one the linker wrote, or the address as a number';
      throw new UsageError({ what, where, remedy });
    }
    const similar = this.#programs.flatMap(({ symbols }) => symbols.similar(name));
    const unused = 'check the spelling, and that the linker kept it (an unused function or variable is dropped)';
    throw new UsageError({ what, where, remedy: similar.length > 0 ? `did you mean ${similar.join(', ')}?` : unused });
  }
}
