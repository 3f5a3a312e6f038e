import { describe, expect, test } from 'vitest';
import { guest } from './guest.js';

describe('counters (Unpriv 10, Priv 3.1.10 to 3.1.12)', () => {
  test('mcycle counts cycles and minstret instructions: a division is 33 cycles and one instruction', () => {
    const { run, read } = guest(`
      csrrs a0,mcycle,zero
      csrrs a1,minstret,zero
      div t0,t1,t2
      csrrs a2,mcycle,zero
      csrrs a3,minstret,zero
      stop:
      jal zero,stop
    `);
    run(100);
    const [cycle, instret, cycleAfter, instretAfter] = read('a0', 'a1', 'a2', 'a3');
    expect([cycleAfter! - cycle!, instretAfter! - instret!]).toEqual([1 + 1 + 33, 3]);
    // six instructions of the reset ROM came first
    expect([cycle, instret]).toEqual([6, 7]);
  });

  test('what raises an exception does not retire', () => {
    const { run, read } = guest(`
        la t0, handler
        csrrw zero,mtvec,t0
        csrrs a0,instret,zero
        ecall
        .word 0
      handler:
        csrrs a1,instret,zero
        csrrs t1,mcause,zero
        la t0, second
        csrrw zero,mtvec,t0
        li a2, 0x18000000
        csrrs a3,instret,zero
        lw a2,0(a2)
      second:
        csrrs a4,instret,zero
        la t0, third
        csrrw zero,mtvec,t0
        csrrs a5,instret,zero
        .word 0
      third:
        csrrs a6,instret,zero
      stop:
        jal zero,stop
    `);
    run(100);
    const [before, after, load, loaded, word, worded] = read('a0', 'a1', 'a3', 'a4', 'a5', 'a6');
    expect([after! - before!, loaded! - load!, worded! - word!]).toEqual([1, 1, 1]);
  });

  test('what is written is what the next instruction reads (Unpriv 9.1)', () => {
    const { run, read } = guest(`
      addi t0,zero,100
      csrrw zero,minstret,t0
      csrrs a0,minstret,zero
      addi t1,zero,-1
      csrrw zero,minstreth,zero
      csrrw zero,minstret,t1
      addi t2,zero,0
      csrrs a1,minstret,zero
      csrrs a2,minstreth,zero
      stop:
      jal zero,stop
    `);
    run(60);
    // the low half overflows into the high one while the ADDI retires
    expect(read('a0', 'a1', 'a2')).toEqual([100, 0, 1]);
  });

  test('mcountinhibit stops them', () => {
    const { run, read } = guest(`
      csrrwi zero,mcountinhibit,5
      csrrs a0,mcycle,zero
      csrrs a1,minstret,zero
      div t0,t1,t2
      csrrs a2,mcycle,zero
      csrrs a3,minstret,zero
      csrrs a4,mcountinhibit,zero
      csrrwi zero,mcountinhibit,0
      csrrs a5,minstret,zero
      stop:
      jal zero,stop
    `);
    run(100);
    const [cycle, instret, cycleAfter, instretAfter, inhibit, resumed] = read('a0', 'a1', 'a2', 'a3', 'a4', 'a5');
    expect([cycleAfter! - cycle!, instretAfter! - instret!, inhibit]).toEqual([0, 0, 5]);
    expect(resumed! - instret!).toBeLessThanOrEqual(1);
  });

  test('time is mtime at 10 MHz, a tenth of the core clock', () => {
    const { run, read, word } = guest('loop:\ncsrrs a0,time,zero\njal zero,loop');
    run(1_000_000);
    expect(read('time')).toEqual([100_000]);
    expect(word(0x200_bff8)).toBe(100_000);
    expect(100_000 - read('a0')[0]!).toBeLessThanOrEqual(1);
  });

  test('sleep and the end of the run are cycles without instructions', () => {
    const { run, read } = guest(`
      li t0, 0x2000000
      li t1, 0x2004000
      addi t2,zero,100
      sw t2,0(t1)
      sw zero,4(t1)
      addi t3,zero,128
      csrrw zero,mie,t3
      csrrs a0,minstret,zero
      wfi
      csrrs a1,minstret,zero
      csrrs a2,mcycle,zero
      li t0, 0x100000
      li t1, 0x5555
      sw t1,0(t0)
    `);
    run(5000);
    const [before, after, cycle, instret] = read('a0', 'a1', 'a2', 'minstret');
    expect(after! - before!).toBe(2);
    expect(cycle).toBeGreaterThanOrEqual(1000);
    expect(instret! - after!).toBe(7);
  });
});
