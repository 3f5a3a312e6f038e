import { describe, expect, test } from 'vitest';
import { guest, START } from './guest.js';

/** A handler that keeps mcause, mepc and mtval in s2 to s4, and stops there. */
const STOPPING = `
  handler:
    csrrs s2,mcause,zero
    csrrs s3,mepc,zero
    csrrs s4,mtval,zero
  stop:
    jal zero,stop
`;
const withHandler = (body: string) => `
    la t0, handler
    csrrw zero,mtvec,t0
${body}
${STOPPING}`;
const trapOf = (body: string) => {
  const { run, read } = guest(withHandler(body));
  run(200);
  const [mcause, mepc, mtval] = read('s2', 's3', 's4');
  return { mcause, at: mepc! - START - 12, mtval };
};

describe('exceptions set mcause, mepc and mtval (Priv 3.1.14 to 3.1.16)', () => {
  test.each([
    ['a load where nothing is', 'li a0, 0x18000000\nlw a1,4(a0)', 5, 8, 0x1800_0004],
    ['a store where nothing is', 'li a0, 0x18000000\nsw a1,4(a0)', 7, 8, 0x1800_0004],
    ['a store to ROM', 'li a0, 0x1000\nsw a1,0(a0)', 7, 8, 0x1000],
    ['an AMO where nothing is', 'li a0, 0x18000000\namoadd.w a1,a2,(a0)', 7, 8, 0x1800_0000],
    ['LR where nothing is', 'li a0, 0x18000000\nlr.w a1,(a0)', 5, 8, 0x1800_0000],
    ['a misaligned AMO', 'li a0, 0x80001002\namoadd.w a1,a2,(a0)', 6, 8, 0x8000_1002],
    ['a misaligned LR', 'li a0, 0x80001002\nlr.w a1,(a0)', 4, 8, 0x8000_1002],
    ['a misaligned SC, reserved or not', 'li a0, 0x80001002\nsc.w a1,a2,(a0)', 6, 8, 0x8000_1002],
    ['a misaligned load from a device', 'li a0, 0x200bff9\nlw a1,0(a0)', 5, 8, 0x200_bff9],
    ['an environment call', 'ecall', 11, 0, 0],
    ['a breakpoint', 'c.nop\nc.ebreak', 3, 2, START + 14],
    ['an undefined word', '.word 0xffffffff', 2, 0, 0xffff_ffff],
    ['an undefined halfword', '.word 0x00010000', 2, 0, 0],
    ['a CSR that is not there', 'csrrs a0,0x180,zero', 2, 0, 0x1800_2573],
    ['a write to a read-only CSR', 'csrrw zero,mhartid,a0', 2, 0, 0xf145_1073],
    ['a set of a read-only CSR by a register that holds 0', 'csrrs zero,mhartid,a7', 2, 0, 0xf148_a073],
    ['mcounteren, which a hart without U mode has not', 'csrrs a0,0x306,zero', 2, 0, 0x3060_2573],
  ])('%s', (_, body, mcause, at, mtval) => {
    expect(trapOf(body)).toEqual({ mcause, at, mtval });
  });

  test('a jump where nothing is traps there, after the link register was written', () => {
    const { run, read } = guest(withHandler('li a0, 0x18000000\njalr ra,0(a0)'));
    run(200);
    expect(read('s2', 's3', 's4', 'ra')).toEqual([1, 0x1800_0000, 0x1800_0000, START + 24]);
  });

  test('an exception in the handler itself neither hangs nor stops time', () => {
    const { machine, run } = guest('la t0, bad\ncsrrw zero,mtvec,t0\nbad:\n.word 0');
    expect(run(10_000)).toBe('limit');
    expect(machine.cycles).toBe(10_000);
  });

  test('reads of read-only CSRs without writing are no exception', () => {
    expect(trapOf('csrrs a0,mhartid,zero\ncsrrci a1,mvendorid,0\necall')).toMatchObject({ mcause: 11, at: 8 });
  });
});

describe('machine mode alone (Priv 3.1)', () => {
  test('has the CSRs at their reset values', () => {
    const { run, read } = guest('jal zero,0x80000000');
    run(20);
    expect(read('mstatus', 'misa', 'mie', 'mip', 'mhartid', 'mtvec')).toEqual([0x1800, 0x4000_1105, 0, 0, 0, 0]);
  });

  test('keeps what it has not got at zero (WARL)', () => {
    const { run, read } = guest(`
      addi t0,zero,-1
      csrrw zero,mstatus,t0
      csrrw zero,mie,t0
      csrrw zero,mip,t0
      csrrw zero,misa,t0
      csrrw zero,mepc,t0
      csrrw zero,pmpaddr0,t0
      addi t1,zero,31
      csrrw zero,pmpcfg0,t1
      csrrs a0,pmpaddr0,zero
      csrrw zero,mhpmevent3,t0
      csrrs a1,mhpmevent3,zero
      li t1, 0x80000100
      csrrw zero,mtvec,t1
      csrrw zero,mtvec,t0
      ebreak
    `);
    run(40);
    expect(read('mie', 'misa', 'a0', 'a1')).toEqual([0x888, 0x4000_1105, 0, 0]);
    // mode 3 is reserved: mtvec keeps its value, and the EBREAK went there; MIE was 1 before it
    expect(read('pc', 'mstatus')[0]).toBeGreaterThanOrEqual(0x8000_0100);
    expect(read('mcause', 'mepc').length).toBe(2);
  });

  test('stacks and unstacks the interrupt enable through MRET (Priv 3.1.6.1)', () => {
    const { run, read } = guest(`
        la t0, handler
        csrrw zero,mtvec,t0
        csrrsi zero,mstatus,8
        ecall
        csrrs a1,mstatus,zero
      stop:
        jal zero,stop
      handler:
        csrrs a0,mstatus,zero
        csrrs t1,mepc,zero
        addi t1,t1,4
        csrrw zero,mepc,t1
        mret
    `);
    run(60);
    expect(read('a0', 'a1')).toEqual([0x1880, 0x1888]);
  });

  test('a trap ends the reservation', () => {
    const { run, read } = guest(`
        la t0, handler
        csrrw zero,mtvec,t0
        li a0, 0x80001000
        lr.w a1,(a0)
        ecall
        sc.w a2,a1,(a0)
      stop:
        jal zero,stop
      handler:
        csrrs t1,mepc,zero
        addi t1,t1,4
        csrrw zero,mepc,t1
        mret
    `);
    run(60);
    expect(read('a2')).toEqual([1]);
  });
});
