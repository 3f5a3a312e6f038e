import { describe, expect, test } from 'vitest';
import { guest } from './guest.js';

const CLINT = { msip: 0x200_0000, mtimecmp: 0x200_4000, mtime: 0x200_bff8 };

/** Enables interrupts in mie and sleeps; the handler keeps mcause and mcycle in s2, s3 and stops. */
const sleeper = (mie: number, setUp = '') => `
    la t0, handler
    csrrw zero,mtvec,t0
    li t0, ${mie}
    csrrw zero,mie,t0
${setUp}
    csrrsi zero,mstatus,8
  sleep:
    wfi
    jal zero,sleep
    c.nop
    c.nop
  handler:
    csrrs s2,mcause,zero
    csrrs s3,mcycle,zero
    csrrs s4,mepc,zero
  stop:
    jal zero,stop
`;

describe('interrupts', () => {
  test('the timer wakes WFI at mtimecmp, in the cycle of that tick', () => {
    const { machine, run, read } = guest(
      sleeper(0x80, `li t0, ${CLINT.mtimecmp}\nli t1, 1000\nsw t1,0(t0)\nsw zero,4(t0)`),
    );
    run(9_000);
    expect(machine.cpu.sleeping).toBe(true);
    run(5_000);
    // 1000 ticks of 10 MHz are 10,000 cycles of 100 MHz; one instruction, CSRRS, came before mcycle was read
    expect(read('s2', 's3', 'mip')).toEqual([0x8000_0007, 10_001, 0x80]);
  });

  test('without mstatus.MIE WFI goes on and nothing is taken (Priv 3.3.3)', () => {
    const { run, read } = guest(`
        li t0, 128
        csrrw zero,mie,t0
        li t0, ${CLINT.mtimecmp}
        sw zero,4(t0)
        sw zero,0(t0)
        wfi
        addi s2,zero,1
      stop:
        jal zero,stop
    `);
    run(100);
    expect(read('s2', 'mcause')).toEqual([1, 0]);
  });

  test('the software interrupt comes after the store to msip', () => {
    const { run, read } = guest(
      sleeper(8, `li t0, ${CLINT.msip}\naddi t1,zero,1\ncsrrsi zero,mstatus,8\nsw t1,0(t0)\naddi s5,zero,1`),
    );
    run(100);
    expect(read('s2', 's5')).toEqual([0x8000_0003, 0]);
  });

  test('external goes before software before timer (Priv 3.1.9)', () => {
    const causes = [0x888, 0x88, 0x80].map((mie) => {
      const { machine, run, read } = guest(
        sleeper(0, `li t0, ${mie}\nli t1, 0x200\nloop:\naddi t1,t1,-1\nbne t1,zero,loop\ncsrrw zero,mie,t0`),
      );
      run(50);
      for (const name of ['meip', 'msip', 'mtip']) machine.cpu.input(name)!.set(1);
      run(5000);
      return read('s2')[0];
    });
    expect(causes).toEqual([0x8000_000b, 0x8000_0003, 0x8000_0007]);
  });

  test('vectored mode goes to base + 4 × cause, for interrupts only', () => {
    const vectors = Array.from({ length: 12 }, (_, i) => `jal zero,${i === 3 ? 'software' : 'other'}`).join('\n');
    const { run, read } = guest(`
        la t0, vectors
        addi t0,t0,1
        csrrw zero,mtvec,t0
        csrrwi zero,mie,8
        li t0, ${CLINT.msip}
        addi t1,zero,1
        sw t1,0(t0)
        csrrsi zero,mstatus,8
        addi s2,zero,99
      vectors:
        ${vectors}
      other:
        addi s2,zero,1
      stop:
        jal zero,stop
      software:
        addi s2,zero,2
        la t1, stop
        csrrw zero,mepc,t1
        ecall
    `);
    run(100);
    // the ECALL in the handler went to vector 0
    expect(read('s2', 'mcause')).toEqual([1, 11]);
  });

  test('mtime can be set, and a later mtimecmp takes the interrupt back', () => {
    const { machine, run, read, word } = guest(sleeper(0));
    run(100);
    const { bus } = machine;
    bus.write(CLINT.mtimecmp + 4, 4, 5);
    bus.write(CLINT.mtimecmp, 4, 10);
    bus.write(CLINT.mtime + 4, 4, 5);
    bus.write(CLINT.mtime, 4, 9);
    expect(read('mip')).toEqual([0]);
    run(10);
    expect(read('mip', 'time', 'timeh')).toEqual([0x80, 10, 5]);
    bus.write(CLINT.mtime, 4, 0xffff_ffff);
    run(10);
    expect([word(CLINT.mtime), word(CLINT.mtime + 4)]).toEqual([0, 6]);
    bus.write(CLINT.mtimecmp + 4, 4, 7);
    expect(read('mip')).toEqual([0]);
  });

  test('runs in slices of any size end in the same state', () => {
    const source = sleeper(0x80, `li t0, ${CLINT.mtimecmp}\nli t1, 100\nsw t1,0(t0)\nsw zero,4(t0)`);
    const [once, sliced, stepped] = [guest(source), guest(source), guest(source)];
    once.run(3000);
    for (let cycles = 0; cycles < 3000; cycles += 7) sliced.run(Math.min(7, 3000 - cycles));
    while (stepped.machine.cycles < 3000) stepped.machine.step();
    expect([sliced.machine.hash(), stepped.machine.hash()]).toEqual([once.machine.hash(), once.machine.hash()]);
  });
});
