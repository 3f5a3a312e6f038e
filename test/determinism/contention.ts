import { rv32imac, rv64gc } from '../../src/emu/cpu/riscv/isa.js';
import type { Xlen } from '../../src/emu/cpu/riscv/x-registers.js';
import { program } from '../riscv/guest.js';
import { clusterWires, machineOf, RAM } from '../riscv/harts.js';

/** Times that each hart has each lock. */
export const ROUNDS = 120;
const SHARED = RAM + 0x2000;
/** Offsets of the words that count in the three ways. */
const COUNTED = [8, 24, 28];

/**
 * All harts want the same locks at the same time: one by LR and SC, one by tickets of AMOADD, and a word that is counted by LR and SC
 * alone. The first lock is kept for longer or shorter, mostly at the end of a hart's turn, too.
 */
const SOURCE = `
    auipc s0,0x2
    csrrs s1,mhartid,zero
    addi s2,s1,1
    addi s5,zero,${ROUNDS}
  again:
  lock:
    lr.w t1,(s0)
    bne t1,zero,lock
    addi t2,zero,1
    sc.w t1,t2,(s0)
    bne t1,zero,lock
    lw t1,8(s0)
    addi t1,t1,1
    sw t1,8(s0)
    lw t1,12(s0)
    slli t2,t1,5
    add t1,t1,t2
    add t1,t1,s2
    sw t1,12(s0)
    slli t0,s2,2
    add s2,s2,t0
    addi s2,s2,13
    andi t0,s2,31
  pause:
    addi t0,t0,-1
    bge t0,zero,pause
    amoswap.w zero,zero,(s0)
    addi s4,s0,16
    addi t2,zero,1
    amoadd.w t3,t2,(s4)
  turn:
    lw t1,20(s0)
    bne t1,t3,turn
    lw t1,24(s0)
    addi t1,t1,1
    sw t1,24(s0)
    addi s4,s0,20
    amoadd.w zero,t2,(s4)
    addi s4,s0,28
  count:
    lr.w t1,(s4)
    addi t1,t1,1
    sc.w t2,t1,(s4)
    bne t2,zero,count
    addi s5,s5,-1
    bne s5,zero,again
  stop:
    wfi
    jal zero,stop
`;

/** Harts of a width that contend, and what was counted. */
export function contention(xlen: Xlen, count: number) {
  const harts = Array.from({ length: count }, (_, hartId) => ({ hartId, resetVector: RAM }));
  const data = program(SOURCE, xlen === 64 ? rv64gc : rv32imac);
  const machine = machineOf([{ physicalAddress: RAM, data }], { xlen, harts, ...clusterWires(count) });
  const counted = () => COUNTED.map((offset) => machine.bus.peek(SHARED + offset, 4)).join(' ');
  return { machine, inputs: [], outcome: counted };
}
