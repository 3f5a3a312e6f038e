import { IMMEDIATE } from '../../src/emu/cpu/riscv/immediates.js';
import { rv32imac, rv64gc } from '../../src/emu/cpu/riscv/isa.js';
import { SINK, type Xlen } from '../../src/emu/cpu/riscv/x-registers.js';
import { Decoder } from '../../src/emu/isa/decoder.js';
import type { Fields, Isa, Row } from '../../src/emu/isa/instruction.js';
import { ASM, type Assembler, type Encoded, encode, immediate, mnemonicOf } from '../differential/riscv-encode.js';
import { place } from '../differential/riscv-frame.js';
import type { Random } from '../differential/thumb-program.js';
import { writtenRegisters } from './written-registers.js';

/** What programs of one width are made of: all instructions but those of F, D and bit manipulation. */
export class Ground {
  readonly xlen: Xlen;
  readonly isa: Isa;
  readonly asm: Assembler;
  readonly rows: readonly Row[];
  readonly #named: ReadonlyMap<string, Row>;
  readonly #decoder: Decoder;

  constructor(xlen: Xlen) {
    this.xlen = xlen;
    this.isa = xlen === 64 ? rv64gc : rv32imac;
    this.asm = ASM[xlen];
    this.rows = this.isa.rows.filter(({ guard }) => guard === undefined);
    this.#named = new Map(this.rows.map((row) => [mnemonicOf(row), row]));
    this.#decoder = new Decoder(this.isa);
  }

  has(mnemonic: string): boolean {
    return this.#named.has(mnemonic);
  }
  row(mnemonic: string): Row {
    return this.#named.get(mnemonic)!;
  }
  withTiming(...timings: readonly string[]): readonly Row[] {
    return this.rows.filter(({ timing }) => timings.includes(timing));
  }
  isRow(row: Row, word: number): boolean {
    return this.#decoder.decode(word & 0xffff, word >>> 16)?.row === row;
  }
}

/** Writes instructions one behind the other. */
export class RiscvWriter {
  readonly ground: Ground;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #base: number;
  address: number;

  constructor(ground: Ground, base: number, size: number, address: number) {
    this.ground = ground;
    this.bytes = new Uint8Array(size);
    this.#base = base;
    this.address = address;
  }

  put(...list: readonly Encoded[]): void {
    this.address = this.#base + place(new DataView(this.bytes.buffer), this.address - this.#base, list);
  }
  /** A word into a register, whose upper half is zero: `setBytes` of instructions. */
  set(register: number, value: number): void {
    const { asm, xlen } = this.ground;
    this.put(...asm.li(register, value));
    if (xlen === 64) this.put(asm.slli(register, register, 32), asm.make('srli', { d: register, s: register, i: 32 }));
  }
  get setBytes(): number {
    return this.ground.xlen === 64 ? 16 : 8;
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
  readonly out: RiscvWriter;
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
    if ((row.when && !row.when(fields)) || !accept(fields) || !out.ground.isRow(row, encode(row, fields).word))
      continue;
    const written = writtenRegisters(out.ground.isa, row, fields, out.address);
    if (written.every((register) => register === SINK || free.has(register))) return fields;
  }
  return undefined;
}

/** A free register other than those given. */
export const freeRegister = ({ random, free }: Task, taken: readonly number[] = []): number =>
  random.pick([...free].filter((register) => !taken.includes(register)));

const LAYOUTS = { B: IMMEDIATE.B, J: IMMEDIATE.J, CB: IMMEDIATE.CB, CJ: IMMEDIATE.CJ } as const;

/** False, and nothing emitted, where the branch does not reach so far. */
export function emitBranch(out: RiscvWriter, row: Row, target: number, fields: Fields): boolean {
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
