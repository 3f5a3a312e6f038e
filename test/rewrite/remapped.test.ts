import { describe, expect, it } from 'vitest';
import { stm32f4Discovery } from '../../src/boards/index.js';
import { type Code, ldr, mov32 } from '../exceptions/thumb.js';

/** Loads of compiled code, when the memory they read is watched, or another one comes in its place. */

const RAM = 0x2000_0000;
const SYSCFG_MEMRMP = 0x4001_3800;
/** A7.7.12 T2: to an address behind. */
const b = (from: number, to: number): Code => [0xe000 | (((to - from - 4) >> 1) & 0x7ff)];

/** r4 follows the word at an address, for ever; code in RAM. */
function following(engine: 'cold' | 'hot' | 'auto', address: number) {
  const code = [...mov32(2, address), ...ldr(4, 2), ...b(10, 8)];
  const machine = stm32f4Discovery.createMachine({
    engine,
    image: [
      {
        physicalAddress: 0x0800_0000,
        data: new Uint8Array(new Uint32Array([RAM + 0x1_0000, (RAM + 0x100) | 1]).buffer),
      },
      { physicalAddress: RAM + 0x100, data: new Uint8Array(new Uint16Array(code).buffer) },
    ],
  });
  // Long enough for the loop to be compiled.
  for (let i = 0; i < 60; i++) machine.runCycles(20_001);
  return machine;
}

describe.each(['cold', 'hot', 'auto'] as const)('%s engine', (engine) => {
  it('loads what is shown at 0 after MEM_MODE has changed', () => {
    const machine = following(engine, 4);
    expect(machine.cpu.register('r4') >>> 0).toBe((RAM + 0x100) | 1);
    machine.bus.write(0x4002_3844, 4, 1 << 14);
    machine.bus.write(SYSCFG_MEMRMP, 4, 3);
    machine.bus.poke(RAM + 4, 4, 0x1234_5678);
    machine.runCycles(1000);
    expect(machine.cpu.register('r4')).toBe(0x1234_5678);
  });

  it('tells every load from a word that came to be watched', () => {
    const machine = following(engine, RAM + 0x200);
    let loads = 0;
    machine.bus.watch(RAM + 0x200, 4, 'read', () => loads++);
    machine.runCycles(1000);
    expect(loads).toBeGreaterThan(100);
  });
});
