import { FAR } from '../../isa/crossing.js';
import { defineIsa, type HelperSignature, type Isa } from '../../isa/instruction.js';
import type { Type } from '../../isa/ir.js';
import { BIT_EXTENSIONS, BIT_FORMATS } from './bit-row.js';
import type { JumpOptions } from './control-transfer.js';
import { FLOAT } from './float-extension.js';
import { FORMATS } from './formats.js';
import { PRIVILEGED } from './privileged.js';
import { rvA } from './rv-a.js';
import { rvB } from './rv-b.js';
import { rvC } from './rv-c.js';
import { rvD } from './rv-d.js';
import { rvF } from './rv-f.js';
import { rvI } from './rv-i.js';
import { rvM } from './rv-m.js';
import { TAKEN_CYCLES, timing } from './timing.js';
import type { Xlen } from './x-registers.js';
import { zicsr } from './zicsr.js';

const RV32 = { xlen: 32, ialign: 16 } as const;
const RV64 = { xlen: 64, ialign: 16 } as const;

const COMMON = {
  timing,
  takenCycles: TAKEN_CYCLES,
  formats: FORMATS,
  linkage: { links: [1, 5], stack: 2 },
  lengthOf: (firstHalfword: number) => ((firstHalfword & 3) === 3 ? 4 : 2),
  join: (first: number, second: number) => (first | (second << 16)) >>> 0,
} as const;

const TRAPS = ['ecall', 'ebreak', 'illegal', 'mret', 'sret', 'wfi', 'sfence', 'misalignedTarget'];

/** The LR/SC reservation, and cycles beyond one an instruction since power-on. */
const reservation = (xlen: Xlen): Record<string, Type> => ({
  reservation: xlen === 64 ? 'i64' : 'i32',
  reserved: 'i32',
  stalls: 'i64',
});

/** What a hart may lack: its instructions are illegal while a scalar is 0. */
const EXTENSIONS: Readonly<Record<string, Type>> = {
  ...FLOAT.scalars,
  ...Object.fromEntries(BIT_EXTENSIONS.map((name) => [name, 'i32'])),
};
const extensionRows = (xlen: Xlen) => [...rvF(xlen), ...rvD(xlen), ...rvB(xlen)];
const baseRows = (options: JumpOptions) => {
  const { xlen } = options;
  return [...rvI(options), ...rvM(xlen), ...rvA(xlen), ...rvC(options), ...zicsr(xlen), ...PRIVILEGED];
};
const EXTENDED = { functions: FLOAT.functions, formats: { ...FORMATS, ...FLOAT.formats, ...BIT_FORMATS } } as const;

const helpers = (xlen: Xlen): Readonly<Record<string, HelperSignature>> => ({
  csr: { params: ['i32', 'i32', 'i32', ...(xlen === 64 ? (['i32'] as const) : []), 'i32'], result: 'i32' },
  fencei: { params: [], result: 'void' },
  waits: { params: [], result: 'i32' },
});

/** RV32I with M, A, C, Zicsr, Zifencei, Zicntr (whose counters are CSRs) and machine mode. */
export const rv32imac: Isa = defineIsa({
  ...COMMON,
  name: 'rv32imac_zicsr_zifencei',
  rows: () => baseRows(RV32),
  // x0 is never written; slot 32 takes what is written to it
  state: { registers: { count: 33, type: 'i32' }, scalars: reservation(32) },
  traps: TRAPS,
  helpers: helpers(32),
});

/** The same with F, D, Zba, Zbb, Zbc and Zbs. f registers follow the sink: two words each. */
export const rv32gc: Isa = defineIsa({
  ...COMMON,
  ...EXTENDED,
  name: 'rv32gc_zba_zbb_zbc_zbs',
  rows: () => [...rv32imac.rows, ...extensionRows(32)],
  state: { registers: { count: 33 + 64, type: 'i32' }, scalars: { ...reservation(32), ...EXTENSIONS } },
  traps: TRAPS,
  helpers: { ...helpers(32), ...FLOAT.helpers },
  paging: true,
});

/** RV64I with the same. `csrHigh` is the high word of what the helper `csr` gives. */
export const rv64gc: Isa = defineIsa({
  ...COMMON,
  ...EXTENDED,
  name: 'rv64gc_zba_zbb_zbc_zbs',
  rows: () => [...baseRows(RV64), ...extensionRows(64)],
  state: {
    registers: { count: 33 + 32, type: 'i64' },
    scalars: { ...reservation(64), [FAR.target]: 'i64', csrHigh: 'i32', ...EXTENSIONS },
  },
  traps: [...TRAPS, FAR.trap],
  helpers: { ...helpers(64), ...FLOAT.helpers },
  paging: true,
});
