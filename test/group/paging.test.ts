import { describe, expect, test } from 'vitest';
import { KiB, ram, rom } from '../../src/boards/rows.js';
import { cpuGroup } from '../../src/emu/cpu/group/group.js';
import { readElf } from '../../src/emu/debug/elf.js';
import type { EngineMode } from '../../src/emu/isa/engine-mode.js';
import { Machine } from '../../src/emu/machine.js';
import { chipOf, clusterWires, RAM } from '../riscv/harts.js';
import { FIRST, mailOf, SECOND, segmentsOf } from './pair.js';

/** Harts with paging beside Cortex-M4s, one of which switches its MPU on: each sees memory in its own way. */

const [NUMBER, RESULTS, WORDS] = [0x8020_0000, 0x8021_0000, 6];

function machineOf(xlen: 32 | 64, count: number, engine: EngineMode): Machine {
  const harts = Array.from({ length: count }, (_, hartId) => ({ hartId, resetVector: RAM }));
  const chip = chipOf({ xlen, harts, ...clusterWires(count) });
  const cpu = cpuGroup([
    { name: 'big', cpu: chip.cpu },
    { name: 'guarded', cpu: FIRST, rate: { num: 2, den: 5 } },
    { name: 'open', cpu: SECOND, rate: { num: 2, den: 5 } },
  ]);
  const memories = { ...chip.memories, flash: rom(0x0800_0000, KiB(512)), sram: ram(0x2000_0000, KiB(192)) };
  const { segments } = readElf(`${import.meta.dirname}/../riscv/supervisor/firmware/kernel-rv${xlen}.elf`);
  const number = { physicalAddress: NUMBER, data: Uint8Array.of(count, 0, 0, 0) };
  return new Machine(
    { ...chip, cpu, memories },
    { engine, image: [...segments, number, ...segmentsOf('guarded', 'open')] },
  );
}

describe.each([32, 64] as const)('RV%i with paging and two Cortex-M4', (xlen) => {
  test.each([1, 2])('%i harts: every program does what it does alone', (count) => {
    const machine = machineOf(xlen, count, 'auto');
    for (let i = 0; i < 40 && !machine.cpu.cores![0]!.cpu.locked; i++) machine.runCycles(500_000);
    for (let hart = 0; hart < count; hart++) {
      const [sum, calls, faults, , flags, done] = Array.from(
        { length: WORDS },
        (_, i) => machine.bus.peek(RESULTS + 4 * (WORDS * hart + i), 4)!,
      );
      expect({ sum, calls, faults, flags, done }).toEqual({
        ...{ sum: 1_324_800, calls: 600, faults: 17, flags: 0xc040_00c0, done: 1 },
      });
    }
    expect(mailOf(machine)).toMatchObject({ done: 1, armed: 2000, replies: 2000, sum: 0, value: 20_000 });
  });

  test('the same whatever engine runs, however the run is cut, and after a restore', () => {
    const [whole, cut, again] = (['cold', 'auto', 'hot'] as const).map((engine) => machineOf(xlen, 2, engine));
    const length = 60_000;
    whole!.runCycles(length);
    for (let cycles = 499; cycles < length; cycles += 499) cut!.run({ cycles });
    cut!.run({ cycles: length });
    again!.runCycles(13_337);
    const snapshot = again!.snapshot();
    again!.runCycles(length);
    again!.restore(snapshot);
    again!.run({ cycles: length });
    expect(cut!.hash()).toBe(whole!.hash());
    expect(again!.hash()).toBe(whole!.hash());
  });
});
