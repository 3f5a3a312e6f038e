import { describe, expect, test } from 'vitest';
import type { RiscvOptions } from '../../src/emu/cpu/riscv/riscv-options.js';
import { TURN } from '../../src/emu/cpu/turns.js';
import type { EngineMode } from '../../src/emu/isa/engine-mode.js';
import { program } from './guest.js';
import { CLINT, clusterWires, machineOf, RAM } from './harts.js';

const hartsOf = (count: number): Partial<RiscvOptions> => ({
  harts: Array.from({ length: count }, (_, hartId) => ({ hartId, resetVector: RAM })),
  ...clusterWires(count),
});
const cluster = (count: number, source: string, engine: EngineMode = 'auto') =>
  machineOf([{ physicalAddress: RAM, data: program(source) }], hartsOf(count), { engine });

/** Every hart counts in a word of its own, from RAM + 0x1000 on. */
const COUNTING = `
    csrrs t0,mhartid,zero
    slli t0,t0,2
    li t1, ${RAM + 0x1000}
    add t1,t1,t0
  again:
    addi a0,a0,1
    sw a0,0(t1)
    jal zero,again
`;
const word = (machine: ReturnType<typeof cluster>, at: number) => machine.bus.peek(at, 4)!;

describe('harts that share a machine', () => {
  test('start at their reset vectors with their own mhartid, and run at the clock of the CPU each', () => {
    for (const count of [1, 2, 3, 4]) {
      const machine = cluster(count, COUNTING);
      const rounds = 3;
      machine.runCycles(rounds * TURN);
      for (let hart = 0; hart < count; hart++) {
        const counted = word(machine, RAM + 0x1000 + 4 * hart);
        expect(counted).toBeGreaterThan((rounds * TURN) / 3 - 10);
        expect(counted).toBeLessThanOrEqual((rounds * TURN) / 3);
        expect(machine.cpu.harts![hart]!.register('mhartid')).toBe(hart);
        expect(machine.cpu.harts![hart]!.register('mcycle')).toBe(rounds * TURN);
        expect(machine.cpu.harts![hart]!.register('minstret')).toBe(rounds * TURN);
      }
    }
  });

  test('a hart counts its own cycles and instructions, whoever else runs', () => {
    const source = `
        csrrs t0,mhartid,zero
        bne t0,zero,other
        csrrs a1,mcycle,zero
        csrrs a2,minstret,zero
        addi a0,zero,2
        addi a0,a0,1
        csrrs a3,mcycle,zero
        csrrs a4,minstret,zero
      other:
        jal zero,other
    `;
    const machine = cluster(2, source);
    machine.runCycles(100);
    const [first] = machine.cpu.harts!;
    expect(first!.register('a3') - first!.register('a1')).toBe(4);
    expect(first!.register('a4') - first!.register('a2')).toBe(4);
  });

  test('one wakes another by the software interrupt of the CLINT', () => {
    const machine = cluster(
      2,
      `
        la t0, handler
        csrrw zero,mtvec,t0
        csrrs t0,mhartid,zero
        bne t0,zero,sleeper
        li t1, 20000
      wait:
        addi t1,t1,-1
        bne t1,zero,wait
        li t0, ${CLINT + 4}
        addi t1,zero,1
        sw t1,0(t0)
      stop:
        jal zero,stop
      sleeper:
        csrrsi zero,mie,8
        csrrsi zero,mstatus,8
      asleep:
        wfi
        jal zero,asleep
      handler:
        li t0, ${CLINT + 4}
        sw zero,0(t0)
        addi s0,s0,1
        csrrs s1,mcause,zero
        mret
    `,
    );
    const [, sleeper] = machine.cpu.harts!;
    machine.runCycles(20_000);
    expect(sleeper!.sleeping).toBe(true);
    expect(sleeper!.describe()).toBe('machine mode, in WFI');
    machine.runCycles(40_000);
    expect([sleeper!.register('s0'), sleeper!.register('s1')]).toEqual([1, 0x8000_0003]);
    expect(sleeper!.sleeping).toBe(true);
  });

  test('count with LR and SC, and with AMOs, and lose nothing', () => {
    const machine = cluster(
      4,
      `
        li s0, ${RAM + 0x2000}
        li s1, 5000
        addi t2,zero,1
      again:
        lr.w t0,(s0)
        addi t0,t0,1
        sc.w t1,t0,(s0)
        bne t1,zero,again
        addi s2,s0,4
        amoadd.w zero,t2,(s2)
        addi s1,s1,-1
        bne s1,zero,again
      stop:
        wfi
        jal zero,stop
    `,
    );
    machine.runCycles(1_000_000);
    expect(machine.cpu.sleeping).toBe(true);
    expect([word(machine, RAM + 0x2000), word(machine, RAM + 0x2004)]).toEqual([20_000, 20_000]);
  });

  test('all asleep, time goes on to the timer, and each has its share of it', () => {
    const machine = cluster(
      3,
      `
        li t0, ${CLINT + 0x4000}
        li t1, 5000
        csrrs t2,mhartid,zero
        slli t3,t2,3
        add t0,t0,t3
        sw t1,0(t0)
        sw zero,4(t0)
        addi t1,zero,128
        csrrw zero,mie,t1
        wfi
        csrrs a0,mcycle,zero
        csrrs a1,minstret,zero
        li t0, 0x80002000
        lw zero,0(t0)
        csrrw zero,mie,zero
      stop:
        wfi
        jal zero,stop
    `,
    );
    machine.runCycles(200_000);
    expect(machine.cpu.sleeping).toBe(true);
    for (const hart of machine.cpu.harts!) {
      // 5000 ticks of 10 MHz are 50,000 cycles, and a turn of the others may come between
      expect(hart.register('a0')).toBeGreaterThanOrEqual(50_000 - 2 * TURN);
      expect(hart.register('a0')).toBeLessThan(50_000 + 2 * TURN);
      expect(hart.register('a1')).toBe(13);
    }
  });

  test('a step executes one instruction of the hart whose turn it is', () => {
    const machine = cluster(2, COUNTING);
    const [first, second] = machine.cpu.harts!;
    machine.step();
    expect([first!.pc, second!.pc]).toEqual([RAM + 4, RAM]);
    for (let i = 1; i < TURN; i++) machine.step();
    machine.step();
    expect(second!.pc).toBe(RAM + 4);
  });

  test('a breakpoint stops the one that comes there', () => {
    const source = `
        csrrs t0,mhartid,zero
        beq t0,zero,first
        addi a0,zero,1
      first:
        jal zero,first
    `;
    const machine = cluster(2, source);
    machine.cpu.breakpoints.add(RAM + 8);
    expect(machine.runCycles(100_000)).toBe('breakpoint');
    expect(machine.cpu.pc).toBe(RAM + 8);
    expect(machine.cpu.describe()).toBe('hart 1, machine mode');
    expect(machine.cpu.register('mhartid')).toBe(1);
    expect(machine.step()).toBe(true);
    expect(machine.cpu.register('a0')).toBe(1);
  });

  test('halt stops all of them', () => {
    const machine = cluster(2, `li t0, 0x100000\nli t1, 0x5555\nsw t1,0(t0)\nstop:\njal zero,stop`);
    machine.runCycles(100_000);
    expect(machine.cpu.locked).toBe(true);
    expect(machine.cpu.harts!.map((hart) => hart.describe())).toEqual(Array(2).fill('machine mode, halted'));
  });
});

describe('determinism of clusters', () => {
  test.each([2, 3, 4])(
    '%i harts: the same state whatever engine runs, however the run is cut, and after a restore',
    (count) => {
      const machines = (['cold', 'auto', 'hot'] as const).map((engine) => cluster(count, COUNTING, engine));
      const [cold, auto, hot] = machines as [(typeof machines)[0], (typeof machines)[0], (typeof machines)[0]];
      const length = 7 * TURN + 123;
      cold.runCycles(length);
      for (let done = 0; done < length; ) {
        const part = Math.min(length - done, 517);
        auto.runCycles(part);
        done += part;
      }
      hot.runCycles(TURN + 77);
      const snapshot = hot.snapshot();
      hot.runCycles(3 * TURN);
      hot.restore(snapshot);
      hot.runCycles(length - TURN - 77);
      expect(auto.hash()).toBe(cold.hash());
      expect(hot.hash()).toBe(cold.hash());
    },
  );
});
