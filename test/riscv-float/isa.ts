import { rv32gc, rv64gc } from '../../src/emu/cpu/riscv/isa.js';
import { rvB } from '../../src/emu/cpu/riscv/rv-b.js';
import { rvD } from '../../src/emu/cpu/riscv/rv-d.js';
import { rvF } from '../../src/emu/cpu/riscv/rv-f.js';
import type { Xlen } from '../../src/emu/cpu/riscv/x-registers.js';
import { defineIsa, type Isa } from '../../src/emu/isa/instruction.js';

/** F, D and bit manipulation alone: what these tests are about, without the base instructions. */
export function floatIsa(xlen: Xlen): Isa {
  return defineIsa({
    ...(xlen === 32 ? rv32gc : rv64gc),
    name: `rv${xlen} float`,
    rows: [...rvF(xlen), ...rvD(xlen), ...rvB(xlen)],
  });
}
