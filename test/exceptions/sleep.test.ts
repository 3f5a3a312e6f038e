import { expect, test } from 'vitest';
import { irq, NVIC_ISER, note, rig, SCB } from './rig.js';
import { bx, type Code, cpsid, movs, msr, poke, SYSM, sev, stay, wfe, wfi } from './thumb.js';

const enable5: Code = poke(NVIC_ISER, 1 << 5);
const handler: Code = [...note(5), ...bx(14)];

test('WFI sleeps until an enabled interrupt is pending; the handler runs before what follows (B1.5.19)', () => {
  const { cpu, line, cycles, trace, machine } = rig([...enable5, ...wfi, ...note(1), ...stay], { [irq(5)]: handler });
  cycles(1000);
  expect(cpu.sleeping).toBe(true);
  expect(cpu.describe()).toBe('thread mode, asleep');
  expect(machine.cycles).toBe(1000);
  line(5, 1);
  line(5, 0);
  expect(cpu.sleeping).toBe(false);
  cycles(100);
  expect(trace()).toEqual([5, 1]);
});

test('WFI wakes with PRIMASK set, and the interrupt stays pending', () => {
  const { line, cycles, trace, cpu } = rig([...enable5, ...cpsid('i'), ...wfi, ...note(1), ...stay], {
    [irq(5)]: handler,
  });
  cycles(1000);
  line(5, 1);
  cycles(100);
  expect(trace()).toEqual([1]);
  expect(cpu.describe()).toBe('thread mode');
});

test('WFI does not wake for what BASEPRI masks, nor for what is not enabled', () => {
  const masked: Code = [
    ...enable5,
    ...poke(0xe000_e404, 0x8000),
    ...movs(0, 0x40),
    ...msr(SYSM.BASEPRI, 0),
    ...wfi,
    ...note(1),
    ...stay,
  ];
  for (const main of [masked, [...wfi, ...note(1), ...stay]]) {
    const { line, cycles, trace, cpu } = rig(main, { [irq(5)]: handler });
    cycles(1000);
    line(5, 1);
    cycles(1000);
    expect(cpu.sleeping).toBe(true);
    expect(trace()).toEqual([]);
  }
});

test('WFI with something pending already goes on at once', () => {
  const { line, cycles, trace } = rig([...cpsid('i'), ...enable5, ...wfi, ...note(1), ...stay], { [irq(5)]: handler });
  line(5, 1);
  cycles(100);
  expect(trace()).toEqual([1]);
});

test('WFE falls through once after SEV, then sleeps (B1.5.18)', () => {
  const { cpu, cycles, trace } = rig([...sev, ...wfe, ...note(1), ...wfe, ...note(2), ...stay]);
  cycles(1000);
  expect(trace()).toEqual([1]);
  expect(cpu.sleeping).toBe(true);
});

test('an exception sets the event register: WFE after an interrupt falls through', () => {
  const { line, cycles, trace } = rig([...enable5, ...wfi, ...wfe, ...note(1), ...stay], { [irq(5)]: handler });
  cycles(500);
  line(5, 1);
  line(5, 0);
  cycles(200);
  expect(trace()).toEqual([5, 1]);
});

test('SEVONPEND wakes WFE for an interrupt that is not even enabled', () => {
  const main = (scr: number): Code => [...poke(SCB.SCR, scr), ...wfe, ...note(1), ...wfe, ...note(2), ...stay];
  for (const [scr, expected] of [
    [1 << 4, [1]],
    [0, []],
  ] as const) {
    const { line, cycles, trace, cpu } = rig(main(scr));
    cycles(500);
    line(5, 1);
    cycles(500);
    expect(trace()).toEqual(expected);
    expect(cpu.sleeping).toBe(true);
  }
});

test('WFE does not wake for an interrupt that PRIMASK masks', () => {
  const { line, cycles, trace } = rig([...enable5, ...cpsid('i'), ...wfe, ...note(1), ...stay], { [irq(5)]: handler });
  cycles(500);
  line(5, 1);
  cycles(500);
  expect(trace()).toEqual([]);
});

test('SLEEPONEXIT sleeps after the last handler, and never runs Thread mode again (B1.5.17)', () => {
  const { line, cycles, trace, cpu } = rig([...enable5, ...poke(SCB.SCR, 2), ...wfi, ...note(1), ...stay], {
    [irq(5)]: handler,
  });
  cycles(500);
  for (let i = 0; i < 3; i++) {
    line(5, 1);
    line(5, 0);
    cycles(500);
    expect(cpu.sleeping).toBe(true);
  }
  expect(trace()).toEqual([5, 5, 5]);
});

test('asleep with nothing to come, a run ends at its limit', () => {
  const { machine } = rig([...wfi, ...stay]);
  expect(machine.runCycles(5_000_000_000)).toBe('limit');
  expect(machine.cycles).toBe(5_000_000_000);
});
