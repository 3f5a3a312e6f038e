import { describe, expect, test } from 'vitest';
import { EXCEPTION } from '../../src/emu/cpu/armv7m/exception-numbers.js';
import { handlerAddress, mainAddress, NMISET, note, RAM, RESULT, rig, SCB, STACK } from './rig.js';
import {
  bkpt,
  bx,
  type Code,
  cpsid,
  ldr,
  mov32,
  movRegister,
  movs,
  nop,
  poke,
  pokeByte,
  save,
  stay,
  svc,
  udf,
} from './thumb.js';

const { hardFault, nmi, busFault, usageFault, svCall, debugMonitor } = EXCEPTION;
const UNMAPPED = 0x9000_0000;
const enableFaults: Code = poke(SCB.SHCSR, 7 << 16);
const readNothing: Code = [...mov32(2, UNMAPPED), ...ldr(3, 2)];

describe('fault records', () => {
  test('say kind, cause, status, address, pc and registers', () => {
    const { cpu, machine, cycles } = rig([...movs(5, 7), ...readNothing, ...stay], { [hardFault]: stay });
    const events: unknown[] = [];
    machine.on('fault', (detail) => events.push(detail));
    cycles(200);
    expect(cpu.faults).toHaveLength(1);
    expect(cpu.faults[0]).toMatchObject({
      kind: 'HardFault',
      cause: 'BusFault',
      cfsr: 0x8200,
      hfsr: 0x4000_0000,
      address: UNMAPPED,
      pc: mainAddress + 10,
      registers: { r2: UNMAPPED, lr: 0xffff_ffff, sp: STACK },
    });
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ kind: 'HardFault', cause: 'BusFault', pc: mainAddress + 10 });
    expect(cpu.describe()).toBe('HardFault handler');
  });

  test('go back with a restore', () => {
    const { cpu, machine, cycles } = rig([...nop, ...nop, ...udf(1)], { [hardFault]: stay });
    const before = machine.snapshot();
    cycles(100);
    expect(cpu.faults).toHaveLength(1);
    machine.restore(before);
    expect(cpu.faults).toHaveLength(0);
    cycles(100);
    expect(cpu.faults[0]!.pc).toBe(mainAddress + 4);
  });
});

describe('lockup (B1.5.15)', () => {
  test('a fault in the HardFault handler locks the core up', () => {
    const { cpu, cycles } = rig(udf(1), { [hardFault]: udf(2) });
    cycles(200);
    expect(cpu.locked).toBe(true);
    expect(cpu.pc).toBe(0xffff_fffe);
    expect(cpu.describe()).toBe('locked up in HardFault handler');
    expect(cpu.faults.map(({ kind }) => kind)).toEqual(['HardFault', 'lockup']);
  });

  test('SVC in the HardFault handler locks the core up', () => {
    const { cpu, cycles } = rig(udf(1), { [hardFault]: svc(0), [svCall]: stay });
    cycles(200);
    expect(cpu.locked).toBe(true);
  });

  test('a fault with FAULTMASK set locks the core up', () => {
    const { cpu, cycles } = rig([...cpsid('f'), ...udf(1)], { [hardFault]: stay });
    cycles(200);
    expect(cpu.locked).toBe(true);
    expect(cpu.describe()).toBe('locked up in thread mode');
  });

  test('NMI gets the core out of lockup at priority −1, and a return goes back into it', () => {
    const handler: Code = [...note(2), ...bx(14)];
    const { cpu, cycles, trace, machine } = rig(udf(1), { [hardFault]: udf(2), [nmi]: handler });
    cycles(200);
    cpu.input('nmi')!.set(1);
    expect(cpu.locked).toBe(false);
    cycles(200);
    expect(trace()).toEqual([2]);
    expect(cpu.locked).toBe(true);
    machine.reset('pin');
    expect(cpu.locked).toBe(false);
  });

  test('a vector table that cannot be read locks the core up at reset', () => {
    const { cpu, machine, cycles } = rig([...poke(SCB.VTOR, UNMAPPED), ...svc(0), ...stay], { [svCall]: stay });
    cycles(200);
    expect(cpu.locked).toBe(true);
    expect(machine.bus.peek(SCB.HFSR, 4)! & 2).toBe(2);
  });

  test('time passes and the run ends at its limit while the core is locked up', () => {
    const { machine, cycles } = rig(udf(1), { [hardFault]: udf(2) });
    cycles(1_000_000);
    expect(machine.cycles).toBe(1_000_000);
  });
});

test('an SVC that becomes HardFault returns to the SVC itself (B1.5.6, ReturnAddress)', () => {
  const main: Code = [...cpsid('i'), ...svc(0), ...stay];
  const { word, cycles } = rig(main, { [hardFault]: [...movRegister(4, 13), ...stay], [svCall]: stay });
  cycles(100);
  expect(word(STACK - 0x20 + 0x18)).toBe(mainAddress + 2);
});

test('a vector with bit 0 clear gives UsageFault INVSTATE at the handler (B1.5.6)', () => {
  const { cpu, cycles } = rig(
    [...enableFaults, ...pokeByte(SCB.SHPR2 + 3, 0x80), ...svc(0), ...stay],
    { [usageFault]: stay },
    {
      vectors: { [svCall]: handlerAddress(svCall) },
    },
  );
  cycles(200);
  expect(cpu.faults[0]).toMatchObject({ kind: 'UsageFault', pc: handlerAddress(svCall), cfsr: 1 << 17 });
});

describe('BKPT without a debugger (C1.4.1)', () => {
  test('is a HardFault with DEBUGEVT, and DFSR.BKPT', () => {
    const { cpu, machine, cycles } = rig(bkpt(1), { [hardFault]: stay });
    cycles(100);
    expect(cpu.faults[0]).toMatchObject({
      kind: 'HardFault',
      cause: 'DebugMonitor',
      hfsr: 0x8000_0000,
      pc: mainAddress,
    });
    expect(machine.bus.peek(SCB.DFSR, 4)).toBe(2);
  });
  test('is DebugMonitor where MON_EN is set', () => {
    const { cpu, cycles, word } = rig([...poke(SCB.DEMCR, 1 << 16), ...bkpt(0xab)], { [debugMonitor]: stay });
    cycles(100);
    expect(cpu.describe()).toBe('DebugMonitor handler');
    expect(word(STACK - 0x20 + 0x18)).toBe(mainAddress + 18);
  });
});

test('CCR.BFHFNMIGN: a HardFault handler goes on after a data bus fault, and sees it in BFSR (B3.2.8)', () => {
  const handler: Code = [...poke(SCB.CCR, 0x300), ...readNothing, ...save(RESULT, 3), ...movs(4, 1), ...stay];
  const { cpu, cycles, machine } = rig(udf(1), { [hardFault]: handler });
  cycles(200);
  expect(cpu.register('r4')).toBe(1);
  expect(cpu.locked).toBe(false);
  expect(machine.bus.peek(SCB.CFSR, 4)! & 0x8200).toBe(0x8200);
  expect(machine.bus.peek(SCB.BFAR, 4)).toBe(UNMAPPED);
});

test('a stack that cannot be read on return is UNSTKERR, taken with the same EXC_RETURN (B1.5.12)', () => {
  const handler: Code = [...mov32(0, UNMAPPED), ...movRegister(13, 0), ...bx(14)];
  const rescue: Code = [...movRegister(4, 14), ...mov32(0, STACK), ...movRegister(13, 0), ...stay];
  const { cpu, cycles } = rig([...enableFaults, ...svc(0), ...stay], { [svCall]: handler, [busFault]: rescue });
  cycles(200);
  expect(cpu.describe()).toBe('BusFault handler');
  expect(cpu.register('r4')).toBe(0xffff_fff9);
  expect(cpu.faults[0]!.cfsr).toBe(1 << 11);
});

test('NMI is taken in the HardFault handler (B1.5.4)', () => {
  const main: Code = udf(1);
  const { cycles, trace } = rig(main, {
    [hardFault]: [...poke(SCB.ICSR, NMISET), ...note(3), ...stay],
    [nmi]: [...note(2), ...bx(14)],
  });
  cycles(300);
  expect(trace()).toEqual([2, 3]);
});

test('a store to the execute-never peripheral region is no fault of the map, a fetch is (B3.1)', () => {
  const { cpu, cycles } = rig([...mov32(0, 0x4000_0001), ...bx(0)], { [hardFault]: stay });
  cycles(100);
  expect(cpu.faults[0]).toMatchObject({ cause: 'MemManage', cfsr: 1, pc: 0x4000_0000, address: undefined });
});

test('an access of the wrong size to the System Control Space is a bus fault (B3.1.1)', () => {
  const { cpu, cycles } = rig([...mov32(0, SCB.VTOR), 0x7801, ...stay], { [hardFault]: stay });
  cycles(100);
  expect(cpu.faults[0]).toMatchObject({ cause: 'BusFault', address: SCB.VTOR });
});

test('an unaligned word over the end of RAM faults at the first byte beyond it', () => {
  const { cpu, cycles } = rig([...mov32(2, RAM + 0x2_0000 - 2), ...ldr(3, 2), ...stay], { [hardFault]: stay });
  cycles(100);
  expect(cpu.faults[0]).toMatchObject({ cause: 'BusFault', address: RAM + 0x2_0000 });
});
