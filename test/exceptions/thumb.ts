/** Thumb encodings that the exception tests are written in (Arm DDI 0403E, A7.7), as halfwords. */

export type Code = readonly number[];

/** MOVW then MOVT: any word into a register (T3, T1). */
export function mov32(rd: number, value: number): Code {
  const half = (opcode: number, imm: number): Code => [
    opcode | (((imm >>> 11) & 1) << 10) | (imm >>> 12),
    (((imm >>> 8) & 7) << 12) | (rd << 8) | (imm & 0xff),
  ];
  return [...half(0xf240, value & 0xffff), ...half(0xf2c0, value >>> 16)];
}
export const movs = (rd: number, imm: number): Code => [0x2000 | (rd << 8) | imm];
export const adds = (rd: number, imm: number): Code => [0x3000 | (rd << 8) | imm];
export const subs = (rd: number, imm: number): Code => [0x3800 | (rd << 8) | imm];
export const movRegister = (rd: number, rm: number): Code => [0x4600 | ((rd & 8) << 4) | (rm << 3) | (rd & 7)];
export const ldr = (rt: number, rn: number, offset = 0): Code => [0x6800 | ((offset >> 2) << 6) | (rn << 3) | rt];
export const str = (rt: number, rn: number, offset = 0): Code => [0x6000 | ((offset >> 2) << 6) | (rn << 3) | rt];
export const ldrb = (rt: number, rn: number, offset = 0): Code => [0x7800 | (offset << 6) | (rn << 3) | rt];
export const strb = (rt: number, rn: number, offset = 0): Code => [0x7000 | (offset << 6) | (rn << 3) | rt];
export const ldrh = (rt: number, rn: number, offset = 0): Code => [0x8800 | ((offset >> 1) << 6) | (rn << 3) | rt];
export const bx = (rm: number): Code => [0x4700 | (rm << 3)];
export const svc = (imm: number): Code => [0xdf00 | imm];
export const bkpt = (imm: number): Code => [0xbe00 | imm];
export const udf = (imm: number): Code => [0xde00 | imm];
export const nop: Code = [0xbf00];
export const wfi: Code = [0xbf30];
export const wfe: Code = [0xbf20];
export const sev: Code = [0xbf40];
export const cpsid = (masks: 'i' | 'f'): Code => [0xb670 | (masks === 'i' ? 2 : 1)];
export const cpsie = (masks: 'i' | 'f'): Code => [0xb660 | (masks === 'i' ? 2 : 1)];
export const mrs = (rd: number, sysm: number): Code => [0xf3ef, 0x8000 | (rd << 8) | sysm];
export const msr = (sysm: number, rn: number, mask = 2): Code => [0xf380 | rn, 0x8000 | (mask << 10) | sysm];
export const udiv = (rd: number, rn: number, rm: number): Code => [0xfbb0 | rn, 0xf0f0 | (rd << 8) | rm];
export const isb: Code = [0xf3bf, 0x8f6f];
export const ldrex = (rt: number, rn: number): Code => [0xe850 | rn, (rt << 12) | 0xf00];
export const strex = (rd: number, rt: number, rn: number): Code => [0xe840 | rn, (rt << 12) | (rd << 8)];
/** ITTT with condition `cond` (0–15). */
export const ittt = (cond: number): Code => [0xbf00 | (cond << 4) | (cond & 1 ? 0xe : 0x2)];
/** A branch to itself. */
export const stay: Code = [0xe7fe];
/** VADD.F32 s0, s0, s0: an instruction of coprocessor 10. */
export const vadd: Code = [0xee30, 0x0a00];

/** Stores a word to an address; uses r0 and r1. */
export const poke = (address: number, value: number): Code => [...mov32(0, address), ...mov32(1, value), ...str(1, 0)];
/** Stores a byte to an address; uses r0 and r1. */
export const pokeByte = (address: number, value: number): Code => [
  ...mov32(0, address),
  ...movs(1, value),
  ...strb(1, 0),
];
/** Copies a register to an address; uses r0. */
export const save = (address: number, register: number): Code => [...mov32(0, address), ...str(register, 0)];

/** SYSm numbers of MRS and MSR. */
export const SYSM = {
  APSR: 0,
  IPSR: 5,
  EPSR: 6,
  XPSR: 3,
  MSP: 8,
  PSP: 9,
  PRIMASK: 16,
  BASEPRI: 17,
  BASEPRI_MAX: 18,
  FAULTMASK: 19,
  CONTROL: 20,
} as const; // prettier-ignore
