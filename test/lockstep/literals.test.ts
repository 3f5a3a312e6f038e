import { describe, expect, it } from 'vitest';
import { stm32f4Discovery } from '../../src/boards/index.js';
import type { EngineMode } from '../../src/emu/isa/engine-mode.js';

/** Compiled code holds the literals of flash as constants: it must not outlive them. */

const FLASH = 0x0800_0000;
const LITERAL = FLASH + 0x100;

/** loop at +8: ldr r0, [pc, #0xf4] (the literal); add r1, r0; b loop (A7.7.43 T1, A7.7.4 T2, A7.7.12 T2). */
function machineOf(engine: EngineMode) {
  const bytes = new Uint8Array(0x104);
  const words = new Uint32Array(bytes.buffer);
  words[0] = 0x2001_0000;
  words[1] = (FLASH + 8) | 1;
  new Uint16Array(bytes.buffer).set([0x483d, 0x4401, 0xe7fc], 4);
  words[0x40] = 1;
  return stm32f4Discovery.createMachine({ image: [{ physicalAddress: FLASH, data: bytes }], engine });
}

describe.each(['cold', 'hot', 'auto'] as const)('%s engine', (engine) => {
  const turns = engine === 'hot' ? 50 : 3_000_000;
  /** What a turn of the loop adds to r1, after many turns. */
  const step = (machine: ReturnType<typeof machineOf>) => {
    machine.runCycles(turns);
    while (machine.cpu.pc !== FLASH + 8) machine.step();
    const before = machine.cpu.register('r1');
    for (let i = 0; i < 3; i++) machine.step();
    expect(machine.cpu.pc).toBe(FLASH + 8);
    machine.runCycles(7); // one turn in a run: 2 + 1 + 3 cycles, and a cycle of the next
    while (machine.cpu.pc !== FLASH + 8) machine.step();
    return (machine.cpu.register('r1') - before) | 0;
  };

  it('reads a literal anew when it was changed from outside', () => {
    const machine = machineOf(engine);
    const one = step(machine);
    machine.bus.poke(LITERAL, 4, 1000);
    expect(step(machine)).toBe(one * 1000);
  });

  it('reads the old literal again after a restore', () => {
    const machine = machineOf(engine);
    const one = step(machine);
    const before = machine.snapshot();
    machine.bus.poke(LITERAL, 4, 1000);
    step(machine);
    machine.restore(before);
    expect(step(machine)).toBe(one);
  });

  it('tells of every read of a literal that somebody watches', () => {
    const machine = machineOf(engine);
    step(machine);
    let reads = 0;
    machine.bus.watch(LITERAL, 4, 'read', () => reads++);
    machine.runCycles(6 * 100);
    expect(reads).toBeGreaterThanOrEqual(99);
  });

  it('does not take the literal of another machine', () => {
    const first = machineOf(engine);
    const one = step(first);
    const second = machineOf(engine);
    second.bus.poke(LITERAL, 4, 3);
    expect(step(second)).toBe(3 * one);
  });
});
