import { describe, expect, test } from 'vitest';
import { stm32f4Discovery } from '../../src/boards/index.js';
import { EXCEPTION } from '../../src/emu/cpu/armv7m/exception-numbers.js';
import type { ItmHandle } from '../../src/emu/cpu/armv7m/itm.js';
import { type Rigged, rig, SCB } from './rig.js';
import { type Code, isb, ldr, mov32, movs, msr, poke, pokeByte, SYSM, stay, str } from './thumb.js';

const ITM = 0xe000_0000;
const STIM = (port: number) => ITM + 4 * port;
const [TER, TPR, TCR, LAR, LSR] = [0xe00, 0xe40, 0xe80, 0xfb0, 0xfb4].map((at) => ITM + at) as [
  number,
  number,
  number,
  number,
  number,
];
const UNLOCK = 0xc5ac_ce55;
const TRCENA = 1 << 24;
const { busFault, hardFault } = EXCEPTION;

const enabled: Code = [...poke(SCB.DEMCR, TRCENA), ...poke(LAR, UNLOCK), ...poke(TER, 0xff), ...poke(TCR, 0x1_0001)];
const run = (main: Code): Rigged & { readonly itm: ItmHandle } => {
  const rigged = rig([...main, ...stay], { [busFault]: stay, [hardFault]: stay });
  rigged.cycles(500);
  return { ...rigged, itm: rigged.machine.handle('itm') as ItmHandle };
};

describe('stimulus ports (C1.7.3)', () => {
  test('are ready while they and the ITM are enabled (FIFOREADY)', () => {
    const { machine } = run(enabled);
    expect([0, 7, 8].map((port) => machine.bus.read(STIM(port), 4))).toEqual([1, 1, 0]);
    machine.bus.write(TCR, 4, 0);
    expect(machine.bus.read(STIM(0), 4)).toBe(0);
  });

  test('take bytes, half-words and words', () => {
    const half: Code = [...mov32(0, STIM(1)), ...mov32(1, 0x4443), 0x8001];
    const { itm, machine } = run([
      ...enabled,
      ...pokeByte(STIM(0), 0x41),
      ...half,
      ...poke(STIM(1), 0x4847_4645),
      ...pokeByte(STIM(0), 0x42),
    ]);
    expect([itm.text, itm.port(0).text, itm.port(1).text]).toEqual(['AB', 'AB', 'CDEFGH']);
    expect([...itm.port(1).bytes]).toEqual([0x43, 0x44, 0x45, 0x46, 0x47, 0x48]);
    expect(itm.port(2).bytes).toHaveLength(0);
    expect(machine.guestErrors).toEqual([]);
    expect(() => itm.port(32)).toThrow('the ITM has no port 32');
  });

  test('that are not enabled lose what is written', () => {
    const { itm } = run([...enabled, ...poke(TER, 2), ...pokeByte(STIM(0), 0x41), ...pokeByte(STIM(1), 0x42)]);
    expect([itm.text, itm.port(1).text]).toEqual(['', 'B']);
  });

  test('tell listeners', () => {
    const rigged = rig([...enabled, ...pokeByte(STIM(3), 0x41), ...stay]);
    const heard: unknown[] = [];
    rigged.machine.on('itm', (event) => heard.push(event));
    rigged.cycles(500);
    expect(heard).toEqual([{ source: 'itm', port: 3, byte: 0x41 }]);
  });

  test('lose what is written without TRCENA, which is reported once', () => {
    const setUp = [...poke(LAR, UNLOCK), ...poke(TER, 1), ...poke(TCR, 1)];
    const { itm, machine } = run([...setUp, ...pokeByte(STIM(0), 0x41), ...pokeByte(STIM(0), 0x41)]);
    expect(itm.text).toBe('');
    expect(machine.guestErrors.map(({ kind, what }) => [kind, what])).toEqual([
      ['misuse', 'ITM port was written while DEMCR.TRCENA is 0, so the ITM is disabled: what was written is lost'],
    ]);
  });
});

describe('lock (D1.2.2)', () => {
  test('keeps TER, TPR and TCR until the key is written; LSR says so', () => {
    const { machine } = rig(stay);
    const { bus } = machine;
    bus.write(TER, 4, 1);
    bus.write(TCR, 4, 1);
    expect([bus.read(LSR, 4), bus.read(TER, 4), bus.read(TCR, 4)]).toEqual([3, 0, 0]);
    expect(machine.guestErrors.map(({ what }) => what)).toEqual([
      'ITM.TER was written while the ITM is locked: the write is ignored',
    ]);
    bus.write(LAR, 4, UNLOCK);
    bus.write(TER, 4, 1);
    expect([bus.read(LSR, 4), bus.read(TER, 4)]).toEqual([1, 1]);
    bus.write(LAR, 4, 0);
    bus.write(TER, 4, 3);
    expect([bus.read(LSR, 4), bus.read(TER, 4)]).toEqual([3, 1]);
  });
});

describe('unprivileged code', () => {
  const drop: Code = [...movs(0, 1), ...msr(SYSM.CONTROL, 0), ...isb];

  test('reaches the ports that TPR leaves it, and nothing of the others (C1.7.5)', () => {
    const { itm, cpu } = run([
      ...enabled,
      ...poke(TER, 0xffff),
      ...poke(TPR, 2),
      ...drop,
      ...pokeByte(STIM(0), 0x41),
      ...pokeByte(STIM(8), 0x42),
      ...mov32(2, STIM(8)),
      ...ldr(3, 2),
      ...mov32(2, STIM(0)),
      ...ldr(4, 2),
    ]);
    expect([itm.text, itm.port(8).text, cpu.register('r3'), cpu.register('r4')]).toEqual(['A', '', 0, 1]);
    expect(cpu.faults).toEqual([]);
  });

  test('does not reach the other registers (B3.1.1)', () => {
    const { cpu, word } = run([...enabled, ...drop, ...mov32(2, TCR), ...str(3, 2)]);
    expect([cpu.faults.length, word(SCB.BFAR)]).toEqual([1, TCR]);
  });
});

test('identification registers of the units (DDI 0439D)', () => {
  const { bus } = rig(stay).machine;
  const ids = (base: number) =>
    [0xfd0, 0xfe0, 0xfe4, 0xfe8, 0xff0, 0xff4, 0xff8, 0xffc].map((at) => bus.read(base + at, 4));
  expect(ids(0xe000_0000)).toEqual([0x04, 0x01, 0xb0, 0x3b, 0x0d, 0xe0, 0x05, 0xb1]);
  expect(ids(0xe000_1000)).toEqual([0x04, 0x02, 0xb0, 0x3b, 0x0d, 0xe0, 0x05, 0xb1]);
  expect(ids(0xe000_2000)).toEqual([0x04, 0x03, 0xb0, 0x2b, 0x0d, 0xe0, 0x05, 0xb1]);
  expect(ids(0xe000_e000)).toEqual([0x04, 0x0c, 0xb0, 0x0b, 0x0d, 0xe0, 0x05, 0xb1]);
  expect(ids(0xe004_0000)).toEqual([0x04, 0xa1, 0xb9, 0x0b, 0x0d, 0x90, 0x05, 0xb1]);
  expect(ids(0xe004_1000)).toEqual([0x04, 0x25, 0xb9, 0x0b, 0x0d, 0x90, 0x05, 0xb1]);
  expect(ids(0xe00f_f000)).toEqual([0x04, 0xc4, 0xb4, 0x0b, 0x0d, 0x10, 0x05, 0xb1]);
});

test('the ROM table of the STM32F407 names ST and device 0x413', () => {
  const { bus } = stm32f4Discovery.createMachine();
  const at = (offset: number) => bus.read(0xe00f_f000 + offset, 4);
  expect([0xfd0, 0xfe0, 0xfe4, 0xfe8].map(at)).toEqual([0x00, 0x13, 0x04, 0x0a]);
  expect([0, 4, 8, 12, 16, 20, 24].map(at)).toEqual([
    0xfff0_f003, 0xfff0_2003, 0xfff0_3003, 0xfff0_1003, 0xfff4_1003, 0xfff4_2003, 0,
  ]); // prettier-ignore
});
