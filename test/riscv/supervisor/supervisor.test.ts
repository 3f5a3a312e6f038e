import { describe, expect, test } from 'vitest';
import { readElf } from '../../../src/emu/debug/elf.js';
import type { EngineMode } from '../../../src/emu/isa/engine-mode.js';
import type { Machine } from '../../../src/emu/machine.js';
import { clusterWires, machineOf, RAM } from '../harts.js';

/** Where the kernel looks for the number of harts, and where it leaves what happened. */
const [NUMBER, RESULTS] = [0x8020_0000, 0x8021_0000];
const WORDS = 6;
const LENGTH = 4_000_000;

function kernel(xlen: 32 | 64, count: number, engine: EngineMode = 'auto', rest = {}): Machine {
  const { segments } = readElf(`${import.meta.dirname}/firmware/kernel-rv${xlen}.elf`);
  const harts = Array.from({ length: count }, (_, hartId) => ({ hartId, resetVector: RAM }));
  const image = [...segments, { physicalAddress: NUMBER, data: Uint8Array.of(count, 0, 0, 0) }];
  return machineOf(image, { xlen, harts, ...clusterWires(count), ...rest }, { engine });
}
const results = (machine: Machine, hart = 0) =>
  Array.from({ length: WORDS }, (_, i) => machine.bus.peek(RESULTS + 4 * (WORDS * hart + i), 4)!);

/** Sums of rounds and pages; the two versions of a function in turn; A and D as they should be each time. */
const EXPECTED = { sum: 1_324_800, calls: 600, flags: 0xc040_00c0 };
const told = (machine: Machine, hart: number) => {
  const [sum, calls, faults, ticks, flags, done] = results(machine, hart) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return { sum, calls, flags: flags >>> 0, faults, ticks, done };
};

describe.each([32, 64] as const)('a kernel with paging, RV%i', (xlen) => {
  test.each([1, 2, 4])('%i harts: pages on demand, code that changes, timers, A and D', (count) => {
    const machine = kernel(xlen, count);
    machine.runCycles(LENGTH);
    expect(machine.cpu.locked, machine.cpu.describe()).toBe(true);
    for (let hart = 0; hart < count; hart++) {
      // 16 pages of data, and the one with code
      expect(told(machine, hart)).toEqual({ ...EXPECTED, faults: 17, ticks: expect.any(Number), done: 1 });
      expect(told(machine, hart).ticks).toBeGreaterThan(20);
    }
    expect(machine.cpu.harts!.map((hart) => hart.describe())).toEqual(Array(count).fill('supervisor mode, halted'));
    expect((machine.cpu as unknown as { faults: unknown[] }).faults).toEqual([]);
  });

  test.each([1, 3])('%i harts: the same whatever engine runs, however the run is cut, and after a restore', (count) => {
    const length = 60_000;
    const [whole, cut, again] = (['cold', 'auto', 'hot'] as const).map((engine) => kernel(xlen, count, engine)) as [
      Machine,
      Machine,
      Machine,
    ];
    whole.runCycles(length);
    for (let done = 0; done < length; done += 499) cut.runCycles(Math.min(499, length - done));
    again.runCycles(13_337);
    const snapshot = again.snapshot();
    again.runCycles(length);
    again.restore(snapshot);
    again.runCycles(length - 13_337);
    expect(cut.hash()).toBe(whole.hash());
    expect(again.hash()).toBe(whole.hash());
  });
});
