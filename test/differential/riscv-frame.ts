import { EXCEPTION } from '../../src/emu/cpu/riscv/trap-causes.js';
import type { Xlen } from '../../src/emu/cpu/riscv/x-registers.js';
import { ASM, type Encoded } from './riscv-encode.js';

/**
 * What stands around the random instructions: a start that sets the hart up, and a trap handler that writes one record
 * for every trap. ECALL ends each group of random instructions, so the log holds all registers at every group's end.
 */
export const FRAME = {
  ram: 0x8000_0000,
  handler: 0x8000_0400,
  code: 0x8000_1000,
  /** Loads and stores of the random instructions go here. */
  scratch: 0x8300_0000,
  scratchSize: 0x2000,
  log: 0x8400_0000,
  /** Addresses where the board has nothing. */
  nowhere: [0x1800_0000, 0x9000_0000, 0x0000_0400],
  /** QEMU puts its device tree here. */
  compared: 0x87e0_0000,
} as const;

/** One record of the log, in registers: x1–x31 at 1–31, then these. */
export const RECORD = { registers: 36, mcause: 32, mepc: 33, mtval: 34, mstatus: 35 } as const;

const RA = 1;
const FINISHER = 0x10_0000;
const PASS = 0x5555;
const MSIP = 0x200_0000;
/** mie.MSIE. */
export const MSIE = 8;

/** Sets trap vector, log pointer and a pending but masked software interrupt (so that WFI does not wait), then jumps to the code. */
export function start(xlen: Xlen): Encoded[] {
  const asm = ASM[xlen];
  const list = [
    ...asm.address(1, FRAME.handler),
    asm.csrw('mtvec', 1),
    ...asm.address(1, FRAME.log),
    asm.csrw('mscratch', 1),
    ...asm.li(1, MSIP),
    asm.addi(2, 0, 1),
    asm.sw(2, 1, 0),
    asm.addi(2, 0, MSIE),
    asm.csrw('mie', 2),
    ...Array.from({ length: 31 }, (_, i) => asm.li(i + 1, Math.imul(i + 1, 0x0123_4567))).flat(),
  ];
  return [...list, asm.jal(0, FRAME.code - FRAME.ram - 4 * list.length)];
}

/** Logs all registers, cause, pc, value and status; goes on after the instruction, after a failed fetch where ra points. */
export function handler(xlen: Xlen): Encoded[] {
  const asm = ASM[xlen];
  const size = xlen / 8;
  const bytes = size * RECORD.registers;
  const registers = Array.from({ length: 30 }, (_, i) => i + 2);
  return [
    asm.csrrw(RA, 'mscratch', RA),
    ...registers.map((n) => asm.store(n, RA, size * n)),
    asm.csrr(2, 'mscratch'),
    asm.store(2, RA, size * RA),
    asm.csrr(3, 'mcause'),
    asm.store(3, RA, size * RECORD.mcause),
    asm.csrr(4, 'mepc'),
    asm.store(4, RA, size * RECORD.mepc),
    // after EBREAK mtval may hold the address of the instruction, as here, or 0, as in QEMU 7.2 (Priv 3.1.16)
    asm.addi(7, 3, -EXCEPTION.breakpoint),
    asm.beq(7, 0, 8),
    asm.jal(0, 8),
    asm.csrw('mtval', 0),
    asm.csrr(5, 'mtval'),
    asm.store(5, RA, size * RECORD.mtval),
    asm.csrr(6, 'mstatus'),
    asm.store(6, RA, size * RECORD.mstatus),
    asm.addi(8, 2, 0),
    asm.addi(7, 0, 1),
    asm.beq(3, 7, 32),
    asm.lhu(7, 4, 0),
    asm.andi(7, 7, 3),
    asm.addi(7, 7, -3),
    asm.sltiu(7, 7, 1),
    asm.slli(7, 7, 1),
    asm.add(4, 4, 7),
    asm.addi(8, 4, 2),
    asm.csrw('mepc', 8),
    asm.addi(RA, RA, bytes),
    asm.csrw('mscratch', RA),
    ...registers.map((n) => asm.load(n, RA, size * n - bytes)),
    asm.load(RA, RA, size * RA - bytes),
    asm.mret(),
  ];
}

/** Tells the test finisher that all is well; it ends the run. */
export function finish(xlen: Xlen): Encoded[] {
  const asm = ASM[xlen];
  return [...asm.li(1, FINISHER), ...asm.li(2, PASS), asm.sw(2, 1, 0), asm.jal(0, 0)];
}

/** Writes instructions into the image, `at` being the byte offset; gives the offset behind them. */
export function place(image: DataView, at: number, list: readonly Encoded[]): number {
  let offset = at;
  for (const { word, length } of list) {
    if (length === 2) image.setUint16(offset, word, true);
    else image.setUint32(offset, word, true);
    offset += length;
  }
  return offset;
}
