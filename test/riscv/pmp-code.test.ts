import { expect, test } from 'vitest';
import type { EngineMode } from '../../src/emu/isa/engine-mode.js';
import { program } from './guest.js';
import { machineOf, RAM } from './harts.js';

/** User mode may execute 32 bytes in the middle of a page: a loop of three instructions, and an ADDI behind it that falls out. */
const SOURCE = `
    la t0, handler
    csrrw zero,mtvec,t0
    la t0, inside
    srli t1,t0,2
    addi t1,t1,3
    csrrw zero,pmpaddr0,t1
    addi t2,zero,0x1c
    csrrw zero,pmpcfg0,t2
    csrrw zero,mepc,t0
    li a0, 5000
    mret
  handler:
    csrrs s0,mcause,zero
    csrrs s1,mepc,zero
    csrrs s2,mtval,zero
  stop:
    jal zero,stop
  PAD
  inside:
    addi a1,a1,1
    addi a0,a0,-1
    bne a0,zero,inside
    addi a2,a2,1
    addi a2,a2,1
    addi a2,a2,1
    addi a2,a2,1
    addi a2,a2,1
    addi a2,a2,1
`;
const AT = 0x420;

test.each<EngineMode>(['cold', 'hot', 'auto'])(
  'what may be executed can be a part of a page (Priv 3.7.1), engine %s',
  (engine) => {
    const head = program(SOURCE.replace(/PAD/, '').split('inside:\n')[0]!.replace('inside', '0x80000420'));
    const padding = 'addi zero,zero,0\n'.repeat((AT - head.length) / 4);
    const data = program(SOURCE.replace('PAD', padding));
    const machine = machineOf([{ physicalAddress: RAM, data }], {}, { engine });
    machine.runCycles(20_000);
    const read = (...names: string[]) => names.map((name) => machine.cpu.register(name));
    expect(read('a0', 'a1', 'a2')).toEqual([0, 5000, 5]);
    expect(read('s0', 's1', 's2')).toEqual([1, RAM + AT + 32, RAM + AT + 32]);
  },
);
