import type { Random } from '../differential/thumb-program.js';
import * as MAP from './riscv-map.js';
import { emitBranch, type RiscvWriter } from './riscv-task.js';

/**
 * What stands around the random tasks: start and trap handler. The handler goes on behind an instruction that trapped, or at
 * the end of the task where there is none; interrupts arm the timer anew and end a task that takes too long.
 */

const MOST_TICKS = 64;
const MIE = 8;
/** mie: machine timer and software interrupts. */
const MTIE_MSIE = 0x88;
const { x7, x8, x9, traps, recover, ticks, taskTicks } = MAP.OFFSET;

export function writeFrame(out: RiscvWriter, random: Random, first: number): void {
  const { asm } = out.ground;
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
function countUp(out: RiscvWriter, offset: number): void {
  const { asm } = out.ground;
  out.put(asm.lw(7, 6, offset), asm.addi(7, 7, 1), asm.sw(7, 6, offset));
}

function writeHandler(out: RiscvWriter, interval: number): void {
  const { asm } = out.ground;
  out.put(asm.csrrw(6, 'mscratch', 6), asm.store(7, 6, x7), asm.store(8, 6, x8), asm.store(9, 6, x9));
  countUp(out, traps);
  out.put(asm.csrr(7, 'mcause'));
  const toInterrupt = later(out, 'blt', 7, 0);
  out.put(asm.csrr(7, 'mepc'));
  out.set(8, MAP.CODE);
  out.put(asm.make('sub', { d: 8, s: 7, t: 8 }));
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
  out.put(asm.load(7, 6, recover), asm.csrw('mepc', 7));
  toOut();
  toOutEarly();
  out.put(asm.load(7, 6, x7), asm.load(8, 6, x8), asm.load(9, 6, x9), asm.csrrw(6, 'mscratch', 6), asm.mret());
}

/** The next timer interrupt after an interval that varies, and no software interrupt any more. */
function writeInterrupt(out: RiscvWriter, interval: number): void {
  const { asm } = out.ground;
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
function later(out: RiscvWriter, name: string, s: number, t: number): () => void {
  const row = out.ground.row(name);
  const at = out.address;
  out.address += 4;
  return () => {
    const target = out.address;
    out.at(at, () => emitBranch(out, row, target, { s, t }));
  };
}
