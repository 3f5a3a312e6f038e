import { armv7em } from '../../src/emu/cpu/armv7m/isa.js';
import { assemble, encode } from '../../src/emu/isa/disassembler.js';
import type { Fields, Row } from '../../src/emu/isa/instruction.js';

/** Writes instructions one behind the other. */
export class ProgramWriter {
  readonly #bytes: Uint8Array;
  readonly #base: number;
  address: number;

  constructor(bytes: Uint8Array, base: number, address: number) {
    this.#bytes = bytes;
    this.#base = base;
    this.address = address;
  }

  emit(row: Row, word: number): void {
    if (row.pattern.length === 32) this.#halfword(word >>> 16);
    this.#halfword(word & 0xffff);
  }
  #halfword(value: number): void {
    this.#bytes[this.address++ - this.#base] = value & 0xff;
    this.#bytes[this.address++ - this.#base] = value >>> 8;
  }
  /** An instruction by its row's text and its operands. */
  put(text: string, fields: Fields = {}): void {
    const row = rowNamed(text);
    this.emit(row, encode(row, fields)!);
  }
  /** `movw` and `movt`: a word into a register. */
  setWord(d: number, value: number): void {
    this.put('movw {d}, {imm16}', { d, j: (value >>> 12) & 15, i: value & 0xfff });
    this.put('movt {d}, {imm16}', { d, j: (value >>> 28) & 15, i: (value >>> 16) & 0xfff });
  }
  /** A line of assembly. */
  line(text: string): void {
    const [found] = assemble(armv7em, text, this.address);
    if (!found) throw new Error(`cannot assemble '${text}'`);
    this.emit(found.row, found.word);
  }
  word(value: number): void {
    for (let i = 0; i < 4; i++) this.#bytes[this.address++ - this.#base] = value >>> (8 * i);
  }
  bytes(...values: readonly number[]): void {
    for (const value of values) this.#bytes[this.address++ - this.#base] = value;
  }
  /** Runs `write` with the address set back to one left free before. */
  at(address: number, write: () => void): void {
    const now = this.address;
    this.address = address;
    write();
    this.address = now;
  }
}

const named = new Map<string, Row>();
export function rowNamed(text: string): Row {
  const known = named.get(text);
  if (known) return known;
  const row = armv7em.rows.find((candidate) => candidate.text === text);
  if (!row) throw new Error(`no row '${text}'`);
  named.set(text, row);
  return row;
}

/** A seeded generator (xorshift32), so that every run tests the same programs. */
export class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = seed * 0x9e37_79b1 || 1;
    for (let i = 0; i < 8; i++) this.word();
  }
  /** 32 random bits, unsigned. */
  word(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return x >>> 0;
  }
  below(limit: number): number {
    return Math.floor((this.word() / 2 ** 32) * limit);
  }
  chance(probability: number): boolean {
    return this.word() < probability * 2 ** 32;
  }
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** One of these, as often as its weight says. */
  weighted<T>(items: readonly (readonly [weight: number, item: T])[]): T {
    const total = items.reduce((sum, [weight]) => sum + weight, 0);
    let at = (this.below(1000) / 1000) * total;
    for (const [weight, item] of items) {
      at -= weight;
      if (at < 0) return item;
    }
    return items.at(-1)![1];
  }
}
