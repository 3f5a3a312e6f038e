import { describe, expect, test } from 'vitest';
import { EXCEPTION } from '../../src/emu/cpu/armv7m/exception-numbers.js';
import { NVIC_IPR, note, RESULT, rig, SCB, STACK } from './rig.js';
import {
  bx,
  type Code,
  cpsid,
  cpsie,
  isb,
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
  svc,
} from './thumb.js';

const DWT_CTRL = 0xe000_1000;
const DWT_CYCCNT = 0xe000_1004;
const { svCall, hardFault } = EXCEPTION;

test('identification and reset values (DDI 0439D tables 4-1, 8-1)', () => {
  const { machine } = rig(stay);
  const values = Object.entries({
    3758157056: 0x410f_c241,
    3758153732: 2,
    3758153736: 0,
    3758157060: 0,
    3758157064: 0,
    3758157068: 0xfa05_0000,
    3758157072: 0,
    3758157076: 0x200,
    3758157080: 0,
    3758157092: 0,
    3758157096: 0,
    3758157120: 0x30,
    3758157124: 0x200,
    3758157128: 0x10_0000,
    3758157136: 0x10_0030,
    3758157144: 0x0100_0000,
    3758157152: 0x0110_1110,
    3758157156: 0x0211_2000,
    3758157160: 0x2123_2231,
    3758157164: 0x0111_1131,
    3758157168: 0x0131_0132,
    3758157192: 0,
    3758157200: 0x800,
    3758157620: 0xc000_0000,
    3758157632: 0x1011_0021,
    3758157636: 0x1100_0011,
    3758100480: 0x4000_0000,
    3758104576: 0x260,
    3758153744: 4,
    3758157308: 0,
  }); // prettier-ignore
  for (const [address, value] of values)
    expect([address, machine.bus.read(Number(address), 4)]).toEqual([address, value]);
});

describe('MSR and MRS (B5.2)', () => {
  test('SPSEL switches the stack in Thread mode; MSP and PSP keep their values', () => {
    const main: Code = [
      ...mov32(0, 0x2000_4003),
      ...msr(SYSM.PSP, 0),
      ...movs(0, 2),
      ...msr(SYSM.CONTROL, 0),
      ...isb,
      ...movRegister(4, 13),
      ...mrs(5, SYSM.MSP),
      ...mrs(6, SYSM.PSP),
      ...svc(0),
      ...movRegister(7, 13),
      ...stay,
    ]; // prettier-ignore
    // In the handler: SPSEL cannot be set, and LR names the process stack.
    const handler: Code = [
      ...movs(0, 2),
      ...msr(SYSM.CONTROL, 0),
      ...mrs(1, SYSM.CONTROL),
      ...save(RESULT, 1),
      ...movRegister(2, 14),
      ...save(RESULT + 4, 2),
      ...bx(14),
    ];
    const { cpu, cycles, word } = rig(main, { [svCall]: handler });
    cycles(300);
    expect(cpu.register('r4')).toBe(0x2000_4000);
    expect(cpu.register('r5')).toBe(STACK);
    expect(cpu.register('r6')).toBe(0x2000_4000);
    expect(word(RESULT)).toBe(0);
    expect(word(RESULT + 4)).toBe(0xffff_fffd);
    expect(cpu.register('r7')).toBe(0x2000_4000);
    expect(cpu.register('control')).toBe(2);
    expect(cpu.register('msp')).toBe(STACK);
  });

  test('FAULTMASK can be cleared by MSR, and not set by a HardFault handler', () => {
    const main: Code = [
      ...cpsid('f'),
      ...mrs(4, SYSM.FAULTMASK),
      ...movs(0, 0),
      ...msr(SYSM.FAULTMASK, 0),
      ...mrs(5, SYSM.FAULTMASK),
      0xde00,
    ]; // prettier-ignore
    const { cpu, cycles } = rig(main, { [hardFault]: [...cpsid('f'), ...mrs(6, SYSM.FAULTMASK), ...stay] });
    cycles(200);
    expect(['r4', 'r5', 'r6'].map((name) => cpu.register(name))).toEqual([1, 0, 0]);
  });

  test('return from HardFault clears FAULTMASK set by a lower handler (B1.5.8, DeActivate)', () => {
    const { cpu, cycles } = rig([...svc(0), ...mrs(4, SYSM.FAULTMASK), ...stay], {
      [svCall]: [...cpsid('f'), ...bx(14)],
    });
    cycles(200);
    expect(cpu.register('r4')).toBe(0);
  });
});

describe('DWT', () => {
  const cyccnt = (code: Code): number => {
    const program: Code = [
      ...poke(SCB.DEMCR, 1 << 24),
      ...mov32(3, DWT_CYCCNT),
      ...mov32(4, DWT_CTRL),
      ...movs(5, 1),
      0x6025,
      ...nop,
      ...ldr(6, 3),
      ...code,
      ...ldr(7, 3),
      ...stay,
    ]; // prettier-ignore
    const { cpu, cycles } = rig(program);
    cycles(1000);
    return cpu.register('r7') - cpu.register('r6');
  };
  test('CYCCNT counts the clocks of the core exactly', () => {
    const base = cyccnt([]);
    expect(cyccnt(Array(10).fill(0xbf00)) - base).toBeGreaterThanOrEqual(9);
    expect(cyccnt(Array(110).fill(0xbf00)) - cyccnt(Array(10).fill(0xbf00))).toBe(100);
  });
  test('CYCCNT stands while TRCENA is 0, and can be written', () => {
    const { machine, cycles } = rig(stay);
    const { bus } = machine;
    bus.write(DWT_CTRL, 4, 1);
    cycles(100);
    expect(bus.read(DWT_CYCCNT, 4)).toBe(0);
    bus.write(SCB.DEMCR, 4, 1 << 24);
    const start = machine.cycles;
    cycles(100);
    expect(bus.read(DWT_CYCCNT, 4)).toBe(machine.cycles - start);
    bus.write(DWT_CYCCNT, 4, 0xffff_ffff);
    const written = machine.cycles;
    cycles(3);
    expect(bus.read(DWT_CYCCNT, 4)).toBe(machine.cycles - written - 1);
    const last = bus.read(DWT_CYCCNT, 4);
    bus.write(DWT_CTRL, 4, 0);
    cycles(100);
    expect(bus.read(DWT_CYCCNT, 4)).toBe(last);
  });
});

describe('reset by AIRCR', () => {
  test('SYSRESETREQ with the key resets the machine; without it the write is ignored', () => {
    const main: Code = [
      ...mov32(0, RESULT),
      ...ldr(1, 0),
      0x1c49,
      0x6001,
      ...note(1),
      ...poke(SCB.AIRCR, 0x1234_0004),
      ...note(2),
      ...poke(NVIC_IPR, 0x40),
      ...cpsid('i'),
      ...poke(SCB.AIRCR, 0x05fa_0004),
      ...note(3),
      ...stay,
    ]; // prettier-ignore
    const { cpu, machine, trace, word } = rig(main);
    const resets: unknown[] = [];
    machine.on('reset', (detail) => resets.push(detail));
    machine.on('reset', () => machine.stop());
    machine.runCycles(10_000);
    expect(trace()).toEqual([1, 2]);
    expect(word(RESULT)).toBe(1);
    expect(resets).toEqual([{ cause: 'software' }]);
    expect(cpu.register('primask')).toBe(0);
    expect(machine.bus.read(NVIC_IPR, 4)).toBe(0);
    expect(cpu.pc).toBe(0x1000);
  });
});

test('switching on what is not modelled is reported by name', () => {
  const { machine, cycles } = rig([...poke(0xe000_e008, 1 << 8), ...stay]);
  cycles(100);
  expect(machine.guestErrors.map(({ what }) => what)).toEqual([
    'SCNSCB.ACTLR.DISFPCA was written: switching the update of CONTROL.FPCA off is not modelled',
  ]);
});

test('a pending interrupt is taken before the instruction after CPSIE', () => {
  const { cpu, cycles } = rig([...cpsid('i'), ...poke(SCB.ICSR, 1 << 28), ...cpsie('i'), ...movs(4, 1), ...stay], {
    [EXCEPTION.pendSV]: [...movRegister(5, 4), ...bx(14)],
  });
  cycles(200);
  expect(cpu.register('r4')).toBe(1);
  expect(cpu.register('r5')).toBe(0);
});
