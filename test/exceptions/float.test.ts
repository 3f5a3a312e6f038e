import { describe, expect, test } from 'vitest';
import { EXCEPTION } from '../../src/emu/cpu/armv7m/exception-numbers.js';
import { irq, NVIC_ISER, PENDSVSET, RAM, RESULT, type Rigged, rig, SCB, STACK } from './rig.js';
import {
  bx,
  type Code,
  ldr,
  mov32,
  movRegister,
  movs,
  mrs,
  msr,
  nop,
  poke,
  SYSM,
  save,
  stay,
  str,
  svc,
  vadd,
} from './thumb.js';

/** Access to the floating-point extension and its registers in exception frames (B1.5.6–B1.5.8, B3.2.20–B3.2.23). */

const FPCCR = 0xe000_ef34;
const FPCAR = 0xe000_ef38;
const FPDSCR = 0xe000_ef3c;
const ASPEN = 2 ** 31;
const LSPEN = 2 ** 30;
const FPCA = 4;

const enable = poke(SCB.CPACR, 0xf << 20);
/** VMOV s<n>, r<t>; VMOV r<t>, s<n>; VMSR and VMRS. */
const toSingle = (n: number, t: number): Code => [0xee00 | (n >> 1), (t << 12) | 0xa10 | ((n & 1) << 7)];
const fromSingle = (t: number, n: number): Code => [0xee10 | (n >> 1), (t << 12) | 0xa10 | ((n & 1) << 7)];
const vmsr = (t: number): Code => [0xeee1, (t << 12) | 0xa10];
const vmrs = (t: number): Code => [0xeef1, (t << 12) | 0xa10];
/** s0 becomes a word. */
const setS0 = (value: number): Code => [...mov32(2, value), ...toSingle(0, 2)];

/** Runs until the core stands still in `stay`. */
const run = (rigged: Rigged): Rigged => {
  rigged.cycles(2000);
  return rigged;
};
const cfsr = ({ word }: Rigged): number => word(SCB.CFSR);
/** A handler that keeps CFSR in r7 and stays. */
const faulted: Code = [...mov32(0, SCB.CFSR), ...ldr(7, 0), ...stay];

describe('access by CPACR (B3.2.20)', () => {
  const faults = poke(SCB.SHCSR, 7 << 16);
  test.each([
    ['denied', 0, false, false],
    ['for privileged code', 1, true, false],
    ['reserved, as denied', 2, false, false],
    ['full', 3, true, true],
  ])('%s', (_, cp, privileged, unprivileged) => {
    const access = poke(SCB.CPACR, (cp * 5) << 20);
    const drop = [...movs(0, 1), ...msr(SYSM.CONTROL, 0)];
    for (const [code, works] of [
      [access, privileged],
      [[...access, ...drop], unprivileged],
    ] as const) {
      const { cpu } = run(rig([...faults, ...code, ...vadd, ...stay], { [EXCEPTION.usageFault]: faulted }));
      // UFSR.NOCP, or nothing
      expect(cpu.register('r7') >>> 16).toBe(works ? 0 : 8);
    }
  });

  test('code that is compiled is refused as soon as access is taken away', () => {
    const loop: Code = [...vadd, ...movs(3, 1), 0xe7fb];
    const { cpu, machine } = rig([...faults, ...enable, ...loop], { [EXCEPTION.usageFault]: faulted });
    machine.runCycles(100_000);
    expect(cpu.register('r7')).toBe(0);
    machine.bus.write(SCB.CPACR, 4, 0);
    machine.runCycles(1000);
    expect(cpu.register('r7') >>> 16).toBe(8);
  });

  test('with access what is no instruction of the extension is undefined', () => {
    const double: Code = [0xee30, 0x0b00];
    const { cpu } = run(rig([...faults, ...enable, ...double, ...stay], { [EXCEPTION.usageFault]: faulted }));
    expect(cpu.register('r7') >>> 16).toBe(1);
  });
});

describe('contexts (B1.5.7)', () => {
  test('the first instruction of a context sets CONTROL.FPCA and takes FPSCR[26:22] from FPDSCR', () => {
    const main = [
      ...enable,
      ...poke(FPDSCR, 0x0340_0000),
      ...mrs(4, SYSM.CONTROL),
      ...vadd,
      ...mrs(5, SYSM.CONTROL),
      ...vmrs(6),
      ...stay,
    ];
    const { cpu } = run(rig(main));
    expect(['r4', 'r5', 'r6'].map((name) => cpu.register(name))).toEqual([0, FPCA, 0x0340_0000]);
  });
  test('without ASPEN neither happens', () => {
    const main = [
      ...enable,
      ...poke(FPCCR, 0),
      ...poke(FPDSCR, 0x0340_0000),
      ...vadd,
      ...mrs(5, SYSM.CONTROL),
      ...vmrs(6),
      ...stay,
    ];
    const { cpu } = run(rig(main));
    expect(['r5', 'r6'].map((name) => cpu.register(name))).toEqual([0, 0]);
  });
  test('MSR writes FPCA, unprivileged code cannot', () => {
    const main = [
      ...movs(0, 4),
      ...msr(SYSM.CONTROL, 0),
      ...mrs(4, SYSM.CONTROL),
      ...movs(0, 1),
      ...msr(SYSM.CONTROL, 0),
      ...movs(0, 4),
      ...msr(SYSM.CONTROL, 0),
      ...mrs(5, SYSM.CONTROL),
      ...stay,
    ];
    const { cpu } = run(rig(main));
    expect(['r4', 'r5'].map((name) => cpu.register(name))).toEqual([4, 1]);
  });
  test('a test sees and sets S0–S31 and FPSCR by name', () => {
    const { cpu } = run(rig([...enable, ...setS0(0x3fc0_0000), ...stay]));
    expect(cpu.register('s0')).toBe(0x3fc0_0000);
    cpu.setRegister('s31', 0xc000_0000);
    cpu.setRegister('fpscr', 0xffff_ffff);
    expect([cpu.register('s31'), cpu.register('fpscr')]).toEqual([0xc000_0000, 0xf7c0_009f]);
    expect(cpu.registerNames).toContain('s31');
  });
});

/** FPCCR as the handler finds it in r4, FPCAR r5, EXC_RETURN r6, its stack pointer r8. */
const look: Code = [...mov32(0, FPCCR), ...ldr(4, 0), ...ldr(5, 0, 4), ...movRegister(6, 14), ...movRegister(8, 13)];

describe('frames (B1.5.6–B1.5.8)', () => {
  const before = [...enable, ...setS0(0x1111_0000), ...mov32(3, 0x0040_0010), ...vmsr(3)];

  test('lazily: room for 26 words, nothing stored, and nothing restored where the handler needs no registers', () => {
    const { cpu, word, machine } = rig([...before, ...svc(0), ...stay], { [EXCEPTION.svCall]: [...look, ...bx(14)] });
    machine.bus.poke(STACK - 0x68 + 0x20, 4, 0xeeee_eeee);
    machine.runCycles(2000);
    expect(cpu.register('r8')).toBe(STACK - 0x68);
    expect(cpu.register('r6')).toBe(0xffff_ffe9);
    expect(cpu.register('r5')).toBe(STACK - 0x68 + 0x20);
    // LSPACT, THREAD, HFRDY; MemManage, BusFault and DebugMonitor are not enabled
    expect(cpu.register('r4')).toBe(ASPEN + LSPEN + 0x19);
    expect(word(STACK - 0x68 + 0x20)).toBe(0xeeee_eeee);
    expect(machine.bus.read(FPCCR, 4) & 1).toBe(0);
    expect([cpu.register('s0'), cpu.register('fpscr'), cpu.register('control'), cpu.register('sp')]).toEqual([
      0x1111_0000,
      0x0040_0010,
      FPCA,
      STACK,
    ]);
  });

  test("lazily: the handler's first instruction stores them, its context is its own, and they come back", () => {
    const handler = [
      ...look,
      ...mrs(9, SYSM.CONTROL),
      ...setS0(0x2222_0000),
      ...vmrs(10),
      ...mrs(11, SYSM.CONTROL),
      ...bx(14),
    ];
    const { cpu, word, machine, cycles } = rig([...before, ...svc(0), ...stay], { [EXCEPTION.svCall]: handler });
    cycles(2000);
    expect([word(STACK - 0x48), word(STACK - 0x8)]).toEqual([0x1111_0000, 0x0040_0010]);
    expect(['r9', 'r10', 'r11'].map((name) => cpu.register(name))).toEqual([0, 0, FPCA]);
    expect([cpu.register('s0'), cpu.register('fpscr'), cpu.register('control')]).toEqual([
      0x1111_0000,
      0x0040_0010,
      FPCA,
    ]);
    expect(machine.bus.read(FPCCR, 4) & 1).toBe(0);
  });

  test('at once where LSPEN is 0', () => {
    const main = [...poke(FPCCR, ASPEN), ...before, ...svc(0), ...stay];
    const { cpu, word, cycles } = rig(main, { [EXCEPTION.svCall]: [...look, ...setS0(0x2222_0000), ...bx(14)] });
    cycles(2000);
    expect(cpu.register('r4')).toBe(ASPEN);
    expect([word(STACK - 0x48), word(STACK - 0x8)]).toEqual([0x1111_0000, 0x0040_0010]);
    expect([cpu.register('s0'), cpu.register('fpscr')]).toEqual([0x1111_0000, 0x0040_0010]);
  });

  test('the frame is aligned to 8 bytes even where CCR.STKALIGN is 0', () => {
    const main = [...poke(SCB.CCR, 0), ...before, ...mov32(0, STACK - 4), ...movRegister(13, 0), ...svc(0), ...stay];
    const { cpu, cycles } = rig(main, { [EXCEPTION.svCall]: [...look, ...bx(14)] });
    cycles(2000);
    expect([cpu.register('r8'), cpu.register('sp')]).toEqual([STACK - 0x70, STACK - 4]);
  });

  test('without access on return UsageFault NOCP is taken on the frame that is there', () => {
    const handler = [...setS0(0), ...poke(SCB.CPACR, 0), ...bx(14)];
    const fault = [...look, ...mov32(0, SCB.CFSR), ...ldr(7, 0), ...stay];
    const rigged = rig([...poke(SCB.SHCSR, 7 << 16), ...before, ...svc(0), ...stay], {
      [EXCEPTION.svCall]: handler,
      [EXCEPTION.usageFault]: fault,
    });
    run(rigged);
    expect([rigged.cpu.register('r7'), rigged.cpu.register('r6'), rigged.cpu.register('r8')]).toEqual([
      8 << 16,
      0xffff_ffe9,
      STACK - 0x68,
    ]);
  });

  test('EXC_RETURN with bit 4 clear and reserved bits set is INVPC', () => {
    const handler = [...mov32(0, 0xffff_ffe3), ...bx(0)];
    const rigged = run(
      rig([...poke(SCB.SHCSR, 7 << 16), ...svc(0), ...stay], {
        [EXCEPTION.svCall]: handler,
        [EXCEPTION.usageFault]: faulted,
      }),
    );
    expect(rigged.cpu.register('r7')).toBe(4 << 16);
  });

  test('the store that was put off can fail: BFSR.LSPERR, pending where it has to wait (B1.5.7)', () => {
    const handler = [...mov32(0, FPCAR), ...mov32(1, 0x9000_0000), ...str(1, 0), ...setS0(5), ...movs(5, 1), ...bx(14)];
    const rigged = run(
      rig([...poke(SCB.SHCSR, 7 << 16), ...before, ...svc(0), ...stay], {
        [EXCEPTION.svCall]: handler,
        [EXCEPTION.busFault]: faulted,
      }),
    );
    expect([rigged.cpu.register('r5'), rigged.cpu.register('r7')]).toEqual([1, 1 << 13]);
  });

  test('the MPU can refuse it: MMFSR.MLSPERR', () => {
    // region 0, 4 KiB that nobody may access; everything else as without an MPU for privileged code
    const protect = [...poke(0xe000_ed98, 0), ...poke(0xe000_ed9c, RAM + 0x1_0000), ...poke(0xe000_eda0, 0x17)];
    const main = [...poke(SCB.SHCSR, 7 << 16), ...protect, ...poke(0xe000_ed94, 5), ...before, ...svc(0), ...stay];
    const handler = [...poke(FPCAR, RAM + 0x1_0040), ...setS0(5), ...movs(5, 1), ...bx(14)];
    const rigged = run(rig(main, { [EXCEPTION.svCall]: handler, [EXCEPTION.memManage]: faulted }));
    expect([rigged.cpu.register('r5'), rigged.cpu.register('r7')]).toEqual([1, 1 << 5]);
  });

  test('where it was not enabled when the frame was made it is a HardFault, before the instruction', () => {
    const handler = [...mov32(0, FPCAR), ...mov32(1, 0x9000_0000), ...str(1, 0), ...setS0(5), ...movs(5, 1), ...bx(14)];
    const rigged = run(
      rig([...before, ...svc(0), ...stay], { [EXCEPTION.svCall]: handler, [EXCEPTION.hardFault]: faulted }),
    );
    expect([rigged.cpu.register('r5'), cfsr(rigged), rigged.word(SCB.HFSR)]).toEqual([0, 1 << 13, 2 ** 30]);
    expect(rigged.machine.bus.read(FPCCR, 4) & 1).toBe(1);
  });
});

describe('time (Arm DDI 0439D 3.9.1)', () => {
  /** Cycles from SVC to `stay`, with a handler that only returns. */
  const cyclesOf = (fpccr: number, uses: Code, handler: Code): number => {
    const main = [...enable, ...poke(FPCCR, fpccr), ...movs(5, 0), ...uses, ...nop, ...svc(0), ...movs(5, 1), ...stay];
    const { machine, cpu } = rig(main, { [EXCEPTION.svCall]: [...handler, ...bx(14)] });
    const at = 0x1000 + 2 * (main.length - 3);
    for (let i = 0; i < 100 && cpu.pc !== at; i++) machine.step();
    const start = machine.cycles;
    for (let i = 0; i < 100 && cpu.register('r5') === 0; i++) machine.step();
    return machine.cycles - start;
  };
  const used = setS0(0);
  test('lazily entry and exit cost nothing more, at once 17 clocks each', () => {
    const basic = cyclesOf(ASPEN + LSPEN, [], nop);
    expect(cyclesOf(ASPEN + LSPEN, used, nop)).toBe(basic);
    expect(cyclesOf(ASPEN, used, nop)).toBe(basic + 34);
  });
  test('a store that was put off takes its time when it is done', () => {
    const basic = cyclesOf(ASPEN + LSPEN, [], vadd);
    expect(cyclesOf(ASPEN + LSPEN, used, vadd)).toBe(basic + 34);
  });
});

describe('the interrupt of the cumulative flags (ST PM0214 4.6.7, RM0090 table 62)', () => {
  const FPU_IRQ = 81;
  const options = { cpu: { floatInterrupt: FPU_IRQ } };
  const divide: Code = [0xee80, 0x0a20];
  const one = [...setS0(0x3f80_0000), ...movs(2, 0), ...toSingle(1, 2)];
  const listen = poke(NVIC_ISER + 8, 1 << (FPU_IRQ - 64));
  test('a division by zero pends it', () => {
    const handler = [...vmrs(3), 0x9c18, ...movs(5, 1), ...stay]; // ldr r4, [sp, #0x60]
    const { cpu } = run(
      rig([...enable, ...listen, ...one, ...divide, ...movs(6, 1), ...stay], { [irq(FPU_IRQ)]: handler }, options),
    );
    expect([cpu.register('r5'), cpu.register('r4'), cpu.register('r6')]).toEqual([1, 2, 0]);
  });
  test('an inexact result does not', () => {
    const third = [...mov32(2, 0x4040_0000), ...toSingle(1, 2)];
    const { cpu } = run(
      rig(
        [...enable, ...listen, ...one, ...third, ...divide, ...vmrs(4), ...stay],
        { [irq(FPU_IRQ)]: [...movs(5, 1), ...stay] },
        options,
      ),
    );
    expect([cpu.register('r5'), cpu.register('r4')]).toEqual([0, 0x10]);
  });
  test('it stays pending until it is enabled, even where the flags are clear by then', () => {
    const main = [...enable, ...one, ...divide, ...movs(0, 0), ...vmsr(0), ...listen, ...movs(6, 1), ...stay];
    const { cpu } = run(rig(main, { [irq(FPU_IRQ)]: [...movs(5, 1), ...stay] }, options));
    expect([cpu.register('r5'), cpu.register('r6')]).toEqual([1, 0]);
  });
  test('comes again and again while the flags stand, and ends with them', () => {
    // counts in memory; the third time the flags of the frame are cleared
    const handler = [
      ...vmrs(4),
      ...mov32(0, RESULT),
      ...ldr(1, 0),
      0x3101,
      ...str(1, 0),
      0x2903,
      0xd102,
      ...movs(2, 0),
      0x9218,
      0xbf00,
      ...bx(14),
    ]; // prettier-ignore
    const { cpu, word } = run(
      rig([...enable, ...listen, ...one, ...divide, ...movs(6, 1), ...stay], { [irq(FPU_IRQ)]: handler }, options),
    );
    expect([word(RESULT), cpu.register('r6'), cpu.register('fpscr')]).toEqual([3, 1, 0]);
  });
});

test('a snapshot holds all of it: contexts that are still to be stored go back with a restore', () => {
  const main = [...enable, ...setS0(0x1111_0000), ...poke(SCB.ICSR, PENDSVSET), ...nop, ...fromSingle(4, 0), ...stay];
  const handler = [...look, ...nop, ...nop, ...setS0(0x2222_0000), ...save(RESULT, 4), ...bx(14)];
  const { machine, cpu } = rig(main, { [EXCEPTION.pendSV]: handler });
  for (let i = 0; i < 100 && cpu.register('r4') === 0; i++) machine.step();
  const taken = machine.snapshot();
  machine.runCycles(2000);
  const [first, s0] = [machine.hash(), cpu.register('r4')];
  machine.restore(taken);
  machine.runCycles(2000);
  expect([machine.hash(), cpu.register('r4')]).toEqual([first, s0]);
  expect(s0).toBe(0x1111_0000);
});
