import { describe, expect, it } from 'vitest';
import { stm32f4Discovery } from '../../src/boards/index.js';
import type { EngineMode, TimingModel } from '../../src/emu/isa/engine-mode.js';
import type { Machine } from '../../src/emu/machine.js';

// Code in flash with wait states, line by line (RM0090 3.5.2, 3.9.1).

const FLASH = 0x0800_0000;
const ACR = 0x4002_3c00;
const [PRFTEN, ICEN, DCEN, ICRST] = [1 << 8, 1 << 9, 1 << 10, 1 << 11] as const;
const [WS, NOPS_IN_LINE] = [5, 8] as const;

/** NOPs from +0x100 up to a branch back to there, which stands last in its line; one line of them lasts 8 cycles. */
function loopOf(lines: number, engine: EngineMode, timing: TimingModel = 'part'): Machine {
  const bytes = new Uint8Array(0x8000);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x2001_0000, true);
  view.setUint32(4, FLASH + 0x101, true);
  const nops = lines * NOPS_IN_LINE - 2;
  for (let i = 0; i < nops; i++) view.setUint16(0x100 + 2 * i, 0xbf00, true);
  // b.w back (A7.7.12 T4)
  const offset = (-2 * nops - 4) >> 1;
  view.setUint16(0x100 + 2 * nops, 0xf000 | (1 << 10) | ((offset >> 11) & 0x3ff), true);
  view.setUint16(0x102 + 2 * nops, 0xb800 | (offset & 0x7ff), true);
  return stm32f4Discovery.createMachine({ engine, timing, image: [{ physicalAddress: FLASH, data: bytes }] });
}

/** Cycles of one time round, once `warm` rounds are over. */
function round(machine: Machine, instructions: number, warm = 3): number {
  for (let i = 0; i < warm * instructions; i++) machine.step();
  const before = machine.cycles;
  for (let i = 0; i < instructions; i++) machine.step();
  expect(machine.cpu.pc).toBe(FLASH + 0x100);
  return machine.cycles - before;
}

/** NOPs, and a branch of two cycles. */
const plain = (lines: number) => lines * NOPS_IN_LINE - 2 + 2;
const instructionsOf = (lines: number) => lines * NOPS_IN_LINE - 1;

function cyclesOf(lines: number, acr: number, timing?: TimingModel): number {
  const machine = loopOf(lines, 'cold', timing);
  machine.bus.write(ACR, 4, acr);
  return round(machine, instructionsOf(lines));
}

describe('a loop in flash', () => {
  it.each([
    ['no wait states', 4, 0, plain(4)],
    ['a line for each', 4, WS, plain(4) + 4 * WS],
    ['read ahead, but for the one that is branched to', 4, WS | PRFTEN, plain(4) + WS + 3],
    ['kept in the cache', 4, WS | ICEN, plain(4)],
    ['kept in all of the cache', 64, WS | ICEN, plain(64)],
    ['one line more than the cache has places: the one needed next is gone', 65, WS | ICEN, plain(65) + 65 * WS],
    ['the data cache keeps no code', 4, WS | DCEN, plain(4) + 4 * WS],
    ['the line in use needs no reading', 1, WS, plain(1)],
  ])('%s', (_, lines, acr, cycles) => {
    expect(cyclesOf(lines, acr)).toBe(cycles);
  });
  it('takes no wait states where timing is ideal', () => {
    expect(cyclesOf(4, WS, 'ideal')).toBe(plain(4) + 1);
  });
  it('is read again once the cache was emptied, which needs it off', () => {
    const machine = loopOf(4, 'cold');
    machine.bus.write(ACR, 4, WS | ICEN);
    expect(round(machine, instructionsOf(4))).toBe(plain(4));
    machine.bus.write(ACR, 4, WS | ICEN | ICRST);
    expect(round(machine, instructionsOf(4), 0)).toBe(plain(4));
    machine.bus.write(ACR, 4, WS);
    machine.bus.write(ACR, 4, WS | ICRST);
    machine.bus.write(ACR, 4, WS | ICEN);
    expect(round(machine, instructionsOf(4), 0)).toBe(plain(4) + 4 * WS);
  });
  it('is kept by the cache while that is off', () => {
    const machine = loopOf(4, 'cold');
    machine.bus.write(ACR, 4, WS | ICEN);
    round(machine, instructionsOf(4));
    machine.bus.write(ACR, 4, WS);
    expect(round(machine, instructionsOf(4), 0)).toBe(plain(4) + 4 * WS);
    machine.bus.write(ACR, 4, WS | ICEN);
    expect(round(machine, instructionsOf(4), 0)).toBe(plain(4));
  });
  it.each(['hot', 'auto'] as const)('takes as long on the %s engine, and after a snapshot', (engine) => {
    for (const [lines, acr] of [
      [4, WS | ICEN],
      [70, WS | ICEN | PRFTEN],
      [20, WS],
    ] as const) {
      const [cold, other] = [loopOf(lines, 'cold'), loopOf(lines, engine)];
      for (const machine of [cold, other]) {
        machine.bus.write(ACR, 4, acr);
        machine.runCycles(1000);
      }
      const kept = [cold, other].map((machine) => machine.snapshot());
      for (const machine of [cold, other]) machine.runCycles(70_001);
      const after = cold.hash();
      expect(other.hash()).toBe(after);
      for (const [i, machine] of [cold, other].entries()) {
        machine.bus.write(ACR, 4, 0);
        machine.runCycles(500);
        machine.restore(kept[i]!);
        machine.runCycles(70_001);
        expect(machine.hash()).toBe(after);
      }
    }
  });
});

describe('literals in flash', () => {
  it('are kept in the data cache', () => {
    const bytes = new Uint8Array(0x400);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, 0x2001_0000, true);
    view.setUint32(4, FLASH + 0x101, true);
    // ldr r0, [pc, #0x80]; nop; b back to the load
    for (const [i, half] of [0x4820, 0xbf00, 0xe7fc].entries()) view.setUint16(0x100 + 2 * i, half, true);
    const machine = stm32f4Discovery.createMachine({ image: [{ physicalAddress: FLASH, data: bytes }] });
    machine.bus.write(ACR, 4, WS | DCEN);
    machine.step();
    const times = [0, 1].map(() => {
      const before = machine.cycles;
      for (let i = 0; i < 3; i++) machine.step();
      return machine.cycles - before;
    });
    expect(times).toEqual([4, 4]);
  });
});
