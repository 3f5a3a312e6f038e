import { describe, expect, it } from 'vitest';
import { defineBoard, defineChip } from '../boards/define.js';
import { at, KiB, ram, rom } from '../boards/rows.js';
import { BusFault } from './bus-fault.js';
import { defineDevice } from './device.js';
import { bananaRom } from './devices/banana-rom.js';
import { mmioCalculator } from './devices/mmio-calculator.js';
import { type FakeCore, fakeCpu } from './fake-cpu.js';
import { Rational } from './rational.js';
import { reg, registers, rw } from './registers.js';

const RAM = 0x2000_0000;
const CALC = 0x6000_0000;
const TIMER = 0x4000_0000;

/** Counts its own clock and raises `irq` every PERIOD ticks. */
const timer = defineDevice({
  name: 'timer',
  size: 0x10,
  registers: registers({
    PERIOD: reg(0, { P: rw(0, 16) }, 37),
    COUNT: reg(4, { N: rw(0, 32) }),
    SR: reg(8, { F: rw(0) }),
  }),
  setup(d) {
    const irq = d.output('irq');
    const tick = d.event('tick', () => {
      d.regs.COUNT.N++;
      d.regs.SR.F = 1;
      irq.set(1);
      tick.after(d.regs.PERIOD.P);
    });
    d.onWrite(d.regs.SR, () => irq.set(d.regs.SR.F));
    d.onReset(() => tick.after(d.regs.PERIOD.P));
  },
});

/** Pseudo-random stores, loads, device accesses and sleeps. */
function wander(core: FakeCore): number {
  const { words, system } = core;
  const seed = (Math.imul(words[0]!, 1_664_525) + 1_013_904_223) | 0;
  words[0] = seed;
  const address = RAM + ((seed >>> 9) & 0xfffc);
  if ((seed & 15) < 9) system.bus.write(address, 4, seed);
  else if ((seed & 15) < 13) words[1] = (words[1]! + system.bus.read(address, 4)) | 0;
  else if ((seed & 15) === 13) system.bus.write(TIMER + 8, 4, 0);
  else if ((seed & 15) === 14) words[2] = system.bus.read(TIMER + 4, 4) ^ system.timebase.nanoseconds();
  else if ((seed & 0xf0) === 0 && (system.bus.read(TIMER + 8, 4) & 1) === 0) core.sleep();
  return 1 + ((seed >>> 5) & 3);
}

const board = defineBoard({
  name: 'test-board',
  chip: defineChip({
    name: 'test-chip',
    cpu: fakeCpu(wander),
    hertz: 16_000_000,
    memories: { flash: rom(0x0800_0000, KiB(64), { fill: 0xff }), sram: ram(RAM, KiB(64)) },
    clocks: { slow: 32_768 },
    devices: {
      timer: at(TIMER, timer, { irq: 3 }),
      slow: at(TIMER + 0x400, timer, { irq: 4, clock: 'slow' }),
      calc: at(CALC, mmioCalculator({ busyCycles: 16 })),
      banana: at(0x0400_0000, bananaRom),
    },
    absent: { FPGA: { address: 0x7000_0000, size: 0x1000 } },
  }),
});

describe('a machine', () => {
  it('ends in the same state however the run is sliced', () => {
    const whole = board.createMachine();
    whole.runCycles(200_000);
    const expected = whole.hash();
    for (const pieces of [7, 1_001]) {
      const machine = board.createMachine();
      for (let end = pieces; end < 200_000; end += pieces) machine.run({ cycles: end });
      machine.run({ cycles: 200_000 });
      expect(machine.hash()).toBe(expected);
    }
    const stepped = board.createMachine();
    while (stepped.cycles < 200_000) {
      if (stepped.cpu.sleeping && stepped.scheduler.next >= 200_000) stepped.run({ cycles: 200_000 });
      else stepped.step();
    }
    expect(stepped.hash()).toBe(expected);
    expect(stepped.cycles).toBe(whole.cycles);
  });

  it('hashes differently once anything differs', () => {
    const [a, b] = [board.createMachine(), board.createMachine()];
    expect(a.hash()).toBe(b.hash());
    b.bus.poke(RAM + 0x1234, 1, 1);
    expect(a.hash()).not.toBe(b.hash());
  });

  it('restores any snapshot, in any order, to the same future', () => {
    const machine = board.createMachine();
    const shots = [];
    for (let i = 0; i < 5; i++) {
      shots.push({ shot: machine.snapshot(), hash: machine.hash() });
      machine.runCycles(3_000);
    }
    for (const i of [3, 0, 4, 4, 1, 2, 0]) {
      machine.restore(shots[i]!.shot);
      expect(machine.hash()).toBe(shots[i]!.hash);
      machine.runCycles(3_000 - 7);
      if (i < 4) {
        machine.restore(shots[i]!.shot);
        machine.runCycles(3_000);
        expect(machine.hash()).toBe(shots[i + 1]!.hash);
      }
    }
  });

  it('names what differs between snapshots', () => {
    const machine = board.createMachine();
    const before = machine.snapshot();
    machine.bus.poke(RAM + 0x2004, 4, 0xffff);
    machine.bus.write(CALC, 4, 5);
    const after = machine.snapshot();
    expect(machine.diff(before, after)).toEqual([
      { what: 'calc.A', detail: '0x00000000 → 0x00000005' },
      { what: 'sram', detail: 'page at 0x20002000' },
    ]);
    expect(machine.diff(after, after)).toEqual([]);
  });

  it('runs for machine time', () => {
    const machine = board.createMachine();
    machine.runFor(Rational.of(1, 1000));
    expect(machine.nanoseconds).toBeGreaterThanOrEqual(1_000_000);
    expect(machine.nanoseconds).toBeLessThan(1_000_300);
  });

  it('answers accesses as the memory map says', () => {
    const { bus } = board.createMachine();
    expect(bus.read(0x0400_0000, 4)).toBe(0xba00_0001);
    expect(bus.read(0x0400_0004, 2)).toBe(0xbeef);
    expect(bus.read(0x0800_0000, 4)).toBe(0xffff_ffff);
    expect(() => bus.write(0x0800_0000, 4, 0)).toThrow(/write to 0x08000000: 'flash' cannot be written/);
    expect(() => bus.read(0x7000_0004, 4)).toThrow('this chip has no FPGA');
    expect(() => bus.read(0x9000_0000, 4)).toThrow('nothing is mapped there');
    expect(() => bus.read(CALC, 2)).toThrow(BusFault);
    expect(() => bus.read(CALC + 2, 4)).toThrow('unaligned access');
    expect(() => bus.fetch16(CALC)).toThrow("no instruction can be fetched from 'calc'");
    bus.write(RAM + 0x0fff, 4, 0x0403_0201);
    expect(bus.read(RAM + 0x1001, 2)).toBe(0x0403);
  });
});

describe('the calculator', () => {
  const run = (a: number, op: number, b: number): [number, number] => {
    const machine = board.createMachine();
    for (const [offset, value] of [
      [0, a],
      [4, b],
      [8, op],
      [12, 1],
    ] as const)
      machine.bus.write(CALC + offset, 4, value);
    expect(machine.bus.read(CALC + 0x14, 4)).toBe(1);
    machine.runCycles(20);
    return [machine.bus.read(CALC + 0x14, 4), machine.bus.read(CALC + 0x10, 4) | 0];
  };

  it('computes with wrap-around', () => {
    expect(run(10, 2, 5)).toEqual([2, 50]);
    expect(run(0x7fff_ffff, 0, 1)).toEqual([2, -0x8000_0000]);
    expect(run(-7, 3, 2)).toEqual([2, -3]);
    expect(run(-0x8000_0000, 3, -1)).toEqual([2, -0x8000_0000]);
    expect(run(1, 3, 0)).toEqual([3, 0]);
    expect(run(1, 4, 1)).toEqual([3, 0]);
  });

  it('ignores and reports a start while busy', () => {
    const machine = board.createMachine();
    machine.bus.write(CALC + 12, 4, 1);
    machine.bus.write(CALC + 12, 4, 1);
    expect(machine.guestErrors.map((e) => e.what)).toEqual(['calc was started while busy: ignored']);
    const { calc } = board.handlesOf(machine);
    expect(calc.STATUS.state).toBe(1);
  });
});
