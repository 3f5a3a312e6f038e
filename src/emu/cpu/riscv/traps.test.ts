import { describe, expect, test } from 'vitest';
import { HartHarness, RAM } from './hart-harness.js';
import { PRIVILEGE, type Privilege } from './privilege.js';
import { EXCEPTION, INTERRUPT } from './trap-causes.js';

const { machine, supervisor, user } = PRIVILEGE;
const [M_HANDLER, S_HANDLER] = [RAM + 0x1000, RAM + 0x2000];
const NOP = 0x13;
const WORD = {
  ecall: 0x73,
  ebreak: 0x10_0073,
  mret: 0x3020_0073,
  sret: 0x1020_0073,
  wfi: 0x1050_0073,
  sfence: 0x1200_0073,
  csrrwSatp: 0x1805_1073,
  floatAdd: 0x0020_8053,
} as const;
const [TVM, TW, TSR, MPRV] = [1 << 20, 1 << 21, 1 << 22, 1 << 17];

describe.each([32, 64] as const)('RV%i', (xlen) => {
  const wide = xlen === 64;
  const flag = 1n << BigInt(xlen - 1);
  /** A hart with handlers in both modes, protection open, about to execute words in a mode. */
  const at = (privilege: Privilege, ...words: number[]) => {
    const harness = new HartHarness({ xlen });
    for (const address of [M_HANDLER, S_HANDLER]) {
      for (let i = 0; i < 64; i++) harness.bus.poke(address + 4 * i, 4, NOP);
    }
    harness.write('mtvec', M_HANDLER);
    harness.write('stvec', S_HANDLER);
    harness.write('pmpaddr0', -1);
    harness.write('pmpcfg0', 0x1f);
    harness.load(...words);
    harness.privilege = privilege;
    return harness;
  };
  /** With CSRs set by machine mode. */
  const having = (harness: HartHarness, csrs: Record<string, number>) => {
    const { privilege } = harness;
    harness.privilege = machine;
    for (const [csr, value] of Object.entries(csrs)) harness.write(csr, value);
    harness.privilege = privilege;
    return harness;
  };
  const machineTrap = (harness: HartHarness) => {
    expect([harness.privilege, harness.register('pc')]).toEqual([machine, BigInt(M_HANDLER)]);
    return ['mcause', 'mepc', 'mtval'].map((csr) => harness.register(csr));
  };
  const supervisorTrap = (harness: HartHarness) => {
    expect([harness.privilege, harness.register('pc')]).toEqual([supervisor, BigInt(S_HANDLER)]);
    return ['scause', 'sepc', 'stval'].map((csr) => harness.register(csr));
  };
  const status = (harness: HartHarness) => {
    const bits = Number(harness.register('mstatus') & 0xffff_ffffn);
    return {
      mie: (bits >> 3) & 1,
      mpie: (bits >> 7) & 1,
      mpp: (bits >> 11) & 3,
      sie: (bits >> 1) & 1,
      spie: (bits >> 5) & 1,
      spp: (bits >> 8) & 1,
    };
  };

  test('ECALL has a cause of its own in every mode (Priv table 3.6)', () => {
    expect(machineTrap(at(user, WORD.ecall).step())).toEqual([8n, BigInt(RAM), 0n]);
    expect(machineTrap(at(supervisor, WORD.ecall).step())).toEqual([9n, BigInt(RAM), 0n]);
    expect(machineTrap(at(machine, WORD.ecall).step())).toEqual([11n, BigInt(RAM), 0n]);
  });

  test('what medeleg names goes to supervisor mode, unless it comes from machine mode (Priv 3.1.8)', () => {
    const medeleg = (1 << EXCEPTION.userCall) | (1 << EXCEPTION.breakpoint);
    expect(supervisorTrap(having(at(user, WORD.ecall), { medeleg }).step())).toEqual([8n, BigInt(RAM), 0n]);
    expect(supervisorTrap(having(at(supervisor, WORD.ebreak), { medeleg }).step())).toEqual([
      3n,
      BigInt(RAM),
      BigInt(RAM),
    ]);
    expect(machineTrap(having(at(machine, WORD.ebreak), { medeleg }).step())).toEqual([3n, BigInt(RAM), BigInt(RAM)]);
    expect(machineTrap(having(at(supervisor, WORD.ecall), { medeleg }).step())[0]).toBe(9n);
  });

  test('a trap stacks the privilege and the interrupt enable; MRET and SRET unstack them (Priv 3.1.6.1)', () => {
    const harness = having(at(supervisor, WORD.ecall), { mstatus: 8 });
    harness.step();
    expect(status(harness)).toMatchObject({ mie: 0, mpie: 1, mpp: supervisor });
    harness.bus.poke(M_HANDLER, 4, WORD.mret);
    harness.step();
    expect([harness.privilege, harness.register('pc')]).toEqual([supervisor, BigInt(RAM)]);
    expect(status(harness)).toMatchObject({ mie: 1, mpie: 1, mpp: user });

    const delegated = having(at(user, WORD.ecall), { mstatus: 2, medeleg: 1 << EXCEPTION.userCall });
    delegated.step();
    expect(status(delegated)).toMatchObject({ sie: 0, spie: 1, spp: 0 });
    delegated.bus.poke(S_HANDLER, 4, WORD.sret);
    delegated.step();
    expect([delegated.privilege, delegated.register('pc')]).toEqual([user, BigInt(RAM)]);
    expect(status(delegated)).toMatchObject({ sie: 1, spie: 1, spp: 0 });
  });

  test('MRET to a lower mode, and SRET, clear MPRV (Priv 3.1.6.3)', () => {
    const mprv = (harness: HartHarness) => (harness.step().register('mstatus') & BigInt(MPRV)) !== 0n;
    expect(mprv(having(at(machine, WORD.mret), { mstatus: MPRV | (machine << 11), mepc: M_HANDLER }))).toBe(true);
    expect(mprv(having(at(machine, WORD.mret), { mstatus: MPRV | (supervisor << 11), mepc: M_HANDLER }))).toBe(false);
    expect(mprv(having(at(machine, WORD.sret), { mstatus: MPRV | (1 << 8), sepc: M_HANDLER }))).toBe(false);
  });

  test.each([
    ['MRET in supervisor mode', supervisor, WORD.mret, 0],
    ['MRET in user mode', user, WORD.mret, 0],
    ['SRET in user mode', user, WORD.sret, 0],
    ['SRET with TSR', supervisor, WORD.sret, TSR],
    ['SFENCE.VMA in user mode', user, WORD.sfence, 0],
    ['SFENCE.VMA with TVM', supervisor, WORD.sfence, TVM],
    ['a write of satp with TVM', supervisor, WORD.csrrwSatp, TVM],
    ['WFI with TW', supervisor, WORD.wfi, TW],
    ['WFI in user mode', user, WORD.wfi, 0],
    ['floating point while FS is Off', user, WORD.floatAdd, 0],
  ] as const)('%s is illegal, and mtval is the instruction (Priv 3.1.6, 3.3)', (_, privilege, word, mstatus) => {
    const harness = having(at(privilege, word), { mstatus });
    expect(machineTrap(harness.step())).toEqual([2n, BigInt(RAM), BigInt(word)]);
  });

  test.each([
    ['SRET in machine mode, with TSR', machine, WORD.sret, TSR],
    ['SFENCE.VMA in machine mode, with TVM', machine, WORD.sfence, TVM],
    ['WFI in machine mode, with TW', machine, WORD.wfi, TW],
    ['floating point while FS is Initial', user, WORD.floatAdd, 1 << 13],
  ] as const)('%s is not', (_, privilege, word, mstatus) => {
    expect(having(at(privilege, word), { mstatus }).step().register('mcause')).toBe(0n);
  });

  test('a floating-point instruction makes FS Dirty (Priv 3.1.6.6)', () => {
    const harness = having(at(user, WORD.floatAdd), { mstatus: 1 << 13 });
    expect((harness.step().register('mstatus') >> 13n) & 3n).toBe(3n);
  });

  test('of several interrupts MEI comes first, then MSI, MTI, SEI, SSI, STI (Priv 3.1.9)', () => {
    const harness = at(machine, NOP);
    const order: bigint[] = [];
    for (const wire of ['meip', 'msip', 'mtip', 'seip']) harness.signals.get(`cpu.${wire}`).set(1);
    harness.write('mip', 0x22);
    harness.write('mie', 0xaaa);
    for (let i = 0; i < 6; i++) {
      harness.write('mstatus', 8);
      harness.step();
      const code = harness.register('mcause') & ~flag;
      expect(harness.register('mcause')).toBe(code | flag);
      order.push(code);
      harness.clear('mie', 1n << code);
    }
    expect(order).toEqual(Object.values(INTERRUPT).map(BigInt));
  });

  test('interrupts of a mode are taken in the modes below it whatever its enable says, and never above (Priv 3.1.9)', () => {
    const taken = (privilege: Privilege, mstatus: number, mideleg: number) => {
      const harness = having(at(privilege, NOP), { mstatus, mideleg, mie: 0x222, mip: 2 });
      return harness.step().privilege === privilege && harness.register('pc') === BigInt(RAM + 4)
        ? 'none'
        : harness.privilege;
    };
    const [MIE, SIE] = [8, 2];
    expect([taken(machine, 0, 0), taken(machine, MIE, 0)]).toEqual(['none', machine]);
    expect([taken(supervisor, 0, 0), taken(user, 0, 0)]).toEqual([machine, machine]);
    expect([taken(machine, MIE | SIE, 2), taken(supervisor, MIE, 2)]).toEqual(['none', 'none']);
    expect([taken(supervisor, SIE, 2), taken(user, 0, 2)]).toEqual([supervisor, supervisor]);
  });

  test('a vectored handler is at 4 times the cause for interrupts, at the base for exceptions (Priv 3.1.7)', () => {
    const harness = having(at(user, WORD.ecall), { mtvec: M_HANDLER + 1 });
    expect(harness.step().register('pc')).toBe(BigInt(M_HANDLER));
    const interrupted = having(at(user, NOP), { stvec: S_HANDLER + 1, mideleg: 2, mie: 2, mip: 2 });
    expect(interrupted.step().register('pc')).toBe(BigInt(S_HANDLER + 4));
    expect(interrupted.register('scause')).toBe(flag | 1n);
  });

  test('WFI ends for an interrupt that is enabled, delegated or not, taken or not (Priv 3.3.3)', () => {
    const harness = having(at(supervisor, WORD.wfi, NOP), { mideleg: 0x200, mie: 0x200 });
    harness.step();
    expect(harness.hart.sleeping).toBe(true);
    harness.signals.get('cpu.seip').set(1);
    expect(harness.hart.sleeping).toBe(false);
    expect(harness.step().register('pc')).toBe(BigInt(RAM + 8));
  });

  test('MPRV gives loads and stores of machine mode the rights of MPP (Priv 3.1.6.3)', () => {
    // lw a1,0(a0)
    const load = 0x0005_2583;
    const harness = at(machine, load, load);
    harness.write('pmpcfg0', 0x1f00);
    harness.write('pmpaddr1', -1);
    harness.write('pmpaddr0', (RAM >>> 2) + 0x2_01ff);
    harness.write('pmpcfg0', 0x1f18);
    harness.hart.setRegister('a0', RAM + 0x8_0000);
    harness.write('mstatus', user << 11);
    expect(harness.step().register('mcause')).toBe(0n);
    harness.write('mstatus', MPRV | (user << 11));
    harness.cluster.harts[0]!.setRegister('pc', RAM);
    expect(machineTrap(harness.step())).toEqual([5n, BigInt(RAM), BigInt(RAM + 0x8_0000)]);
  });

  test('faults are told with their mode, but for calls', () => {
    const harness = at(supervisor, 0xffff_ffff);
    harness.step();
    expect(harness.events).toEqual([
      ['fault', { kind: 'illegal instruction', mcause: 2, pc: RAM, word: 0xffff_ffff, mode: 'supervisor mode' }],
    ]);
    expect(harness.cluster.faults).toEqual([
      { kind: 'illegal instruction', mcause: 2, pc: RAM, mtval: 0xffff_ffff, mode: 'supervisor mode' },
    ]);
    expect(at(user, WORD.ecall).step().events).toEqual([]);
  });

  test('stimecmp makes STIP once time has come there, while STCE is set (Sstc 2)', () => {
    const harness = at(supervisor, NOP);
    harness.privilege = machine;
    harness.write(wide ? 'menvcfg' : 'menvcfgh', wide ? 1n << 63n : 1n << 31n);
    harness.write('stimecmp', 5);
    if (!wide) harness.write('stimecmph', 0);
    expect(harness.read('mip')).toBe(0n);
    harness.pass(49);
    expect(harness.read('mip')).toBe(0n);
    harness.pass(1);
    expect(harness.read('mip')).toBe(0x20n);
    harness.write('mip', 0);
    expect(harness.read('mip')).toBe(0x20n);
    harness.write('stimecmp', 1000);
    expect(harness.read('mip')).toBe(0n);
    harness.write(wide ? 'menvcfg' : 'menvcfgh', 0);
    harness.write('stimecmp', 0);
    expect(harness.kept('mip', 0x20)).toBe(0x20n);
  });

  test('stimecmp is supervisor mode’s where STCE and mcounteren.TM are set (Sstc 2.2)', () => {
    const allowed = (stce: boolean, tm: number) => {
      const harness = at(machine, NOP);
      harness.write(wide ? 'menvcfg' : 'menvcfgh', stce ? (wide ? 1n << 63n : 1n << 31n) : 0);
      harness.write('mcounteren', tm);
      harness.privilege = supervisor;
      return harness.read('stimecmp') === 0n;
    };
    expect([allowed(false, 0), allowed(false, 2), allowed(true, 0), allowed(true, 2)]).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });
});

test('a doubleword is protected as a whole: neither half of it is stored where one half may not be (Priv 3.7.1)', () => {
  const harness = new HartHarness({ xlen: 64 });
  // sd a1,0(a0)
  harness.load(0x00b5_3023);
  harness.write('mtvec', M_HANDLER);
  harness.write('pmpaddr0', (RAM + 0x100) / 4);
  harness.write('pmpaddr1', -1);
  harness.write('pmpcfg0', 0x1f_17);
  harness.hart.setRegister('a0', RAM + 0x100);
  harness.hart.setRegister('a1', -1);
  harness.privilege = supervisor;
  harness.step();
  expect(['mcause', 'mtval'].map((name) => harness.register(name))).toEqual([7n, BigInt(RAM + 0x100)]);
  expect(harness.bus.peek(RAM + 0x100, 4)).toBe(0);
});

test('a jump out of 4 GiB is an access fault there', () => {
  const harness = new HartHarness({ xlen: 64 });
  // jalr ra,0(a0)
  harness.load(0x0005_00e7);
  harness.write('mtvec', M_HANDLER);
  harness.bus.poke(M_HANDLER, 4, NOP);
  harness.hart.setRegister('a0', 0x1_8000_0000);
  harness.step(2);
  expect(['mcause', 'mepc', 'mtval', 'ra'].map((name) => harness.register(name))).toEqual([
    1n,
    0x1_8000_0000n,
    0x1_8000_0000n,
    BigInt(RAM + 4),
  ]);
});

describe('misaligned accesses', () => {
  // lw a1,1(a0); sw a1,1(a0); lr.w a1,(a0)
  const [load, store] = [0x0015_2583, 0x00b5_20a3];
  test('are done, or raise an exception, as the platform says (Priv 3.6.3.3)', () => {
    for (const [misaligned, causes] of [
      ['do', [0n, 0n]],
      ['trap', [4n, 6n]],
    ] as const) {
      const cause = (word: number) => {
        const harness = new HartHarness({ misaligned }).load(word);
        harness.write('mtvec', M_HANDLER);
        harness.hart.setRegister('a0', RAM + 0x100);
        harness.step();
        return harness.register('mcause');
      };
      expect([cause(load), cause(store)]).toEqual(causes);
    }
  });
});

describe('a hart without a trap handler', () => {
  const lost = (word: number) => new HartHarness({ xlen: 64 }).load(word);
  const run = (harness: HartHarness, cycles: number) => {
    const { timebase, cluster } = harness;
    const end = timebase.tick + cycles;
    while (timebase.tick < end) {
      timebase.beginSlice(end);
      cluster.run();
      timebase.settle();
    }
    return ['pc', 'mepc', 'mcause', 'mtval', 'mstatus', 'mcycle', 'minstret'].map((name) => harness.register(name));
  };

  test('only repeats its trap: slices do not show, nor single steps', () => {
    const whole = lost(0);
    const expected = run(whole, 1000);
    expect(expected).toEqual([0n, 0n, 1n, 0n, expected[4], 1000n, 0n]);
    const sliced = lost(0);
    for (const cycles of [1, 2, 3, 400, 1]) run(sliced, cycles);
    expect(run(sliced, 593)).toEqual(expected);
    expect(['pc', 'mepc', 'mcause', 'mcycle', 'minstret'].map((name) => lost(0).step(1000).register(name))).toEqual(
      [0, 1, 2, 5, 6].map((i) => expected[i]),
    );
    expect(whole.hart.faults).toEqual(sliced.hart.faults);
  });
  test('passes seconds at once, and says why', () => {
    const harness = lost(0);
    run(harness, 300_000_000);
    expect(harness.hart.stuck).toBe(
      'the hart traps at its own trap handler 0x00000000 again and again: mtvec was never set',
    );
    expect(harness.events.filter(([event]) => event === 'fault').length).toBeLessThan(5);
  });
  test('goes on when it gets one', () => {
    const harness = lost(0);
    run(harness, 100);
    harness.write('mtvec', M_HANDLER);
    harness.bus.poke(M_HANDLER, 4, NOP);
    harness.bus.poke(M_HANDLER + 4, 4, 0x6f);
    expect(harness.hart.stuck).toBeUndefined();
    expect(run(harness, 10)[0]).toBe(BigInt(M_HANDLER + 4));
    expect(harness.register('minstret')).toBe(9n);
  });
});
