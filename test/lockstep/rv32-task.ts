import { IMMEDIATE } from '../../src/emu/cpu/riscv/immediates.js';
import { rv32imac } from '../../src/emu/cpu/riscv/isa.js';
import { SINK } from '../../src/emu/cpu/riscv/x-registers.js';
import { Decoder } from '../../src/emu/isa/decoder.js';
import type { Fields, Row } from '../../src/emu/isa/instruction.js';
import { asm, type Encoded, encode, immediate } from '../differential/riscv-encode.js';
import { place } from '../differential/riscv-frame.js';
import type { Random } from '../differential/thumb-program.js';
import { writtenRegisters } from './written-registers.js';

/** Writes instructions one behind the other. */
export class Rv32Writer {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #base: number;
  address: number;

  constructor(base: number, size: number, address: number) {
    this.bytes = new Uint8Array(size);
    this.#base = base;
    this.address = address;
  }

  put(...list: readonly Encoded[]): void {
    this.address = this.#base + place(new DataView(this.bytes.buffer), this.address - this.#base, list);
  }
  /** A whole word into a register: two instructions of 4 bytes. */
  set(register: number, value: number): void {
    this.put(...asm.li(register, value));
  }
  word(value: number): void {
    new DataView(this.bytes.buffer).setUint32(this.address - this.#base, value, true);
    this.address += 4;
  }
  /** Runs `write` with the address set back to one left free before. */
  at(address: number, write: () => void): void {
    const now = this.address;
    this.address = address;
    write();
    this.address = now;
  }
}

/** A place that is not known yet: called with its address once it is. */
export type Fixup = (target: number) => void;

/** What random instructions of one task are made with. */
export interface Task {
  readonly out: Rv32Writer;
  readonly random: Random;
  /** Registers that count what is left of loops: nothing else writes them. */
  readonly fuel: number;
  readonly counter: number;
  /** Registers that random instructions may write; x0's writes go to its sink. */
  readonly free: ReadonlySet<number>;
  readonly leaves: readonly number[];
  readonly toBlocks: Fixup[];
  readonly toEnd: Fixup[];
  readonly slots: number[];
}

const decoder = new Decoder(rv32imac);
const isRow = (row: Row, word: number): boolean => decoder.decode(word & 0xffff, word >>> 16)?.row === row;

/** Random operands of a row that write free registers only and that `accept` takes. */
export function fieldsFor(
  { random, free, out }: Task,
  row: Row,
  accept: (fields: Fields) => boolean = () => true,
  adjust: (fields: Record<string, number>) => void = () => undefined,
): Fields | undefined {
  for (let attempt = 0; attempt < 40; attempt++) {
    const fields: Record<string, number> = {};
    for (const { letter, width } of row.pattern.fields) fields[letter] = random.below(2 ** width);
    adjust(fields);
    if ((row.when && !row.when(fields)) || !accept(fields) || !isRow(row, encode(row, fields).word)) continue;
    const written = writtenRegisters(rv32imac, row, fields, out.address);
    if (written.every((register) => register === SINK || free.has(register))) return fields;
  }
  return undefined;
}

/** A free register other than those given. */
export const freeRegister = ({ random, free }: Task, taken: readonly number[] = []): number =>
  random.pick([...free].filter((register) => !taken.includes(register)));

const LAYOUTS = { B: IMMEDIATE.B, J: IMMEDIATE.J, CB: IMMEDIATE.CB, CJ: IMMEDIATE.CJ } as const;

/** False, and nothing emitted, where the branch does not reach so far. */
export function emitBranch(out: Rv32Writer, row: Row, target: number, fields: Fields): boolean {
  const token = /\{(B|J|CB|CJ)\}/.exec(row.text)![1] as keyof typeof LAYOUTS;
  const distance = (target - out.address) | 0;
  const reach = 2 ** (LAYOUTS[token].width - 1);
  if (distance < -reach || distance >= reach) return false;
  out.put(encode(row, { ...fields, ...immediate(row, LAYOUTS[token], distance) }));
  return true;
}

/** Room for a branch to a place given later; where that is too far, it is a branch to the next instruction. */
export function branchLater({ out }: Task, row: Row, fields: Fields): Fixup {
  const at = out.address;
  out.address += row.pattern.length / 8;
  return (target) =>
    out.at(at, () => {
      if (!emitBranch(out, row, target, fields)) emitBranch(out, row, at + row.pattern.length / 8, fields);
    });
}
