import { defineIsa, type Isa } from '../../isa/instruction.js';
import { FORMATS } from './formats.js';
import { PRIVILEGED } from './privileged.js';
import { rvA } from './rv-a.js';
import { rv32C } from './rv-c.js';
import { rvI } from './rv-i.js';
import { RV32M } from './rv-m.js';
import { TAKEN_CYCLES, timing } from './timing.js';
import { zicsr } from './zicsr.js';

const RV32 = { xlen: 32, ialign: 16 } as const;

/** RV32I with M, A, C, Zicsr, Zifencei, Zicntr (whose counters are CSRs) and machine mode. */
export const rv32imac: Isa = defineIsa({
  name: 'rv32imac_zicsr_zifencei',
  rows: [...rvI(RV32), ...RV32M, ...rvA(RV32.xlen), ...rv32C(RV32), ...zicsr(RV32.xlen), ...PRIVILEGED],
  state: {
    // x0 is never written; slot 32 takes what is written to it
    registers: { count: 33, type: 'i32' },
    // the LR/SC reservation, and cycles beyond one an instruction since power-on
    scalars: { reservation: 'i32', reserved: 'i32', stalls: 'i64' },
  },
  timing,
  takenCycles: TAKEN_CYCLES,
  traps: ['ecall', 'ebreak', 'illegal', 'mret', 'sret', 'wfi', 'sfence', 'misalignedTarget'],
  helpers: {
    csr: { params: ['i32', 'i32', 'i32', 'i32'], result: 'i32' },
    fencei: { params: [], result: 'void' },
  },
  formats: FORMATS,
  linkage: { links: [1, 5], stack: 2 },
  lengthOf: (firstHalfword) => ((firstHalfword & 3) === 3 ? 4 : 2),
  join: (first, second) => (first | (second << 16)) >>> 0,
});
