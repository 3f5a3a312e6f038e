import { CSR, type CsrName } from '../../src/emu/cpu/riscv/csr-numbers.js';
import { fieldsOf, IMMEDIATE, type Immediate } from '../../src/emu/cpu/riscv/immediates.js';
import { rv32imac, rv64gc } from '../../src/emu/cpu/riscv/isa.js';
import type { Xlen } from '../../src/emu/cpu/riscv/x-registers.js';
import type { Fields, Row } from '../../src/emu/isa/instruction.js';
import { insert } from '../../src/emu/isa/pattern.js';
import type { Random } from './riscv-random.js';

/** An instruction of a generated program: its bits and its length in bytes. */
export interface Encoded {
  readonly word: number;
  readonly length: 2 | 4;
  /** A word that is loaded, and jumped over. */
  readonly isData?: boolean;
}

/** `addi`, `c.lw`, `amoadd.w`: the text up to the first operand. */
export const mnemonicOf = (row: Row): string => row.text.split(/[ {]/)[0]!;

export function encode(row: Row, fields: Fields): Encoded {
  const word = row.pattern.fields.reduce(
    (bits, field) => insert(field, bits, fields[field.letter]!),
    row.pattern.match,
  );
  return { word, length: row.pattern.length === 16 ? 2 : 4 };
}

/** Random fields that the row accepts. */
export function randomFields(row: Row, random: Random, fixed: Fields = {}): Fields {
  for (;;) {
    const fields: Record<string, number> = {};
    for (const { letter, width } of row.pattern.fields) fields[letter] = fixed[letter] ?? random.bits(width);
    if (!row.when || row.when(fields)) return fields;
  }
}

/** The fields of an immediate that is known to fit. */
export function immediate(row: Row, layout: Immediate, value: number): Fields {
  const widths = Object.fromEntries(row.pattern.fields.map(({ letter, width }) => [letter, width]));
  const fields = fieldsOf(layout, value, widths);
  if (!fields) throw new Error(`${row.text} cannot hold ${value}`);
  return fields;
}

/** The few instructions that the frame around the random ones is written with, of one width. */
export type Assembler = ReturnType<typeof assembler>;

function assembler(xlen: Xlen) {
  const rows: ReadonlyMap<string, Row> = new Map(
    (xlen === 64 ? rv64gc : rv32imac).rows.map((row) => [mnemonicOf(row), row]),
  );
  const make = (mnemonic: string, registers: Fields, layout?: Immediate, value = 0): Encoded => {
    const row = rows.get(mnemonic)!;
    return encode(row, { ...registers, ...(layout ? immediate(row, layout, value) : {}) });
  };
  const addi = (d: number, s: number, value: number) => make('addi', { d, s }, IMMEDIATE.I, value);
  const slli = (d: number, s: number, i: number) => make('slli', { d, s, i });
  const lui = (d: number, value: number) => make('lui', { d }, IMMEDIATE.U, value & 0xffff_f000);
  /** A word into a register, sign-extended: two instructions. */
  const li = (d: number, value: number): Encoded[] => {
    const low = (value << 20) >> 20;
    return [lui(d, (value - low) | 0), addi(d, d, low)];
  };
  return {
    make,
    addi,
    slli,
    lui,
    li,
    /** A word that is not sign-extended: an address. */
    address: (d: number, value: number): Encoded[] =>
      xlen === 32 || value < 0x8000_0000
        ? li(d, value | 0)
        : [...li(d, value | 0), slli(d, d, 32), make('srli', { d, s: d, i: 32 })],
    auipc: (d: number) => make('auipc', { d, i: 0 }),
    add: (d: number, s: number, t: number) => make('add', { d, s, t }),
    andi: (d: number, s: number, value: number) => make('andi', { d, s }, IMMEDIATE.I, value),
    sltiu: (d: number, s: number, value: number) => make('sltiu', { d, s }, IMMEDIATE.I, value),
    lw: (d: number, s: number, offset: number) => make('lw', { d, s }, IMMEDIATE.I, offset),
    lhu: (d: number, s: number, offset: number) => make('lhu', { d, s }, IMMEDIATE.I, offset),
    sw: (t: number, s: number, offset: number) => make('sw', { t, s }, IMMEDIATE.I, offset),
    /** A whole register. */
    load: (d: number, s: number, offset: number) => make(xlen === 64 ? 'ld' : 'lw', { d, s }, IMMEDIATE.I, offset),
    store: (t: number, s: number, offset: number) => make(xlen === 64 ? 'sd' : 'sw', { t, s }, IMMEDIATE.I, offset),
    beq: (s: number, t: number, offset: number) => make('beq', { s, t }, IMMEDIATE.B, offset),
    bne: (s: number, t: number, offset: number) => make('bne', { s, t }, IMMEDIATE.B, offset),
    jal: (d: number, offset: number) => make('jal', { d }, IMMEDIATE.J, offset),
    jalr: (d: number, s: number, offset: number) => make('jalr', { d, s }, IMMEDIATE.I, offset),
    csrw: (csr: CsrName, s: number) => make('csrrw', { d: 0, c: CSR[csr], s }),
    csrc: (csr: CsrName, s: number) => make('csrrc', { d: 0, c: CSR[csr], s }),
    csrs: (csr: CsrName, s: number) => make('csrrs', { d: 0, c: CSR[csr], s }),
    csrr: (d: number, csr: CsrName) => make('csrrs', { d, c: CSR[csr], s: 0 }),
    csrrw: (d: number, csr: CsrName, s: number) => make('csrrw', { d, c: CSR[csr], s }),
    ecall: () => make('ecall', {}),
    mret: () => make('mret', {}),
    /** Eight bytes that stand in the code, jumped over: three instructions and two words. */
    literal: (d: number, value: bigint): Encoded[] => [
      make('auipc', { d, i: 0 }),
      make('ld', { d, s: d }, IMMEDIATE.I, 12),
      make('jal', { d: 0 }, IMMEDIATE.J, 12),
      { word: Number(BigInt.asUintN(32, value)), length: 4, isData: true },
      { word: Number(BigInt.asUintN(32, value >> 32n)), length: 4, isData: true },
    ],
  };
}

export const asm = assembler(32);
export const ASM: Readonly<Record<Xlen, Assembler>> = { 32: asm, 64: assembler(64) };
