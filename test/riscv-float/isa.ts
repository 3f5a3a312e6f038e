import { BIT_FORMATS } from '../../src/emu/cpu/riscv/bit-row.js';
import { FLOAT } from '../../src/emu/cpu/riscv/float-extension.js';
import { FLOAT_CYCLES } from '../../src/emu/cpu/riscv/float-timing.js';
import { rv32imac } from '../../src/emu/cpu/riscv/isa.js';
import { rvB } from '../../src/emu/cpu/riscv/rv-b.js';
import { rvD } from '../../src/emu/cpu/riscv/rv-d.js';
import { rvF } from '../../src/emu/cpu/riscv/rv-f.js';
import { timing } from '../../src/emu/cpu/riscv/timing.js';
import type { Xlen } from '../../src/emu/cpu/riscv/x-registers.js';
import { defineIsa, type Isa } from '../../src/emu/isa/instruction.js';

/** F, D and bit manipulation alone: what these tests are about, without the base instructions. */
export function floatIsa(xlen: Xlen): Isa {
  const cycles: Readonly<Record<string, number>> = FLOAT_CYCLES;
  return defineIsa({
    ...rv32imac,
    name: `rv${xlen} float`,
    rows: [...rvF(xlen), ...rvD(xlen), ...rvB(xlen)],
    state: {
      registers: xlen === 64 ? { count: 65, type: 'i64' } : { count: 97, type: 'i32' },
      scalars: { ...rv32imac.state.scalars, ...FLOAT.scalars, zb: 'i32' },
    },
    timing: (o, row, f) => cycles[row.timing] ?? timing(o, row, f),
    helpers: FLOAT.helpers,
    functions: FLOAT.functions,
    formats: { ...rv32imac.formats, ...FLOAT.formats, ...BIT_FORMATS },
  });
}
