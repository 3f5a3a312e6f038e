import { CSR, type CsrName } from '../../src/emu/cpu/riscv/csr-numbers.js';
import { fieldsOf, IMMEDIATE, type Immediate } from '../../src/emu/cpu/riscv/immediates.js';
import { rv32imac } from '../../src/emu/cpu/riscv/isa.js';
import type { Fields, Row } from '../../src/emu/isa/instruction.js';
import { insert } from '../../src/emu/isa/pattern.js';
import type { Random } from './rv32-random.js';

/** An instruction of a generated program: its bits and its length in bytes. */
export interface Encoded {
  readonly word: number;
  readonly length: 2 | 4;
}

/** `addi`, `c.lw`, `amoadd.w`: the text up to the first operand. */
export const mnemonicOf = (row: Row): string => row.text.split(/[ {]/)[0]!;

const ROWS: ReadonlyMap<string, Row> = new Map(rv32imac.rows.map((row) => [mnemonicOf(row), row]));

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

function make(mnemonic: string, registers: Fields, layout?: Immediate, value = 0): Encoded {
  const row = ROWS.get(mnemonic)!;
  return encode(row, { ...registers, ...(layout ? immediate(row, layout, value) : {}) });
}

/** The few instructions that the frame around the random ones is written with. */
export const asm = {
  addi: (d: number, s: number, value: number) => make('addi', { d, s }, IMMEDIATE.I, value),
  lui: (d: number, value: number) => make('lui', { d }, IMMEDIATE.U, value & 0xffff_f000),
  auipc: (d: number) => make('auipc', { d, i: 0 }),
  add: (d: number, s: number, t: number) => make('add', { d, s, t }),
  slli: (d: number, s: number, i: number) => make('slli', { d, s, i }),
  andi: (d: number, s: number, value: number) => make('andi', { d, s }, IMMEDIATE.I, value),
  sltiu: (d: number, s: number, value: number) => make('sltiu', { d, s }, IMMEDIATE.I, value),
  lw: (d: number, s: number, offset: number) => make('lw', { d, s }, IMMEDIATE.I, offset),
  lhu: (d: number, s: number, offset: number) => make('lhu', { d, s }, IMMEDIATE.I, offset),
  sw: (t: number, s: number, offset: number) => make('sw', { t, s }, IMMEDIATE.I, offset),
  beq: (s: number, t: number, offset: number) => make('beq', { s, t }, IMMEDIATE.B, offset),
  jal: (d: number, offset: number) => make('jal', { d }, IMMEDIATE.J, offset),
  jalr: (d: number, s: number, offset: number) => make('jalr', { d, s }, IMMEDIATE.I, offset),
  csrw: (csr: CsrName, s: number) => make('csrrw', { d: 0, c: CSR[csr], s }),
  csrc: (csr: CsrName, s: number) => make('csrrc', { d: 0, c: CSR[csr], s }),
  csrs: (csr: CsrName, s: number) => make('csrrs', { d: 0, c: CSR[csr], s }),
  csrr: (d: number, csr: CsrName) => make('csrrs', { d, c: CSR[csr], s: 0 }),
  csrrw: (d: number, csr: CsrName, s: number) => make('csrrw', { d, c: CSR[csr], s }),
  ecall: () => make('ecall', {}),
  mret: () => make('mret', {}),
  /** A whole word into a register: two instructions. */
  li: (d: number, value: number): Encoded[] => {
    const low = (value << 20) >> 20;
    return [asm.lui(d, (value - low) | 0), asm.addi(d, d, low)];
  },
};
