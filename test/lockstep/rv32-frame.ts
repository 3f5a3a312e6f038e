import { rv32imac } from '../../src/emu/cpu/riscv/isa.js';
import { asm, mnemonicOf } from '../differential/riscv-encode.js';
import type { Random } from '../differential/thumb-program.js';
import * as MAP from './rv32-map.js';
import { emitBranch, type Rv32Writer } from './rv32-task.js';

/**
 * What stands around the random tasks: start and trap handler. The handler goes on behind an instruction that trapped, or at
 * the end of the task where there is none; interrupts arm the timer anew and end a task that takes too long.
 */

const MOST_TICKS = 64;
const MIE = 8;
/** mie: machine timer and software interrupts. */
const MTIE_MSIE = 0x88;
const { x7, x8, x9, traps, recover, ticks, taskTicks } = MAP.OFFSET;

export function writeFrame(out: Rv32Writer, random: Random, first: number): void {
  out.address = MAP.RAM;
  out.set(5, MAP.HANDLER);
  out.put(asm.csrw('mtvec', 5));
  out.set(5, MAP.AREA);
  out.put(asm.csrw('mscratch', 5));
  out.set(5, MAP.MTIMECMP);
  out.put(asm.addi(6, 0, 200), asm.sw(6, 5, 0), asm.sw(0, 5, 4));
  out.put(asm.addi(5, 0, MTIE_MSIE), asm.csrw('mie', 5), asm.addi(5, 0, MIE), asm.csrs('mstatus', 5));
  out.set(5, first);
  out.put(asm.jalr(0, 5, 0));
  out.address = MAP.HANDLER;
  writeHandler(out, 3 + random.below(random.chance(0.3) ? 20 : 300));
}

/** Adds one to a word of the area at x6 and leaves it in x7. */
function countUp(out: Rv32Writer, offset: number): void {
  out.put(asm.lw(7, 6, offset), asm.addi(7, 7, 1), asm.sw(7, 6, offset));
}

function writeHandler(out: Rv32Writer, interval: number): void {
  out.put(asm.csrrw(6, 'mscratch', 6), asm.sw(7, 6, x7), asm.sw(8, 6, x8), asm.sw(9, 6, x9));
  countUp(out, traps);
  out.put(asm.csrr(7, 'mcause'));
  const toInterrupt = later(out, 'blt', 7, 0);
  out.put(asm.csrr(7, 'mepc'));
  out.set(8, -MAP.CODE | 0);
  out.put(asm.add(8, 7, 8));
  out.set(9, MAP.CODE_SIZE);
  const toRecover = later(out, 'bgeu', 8, 9);
  out.put(asm.lhu(8, 7, 0), asm.andi(8, 8, 3), asm.addi(8, 8, -3), asm.sltiu(8, 8, 1), asm.slli(8, 8, 1));
  out.put(asm.add(7, 7, 8), asm.addi(7, 7, 2), asm.csrw('mepc', 7));
  const toOut = later(out, 'beq', 0, 0);
  toInterrupt();
  writeInterrupt(out, interval);
  countUp(out, taskTicks);
  out.put(asm.sltiu(7, 7, MOST_TICKS));
  const toOutEarly = later(out, 'bne', 7, 0);
  toRecover();
  out.put(asm.lw(7, 6, recover), asm.csrw('mepc', 7));
  toOut();
  toOutEarly();
  out.put(asm.lw(7, 6, x7), asm.lw(8, 6, x8), asm.lw(9, 6, x9), asm.csrrw(6, 'mscratch', 6), asm.mret());
}

/** The next timer interrupt after an interval that varies, and no software interrupt any more. */
function writeInterrupt(out: Rv32Writer, interval: number): void {
  countUp(out, ticks);
  out.put(asm.andi(7, 7, 31), asm.addi(7, 7, interval));
  out.set(8, MAP.MTIME);
  out.put(asm.lw(9, 8, 0), asm.add(9, 9, 7));
  out.set(8, MAP.MTIMECMP);
  out.put(asm.sw(9, 8, 0), asm.sw(0, 8, 4));
  out.set(8, MAP.MSIP);
  out.put(asm.sw(0, 8, 0));
}

/** Room for a branch; what this gives leads it to where the writer is then. */
function later(out: Rv32Writer, name: string, s: number, t: number): () => void {
  const row = rv32imac.rows.find((candidate) => mnemonicOf(candidate) === name)!;
  const at = out.address;
  out.address += 4;
  return () => {
    const target = out.address;
    out.at(at, () => emitBranch(out, row, target, { s, t }));
  };
}
